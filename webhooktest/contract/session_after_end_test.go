package contract_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A tenancy is how a subscription stands, whose it is, and what told so last.
type tenancy struct {
	Status string `json:"status"`
	User   string `json:"user"`
	told   int64
}

// TestSessionAfterEnd holds that a session which comes after the end of its subscription
// revives nothing, whatever it writes beside.
func TestSessionAfterEnd(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const after = "ordering/session-after-end"
	api := new(stripeapi.Server)
	rows := func(k map[string]tenancy, _ []string) any { return maps.Clone(k) }
	for _, test := range []struct {
		name, why string
		signs     func(row *tenancy, d *zooDelivery) error // at a session
		shows     func(rows map[string]tenancy, log []string) any
		later     time.Duration
		want      contract.Verdict
	}{
		{"links", "it writes whose the subscription is", func(*tenancy, *zooDelivery) error { return nil }, rows, 0, contract.Pass},
		{"links, later", "it writes whose the subscription is", func(*tenancy, *zooDelivery) error { return nil }, rows, time.Second, contract.Pass},
		{"is older", "the end is newer", func(row *tenancy, d *zooDelivery) error {
			if d.event.Created >= row.told {
				row.Status = "active"
			}
			return nil
		}, rows, 0, contract.Pass},
		{"begins", "only what has no status", func(row *tenancy, _ *zooDelivery) error {
			if row.Status == "" {
				row.Status = "active"
			}
			return nil
		}, rows, 0, contract.Pass},
		{"fetches", "Stripe has ended it", func(row *tenancy, d *zooDelivery) error {
			object, _ := api.Object("subscription", zooField(d, "subscription"))
			row.Status = zooStatusOf(object)
			return nil
		}, rows, 0, contract.Pass},
		{"a log", "of all that came", func(*tenancy, *zooDelivery) error { return nil }, func(k map[string]tenancy, log []string) any {
			return zooObject{"rows": maps.Clone(k), "log": slices.Clone(log)}
		}, 0, contract.Pass},

		{"activates", "who completes a session is active", func(row *tenancy, _ *zooDelivery) error { row.Status = "active"; return nil }, rows, 0, contract.Warn},
		{"activates, later", "who completes a session is active", func(row *tenancy, _ *zooDelivery) error { row.Status = "active"; return nil }, rows, time.Second, contract.Warn},
		{"activates, with a log", "who completes a session is active", func(row *tenancy, _ *zooDelivery) error { row.Status = "active"; return nil }, func(k map[string]tenancy, log []string) any {
			return zooObject{"rows": maps.Clone(k), "log": slices.Clone(log)}
		}, 0, contract.Warn},
		{"activates, as a flag", "who completes a session is active", func(row *tenancy, _ *zooDelivery) error { row.Status = "active"; return nil }, func(k map[string]tenancy, _ []string) any {
			active := make(map[string]bool)
			for id, row := range k {
				active[id] = row.Status == "active"
			}
			return active
		}, 0, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				stored, log := make(map[string]tenancy), []string{}
				handles := []string{"checkout.session.completed", "customer.subscription.created", "customer.subscription.deleted"}
				s := zooApp(t, handles, test.later, func(d *zooDelivery) error {
					isSession, id := zooField(d, "object") == "checkout.session", zooField(d, "id")
					if isSession {
						id = zooField(d, "subscription")
					}
					row := stored[id]
					switch {
					case id == "" || !isSession && zooField(d, "object") != "subscription":
						return nil
					case isSession:
						row.User = zooField(d, "customer")
						_ = test.signs(&row, d)
					case d.event.Created >= row.told && row.Status != "canceled":
						row.Status = map[bool]string{true: "active", false: "canceled"}[d.event.Type == "customer.subscription.created"]
					}
					row.told = max(row.told, d.event.Created)
					stored[id], log = row, append(log, d.event.ID)
					return nil
				}, func() any { return test.shows(stored, log) })
				s.API, s.Variants = api, map[string]string{"checkout.session.completed": "subscription"}
				_, byID := results(t, s, after)
				require.Equal(t, test.want, byID[after].Verdict, "%s: %s", test.why, byID[after])
			})
		})
	}
}
