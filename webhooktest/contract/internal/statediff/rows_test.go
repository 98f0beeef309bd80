package statediff

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the shape of a state, it tells the status of an object, as often as it is asked,
// and whatever keys and serial numbers the database invents.
func TestObjectStates(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	type list = []any
	const sub, cus, uuid = "sub_1Nffrfeufnv2hib", "cus_NffrFeUfNV2Hib", "5f9e6a3c-2b1d-4c8e-9f70-%012d"
	account := func(status string) object {
		return object{"customer": cus, "subscription": sub, "status": status}
	}
	text := func(value any) string {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return string(text)
	}
	names := Normalizer{sub: "{sub}", cus: "{cus}"}
	states := func(state any, n Normalizer) Diff { return ObjectStates(Unpack(state), n) }
	for name, state := range map[string]func(n int, status string) any{
		"rows":        func(_ int, status string) any { return list{object{"id": sub, "status": status}} },
		"a map by id": func(_ int, status string) any { return object{"subs": object{sub: object{"status": status}}} },
		"documents":   func(n int, status string) any { return list{object{"_id": n, "stripe": account(status)}} },
		"documents of documents": func(n int, status string) any {
			return list{object{"_id": object{"$oid": n}, "a": object{"b": account(status)}}}
		},
		"a map by id in a document": func(_ int, status string) any {
			return list{object{"plan": "p", "subs": object{sub: object{"status": status}}}}
		},
		"rows in a document": func(_ int, status string) any {
			return list{object{"plan": "p", "subs": list{object{"id": sub, "status": status}}}}
		},
		"rows in an object's document": func(_ int, status string) any {
			return object{cus: object{"subs": list{object{"id": sub, "status": status}}}}
		},
		"a map by serial numbers":     func(n int, status string) any { return object{fmt.Sprint(n): account(status)} },
		"a map by UUIDs":              func(n int, status string) any { return object{"users": object{fmt.Sprintf(uuid, n): account(status)}} },
		"documents by UUIDs":          func(n int, status string) any { return object{fmt.Sprintf(uuid, n): object{"stripe": account(status)}} },
		"JSON by serial numbers":      func(n int, status string) any { return object{fmt.Sprintf("user:%d", n): text(account(status))} },
		"JSON by ids":                 func(_ int, status string) any { return object{"customer:" + cus: text(object{"status": status})} },
		"a column of JSON":            func(n int, status string) any { return list{object{"id": n, "data": text(account(status))}} },
		"a column of JSON in one row": func(n int, status string) any { return list{object{"id": n, "data": text(list{account(status)})}} },
		"lines": func(n int, status string) any {
			return fmt.Sprintf("%d\t%s\t%s\n%d\tcus_other\tpaused\n", n, sub, status, n+1)
		},
		"values between commas": func(n int, status string) any { return list{fmt.Sprintf("%d,%s,%s", n, sub, status)} },
		"rows without names": func(n int, status string) any {
			return object{"columns": list{"id", "sub", "status"}, "rows": list{list{n, sub, status}}}
		},
		"an account that names it": func(n int, status string) any {
			return list{object{"id": n, "accounts": list{object{"at": "stripe", "ref": cus}}, "status": status}}
		},
		"a key of several parts":        func(_ int, status string) any { return object{"subs": object{cus + "/" + sub: status}} },
		"a text of several parts":       func(_ int, status string) any { return list{object{"key": "stripe:" + cus, "status": status}} },
		"a field deep in its own row":   func(_ int, status string) any { return object{sub: object{"a": object{"b": object{"status": status}}}} },
		"a status in a row of a status": func(_ int, status string) any { return object{"by": object{"id": object{sub: status}}} },
	} {
		b := Baseline{Volatile: new(Volatile), References: []Diff{states(state(1, "active"), names), states(state(2, "active"), names)}}
		told, judged := b.Judge(states(state(3, "active"), names))
		require.Positive(t, judged, name)
		require.Empty(t, told, "%s: the same", name)
		told, _ = b.Judge(states(state(4, "canceled"), names))
		require.NotEmpty(t, told, "%s: another status", name)
	}
}

// What names no object of ours, or is a list of what happened, tells the status of none.
func TestObjectStatesOfOthers(t *testing.T) {
	t.Parallel()
	const sub = "sub_1Nffrfeufnv2hib"
	for name, state := range map[string]any{
		"another's row":      []any{map[string]any{"id": "sub_1Otherotherother", "status": "active"}},
		"ids in a list":      map[string]any{"days": []any{map[string]any{"day": 1, "subs": []any{sub, "sub_1Otherotherother"}}}},
		"the last of all":    map[string]any{"last": map[string]any{"sub": sub, "status": "active"}},
		"one line, no table": "the last was " + sub,
	} {
		require.Empty(t, ObjectStates(state, Normalizer{sub: "{sub}"}), name)
	}
}

// A table that notes which events came late is no state, unless it repeats what they tell.
func TestNotes(t *testing.T) {
	t.Parallel()
	const sub = "sub_1Nffrfeufnv2hib"
	names := Normalizer{sub: "{sub}", "evt_1NffrFeufnv2hib": eventName}
	told := func(word string) bool { return word == "active" }
	for _, test := range []struct {
		name string
		row  map[string]any
		note bool
	}{
		{"a dead letter", map[string]any{"event": "evt_1NffrFeufnv2hib", "object": sub, "reason": "stale"}, true},
		{"what the event tells", map[string]any{"last_event": "evt_1NffrFeufnv2hib", "id": sub, "status": "active"}, false},
		{"a flag", map[string]any{"last_event": "evt_1NffrFeufnv2hib", "id": sub, "on": true}, false},
		{"a number", map[string]any{"last_event": "evt_1NffrFeufnv2hib", "id": sub, "seats": 3.0}, false},
		{"without the event", map[string]any{"id": sub, "plan": "gold"}, false},
	} {
		said := Baseline{Volatile: new(Volatile)}.Untouched(ObjectStates([]any{test.row}, names), told)
		require.Equal(t, test.note, len(said) == 0, "%s: %v", test.name, said)
	}
}
