package load

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Condition is a requirement for a report: "p99<500ms", "errors<0.1%".
type Condition struct {
	text     string
	name     string
	operator string
	limit    float64 // milliseconds, a share from 0 to 1, or a number
	unit     unit
}

type unit int

const (
	millis unit = iota
	share
	plainNumber
)

// An Outcome is the result of a Condition.
type Outcome struct {
	Condition string `json:"condition"`
	Actual    string `json:"actual"`
	Holds     bool   `json:"holds"`
}

// ParseConditions parses conditions separated by commas: "p99<500ms,errors<0.1%".
func ParseConditions(text string) ([]Condition, error) {
	var all []Condition
	for part := range strings.SplitSeq(text, ",") {
		c, err := parseCondition(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		all = append(all, c)
	}
	return all, nil
}

var errCondition = errors.New("want a condition such as p99<500ms, errors<0.1%, rate>190 or lost<1")

func parseCondition(text string) (c Condition, err error) {
	at := strings.IndexAny(text, "<>")
	if at <= 0 {
		return c, errCondition
	}
	c = Condition{text: text, name: strings.TrimSpace(text[:at]), operator: text[at : at+1]}
	value := text[at+1:]
	if rest, equal := strings.CutPrefix(value, "="); equal {
		c.operator, value = c.operator+"=", rest
	}
	value = strings.TrimSpace(value)
	switch percentile, isPercentile := c.percentile(); {
	case c.name == "min" || c.name == "mean" || c.name == "max" || isPercentile:
		limit, err := time.ParseDuration(value)
		if err != nil || limit < 0 || isPercentile && !(percentile > 0 && percentile <= 100) {
			return c, errCondition
		}
		c.limit = float64(limit) / 1e6
	case c.name == "errors" && strings.HasSuffix(value, "%"):
		c.unit = share
		c.limit, err = strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
		c.limit /= 100
	case c.name == "errors" || c.name == "rate" || counted[c.name] != nil:
		c.unit = plainNumber
		c.limit, err = strconv.ParseFloat(value, 64)
	default:
		return c, errCondition
	}
	if err != nil || !(c.limit >= 0) {
		return c, errCondition
	}
	return c, nil
}

// counted maps names to the counts of a verdict.
var counted = map[string]func(*Verdict) int{
	"lost":    func(v *Verdict) int { return v.Lost.Count },
	"doubled": func(v *Verdict) int { return v.Doubled.Count },
	"wrong":   func(v *Verdict) int { return v.Wrong.Count },
	"forged":  func(v *Verdict) int { return v.Forged.Count },
}

func (c *Condition) percentile() (float64, bool) {
	digits, is := strings.CutPrefix(c.name, "p")
	n, err := strconv.ParseFloat(digits, 64)
	return n, is && err == nil
}

// Judge checks conditions, records the outcomes in the report, and reports whether all
// hold.
func (r *Report) Judge(conditions []Condition) (all bool) {
	all = true
	for i := range conditions {
		o := conditions[i].judge(r)
		all = all && o.Holds
		r.Conditions = append(r.Conditions, o)
	}
	return all
}

func (c *Condition) judge(r *Report) Outcome {
	actual, known := c.actual(r)
	o := Outcome{Condition: c.text, Actual: "unknown"}
	if !known {
		return o
	}
	switch c.unit {
	case millis:
		o.Actual = Milliseconds(actual)
	case share:
		o.Actual = strconv.FormatFloat(actual*100, 'g', 4, 64) + "%"
	default:
		o.Actual = strconv.FormatFloat(actual, 'f', -1, 64)
	}
	switch c.operator {
	case "<":
		o.Holds = actual < c.limit
	case "<=":
		o.Holds = actual <= c.limit
	case ">":
		o.Holds = actual > c.limit
	default:
		o.Holds = actual >= c.limit
	}
	return o
}

// actual returns the value that a condition limits. It is unknown if nothing was measured.
func (c *Condition) actual(r *Report) (value float64, known bool) {
	if of := counted[c.name]; of != nil {
		if r.Verdict == nil || r.Verdict.Inconclusive != "" {
			return 0, false
		}
		return float64(of(r.Verdict)), true
	}
	if r.Deliveries == 0 {
		return 0, false
	}
	switch c.name {
	case "min":
		return r.Latency.Min, true
	case "mean":
		return r.Latency.Mean, true
	case "max":
		return r.Latency.Max, true
	case "rate":
		return r.Rate, true
	case "errors":
		if c.unit == share {
			return float64(r.Failures) / float64(r.Deliveries), true
		}
		return float64(r.Failures), true
	}
	p, _ := c.percentile() // parsed before
	return ms(r.hist.ValueAtQuantile(p)), r.hist != nil
}

// Milliseconds formats a number of milliseconds for people: 850µs, 12.3ms, 1.25s.
func Milliseconds(n float64) string {
	d := time.Duration(n * 1e6)
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}
