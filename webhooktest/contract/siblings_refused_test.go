package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestRefusedSiblings holds that a refusal of types beside the handled ones is one finding,
// and told once.
func TestRefusedSiblings(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const siblings, unhandled = "dispatch/sibling-types", "dispatch/unhandled-type"
	handles := []string{"customer.subscription.updated", "invoice.paid"}
	none := func(string) bool { return false }
	beside := func(eventType string) bool {
		return strings.HasPrefix(eventType, "customer.") || strings.HasPrefix(eventType, "invoice.") && eventType != "invoice.paid"
	}
	for _, test := range []struct {
		name, why string
		refuses   func(eventType string) bool
		only      []string
		want      map[string]contract.Verdict
		sent      int // events in the finding
		hint      string
	}{
		{"accepts", "all types are accepted", none, []string{siblings, unhandled}, map[string]contract.Verdict{siblings: contract.Pass, unhandled: contract.Pass}, 0, ""},
		{"refuses", "any other type is refused: that is told already", func(string) bool { return true }, []string{siblings, unhandled}, map[string]contract.Verdict{siblings: contract.Skip, unhandled: contract.Warn}, 0, ""},
		{"alone", "any other type is refused, and nothing else tells it", func(string) bool { return true }, []string{siblings}, map[string]contract.Verdict{siblings: contract.Warn}, 5, "default branch"},
		{"beside", "types beside the handled ones are refused", beside, []string{siblings, unhandled}, map[string]contract.Verdict{siblings: contract.Warn, unhandled: contract.Pass}, 5, "Compare the whole type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]int)
				s := zooApp(t, handles, 0, func(d *zooDelivery) error {
					switch eventType := string(d.event.Type); {
					case eventType == handles[0] || eventType == handles[1]:
						rows[zooField(d, "id")]++
					case test.refuses(eventType):
						return &zooError{400, "unhandled type"}
					}
					return nil
				}, func() any { return rows })
				_, byID := results(t, s, test.only...)
				for id, want := range test.want {
					require.Equal(t, want, byID[id].Verdict, "%s: %s: %s", test.why, id, byID[id])
				}
				if result := byID[siblings]; test.sent > 0 {
					require.Len(t, strings.Split(result.Sent, "\n"), test.sent, result.Sent)
					require.Contains(t, result.Hint, test.hint)
				}
			})
		})
	}
}
