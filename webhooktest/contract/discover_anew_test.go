package contract_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestDiscoverEnds holds that an end is found also where an update before it has taken away
// what it would, and that no end is found of which the state shows nothing.
func TestDiscoverEnds(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const session, created, updated, deleted = "checkout.session.completed", "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"
	for _, test := range []struct {
		name, why string
		handles   []string
		key       string // of a row
		later     time.Duration
		want      string // the evidence for the deletion
	}{
		{"created, updated and deleted", "past_due has cleared the flag", []string{created, updated, deleted}, "id", 0, "state"},
		{"updated and deleted", "past_due has cleared the flag", []string{updated, deleted}, "id", 0, "state"},
		{"a session for the creation", "past_due has cleared the flag", []string{session, updated, deleted}, "customer", 0, "state"},
		{"later", "past_due has cleared the flag", []string{session, updated, deleted}, "customer", 50 * time.Millisecond, "state"},
		{"the end is ignored", "nothing shows that it is handled", []string{session, created, updated}, "customer", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]bool)
				s := zooApp(t, test.handles, test.later, func(d *zooDelivery) error {
					key, object := zooField(d, test.key), zooField(d, "object")
					switch {
					case !slices.Contains(test.handles, string(d.event.Type)) || object == "checkout.session" && zooField(d, "subscription") == "":
					case object == "checkout.session":
						rows[key] = true
					default:
						rows[key] = zooField(d, "status") == "active"
					}
					return nil
				}, func() any { return maps.Clone(rows) })
				s.Handles = nil
				found, err := contract.Discover(t.Context(), s)
				require.NoError(t, err)
				require.Equal(t, "state", ofType(found, updated).Shown, "%+v", found)
				require.Equal(t, test.want, ofType(found, deleted).Shown, "%s: %+v", test.why, found)
			})
		})
	}
}
