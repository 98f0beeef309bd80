package statediff

import (
	"encoding/json"
	"strings"
)

// Numbers are the numbers in the objects of events, by the names of their members: a number
// in the state that has the name and the value of one that changes is no count of the
// handler's own.
type Numbers map[string]map[float64]bool

// Add adds the numbers of an event's object. A body without one has none.
func (n Numbers) Add(body []byte) {
	var event struct {
		Data struct{ Object map[string]any }
	}
	if json.Unmarshal(body, &event) == nil {
		n.add("", event.Data.Object)
	}
}

func (n Numbers) add(name string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			n.add(fieldName(key), member)
		}
	case []any:
		for _, element := range value {
			n.add(name, element)
		}
	case float64:
		if strings.HasSuffix(name, "count") {
			return // a handler may count, too
		}
		if n[name] == nil {
			n[name] = make(map[float64]bool)
		}
		n[name][value] = true
	}
}

func (n Numbers) has(name string, value float64) bool {
	values := n[fieldName(name)]
	return len(values) > 1 && values[value]
}

// fieldName returns a field's name as it is compared: current_period_end is
// currentPeriodEnd, and what Stripe calls the quantity are seats to many apps.
func fieldName(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
	switch name {
	case "seats", "seatcount", "numberofseats", "qty", "licenses":
		return "quantity"
	}
	return name
}
