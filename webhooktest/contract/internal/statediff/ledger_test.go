package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithoutLedger(t *testing.T) {
	t.Parallel()
	type row = map[string]any
	const event = "evt_1NffrFeufnv2hib"
	n := Normalizer{event: eventName, "sub_1": "{sub}"}
	for name, test := range map[string]struct {
		why  string
		row  any
		kept bool
	}{
		"the id alone":        {"a set of ids", event, false},
		"its type, and when":  {"a table of events", row{"id": event, "type": "invoice.paid", "at": "2026-11-30T10:00:00Z"}, false},
		"a status of its own": {"an inbox", row{"id": event, "status": "processed"}, false},
		"an object":           {"a row about a subscription, by its last event", row{"event": event, "sub": "sub_1"}, true},
		"an amount":           {"a payment, by its event", row{"event": event, "cents": 4800.0}, true},
		"a flag":              {"what became of it", row{"event": event, "paid": true}, true},
		"no event":            {"anything else", row{"status": "paid"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			did := Between(row{"rows": []any{}}, row{"rows": []any{test.row}}, n)
			kept, left := WithoutLedger([]Diff{did}, did)
			require.Equal(t, test.kept, len(left) > 0, test.why)
			require.Equal(t, left, kept[0])
		})
	}
}
