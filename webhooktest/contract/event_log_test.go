package contract_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An app may log every event of a customer, whether it acts on its type or not. To act on the
// object of a type that only resembles a handled one is a fault all the same.
func TestLogOfCustomersEvents(t *testing.T) {
	t.Parallel()
	handles := []string{"customer.subscription.created", "customer.subscription.deleted", "customer.subscription.updated"}
	for _, test := range []struct {
		name, why string
		acts      func(eventType string) bool
		want      contract.Verdict
	}{
		{"handled", "acts on the types that it handles", func(eventType string) bool { return slices.Contains(handles, eventType) }, contract.Pass},
		{"any", "acts on the object, whatever the type", func(string) bool { return true }, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			subscriptions, events := make(map[string]string), []zooObject{}
			seen := make(map[string]bool)
			subject := zooApp(t, handles, 0, func(d *zooDelivery) error {
				if seen[d.event.ID] || zooField(d, "customer") == "" {
					return nil
				}
				seen[d.event.ID] = true
				events = append(events, zooObject{"id": d.event.ID, "type": d.event.Type, "customer": zooField(d, "customer")})
				if test.acts(string(d.event.Type)) {
					subscriptions[zooField(d, "id")] = zooField(d, "status")
				}
				return nil
			}, func() any { return zooObject{"subscriptions": subscriptions, "events": events} })
			_, byID := results(t, subject, "dispatch/look-alike-types", "dispatch/sibling-types")
			require.Equal(t, test.want, byID["dispatch/look-alike-types"].Verdict, "%s: %v", test.why, byID["dispatch/look-alike-types"])
			require.Equal(t, test.want, byID["dispatch/sibling-types"].Verdict, "%s: %v", test.why, byID["dispatch/sibling-types"])
		})
	}
}
