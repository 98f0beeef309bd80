package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A member is what an app granted at its own checkout.
type member struct{ customer, subscription string }

// A club handles the ends of subscriptions alone.
type club struct {
	mu      sync.Mutex
	api     *stripeapi.Server
	plans   map[member]string
	ended   int
	log     []zooObject
	records []zooObject // of subscriptions that ended
}

// end ends what is granted to a customer by some subscriptions.
func (c *club) end(customer string, by func(subscription string) bool) {
	for m := range c.plans {
		if m.customer == customer && by(m.subscription) {
			c.plans[m] = "free"
		}
	}
}

func (c *club) rows(row func(m member, plan string) zooObject) []zooObject {
	rows := []zooObject{}
	for m, plan := range c.plans {
		rows = append(rows, row(m, plan))
	}
	slices.SortFunc(rows, func(a, b zooObject) int { return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b))) })
	return rows
}

func withSubscription(m member, plan string) zooObject {
	return zooObject{"customer": m.customer, "subscription": m.subscription, "plan": plan}
}

func byCustomer(m member, plan string) zooObject {
	return zooObject{"customer": m.customer, "plan": plan}
}

func anySubscription(string) bool { return true }

func same(id string) func(string) bool { return func(other string) bool { return other == id } }

// What the end of an older subscription takes from its customer is told for information, and
// only where it is all that the end of the customer's own takes.
func TestAnotherEnded(t *testing.T) {
	t.Parallel()
	const id, deleted = "ordering/another-ended", "customer.subscription.deleted"
	all := func(c *club) any { return c.rows(withSubscription) }
	customers := func(c *club) any { return c.rows(byCustomer) }
	for _, test := range []struct {
		name, why string
		take      func(c *club, customer, subscription string) error
		shows     func(c *club) any
		edits     func(made int) []webhooktest.Edit
		want      contract.Verdict
	}{
		{"by customer", "ends whatever the customer has", func(c *club, customer, _ string) error { c.end(customer, anySubscription); return nil }, customers, nil, contract.Info},
		{"by customer, and knows which", "stores the subscription, and does not compare it", func(c *club, customer, _ string) error { c.end(customer, anySubscription); return nil }, all, nil, contract.Info},
		{"takes a role", "an entry is gone", func(c *club, customer, _ string) error { c.end(customer, anySubscription); return nil }, func(c *club) any {
			roles := make(map[string][]string)
			for m, plan := range c.plans {
				if roles[m.customer] = []string{}; plan == "pro" {
					roles[m.customer] = []string{"pro"}
				}
			}
			return zooObject{"roles": roles}
		}, nil, contract.Info},
		{"deletes the row", "a row is gone", func(c *club, customer, _ string) error { c.end(customer, anySubscription); return nil }, func(c *club) any {
			return slices.DeleteFunc(c.rows(byCustomer), func(row zooObject) bool { return row["plan"] == "free" })
		}, nil, contract.Info},
		{"by customer, bound by account", "metadata names whose it is", func(c *club, customer, _ string) error { c.end(customer, anySubscription); return nil }, customers, func(made int) []webhooktest.Edit {
			return []webhooktest.Edit{webhooktest.Add("data.object.metadata.user_id", fmt.Sprint("user-", made))}
		}, contract.Info},

		{"by subscription", "compares", func(c *club, customer, subscription string) error { c.end(customer, same(subscription)); return nil }, all, nil, contract.Pass},
		{"by subscription, of customers", "and shows no subscription", func(c *club, customer, subscription string) error { c.end(customer, same(subscription)); return nil }, customers, nil, contract.Pass},
		{"refuses", "what it does not know may be known soon", func(c *club, customer, subscription string) error {
			if _, known := c.plans[member{customer, subscription}]; !known {
				return &zooError{http.StatusNotFound, "no such subscription"}
			}
			c.end(customer, same(subscription))
			return nil
		}, all, nil, contract.Pass},
		{"asks Stripe", "ends what the customer has no more", func(c *club, customer, _ string) error {
			c.end(customer, func(subscription string) bool {
				object, ok := c.api.Object("subscription", subscription)
				return !ok || !slices.Contains([]string{"active", "trialing"}, zooStatusOf(object))
			})
			return nil
		}, customers, nil, contract.Pass},
		{"keeps a log", "of every end", func(c *club, customer, subscription string) error {
			c.end(customer, same(subscription))
			c.log = append(c.log, zooObject{"type": deleted, "customer": customer})
			c.ended++
			return nil
		}, func(c *club) any { return zooObject{"members": c.rows(byCustomer), "log": c.log, "ended": c.ended} }, nil, contract.Pass},
		{"keeps what ended", "in rows of its own", func(c *club, customer, subscription string) error {
			c.end(customer, same(subscription))
			c.records = append(c.records, zooObject{"customer": customer, "subscription": subscription, "status": "canceled"})
			return nil
		}, func(c *club) any { return zooObject{"members": c.rows(byCustomer), "ended": c.records} }, nil, contract.Pass},
		{"counts", "nothing says what a customer has", func(c *club, _, _ string) error { c.ended++; return nil }, func(c *club) any { return zooObject{"ended": c.ended} }, nil, contract.Skip},
		{"by order", "each subscription has its own order", func(c *club, customer, _ string) error { c.end(customer, anySubscription); return nil }, customers, func(made int) []webhooktest.Edit {
			return []webhooktest.Edit{webhooktest.Add("data.object.metadata.order_id", fmt.Sprint("order-", made))}
		}, contract.Skip},
	} {
		for _, later := range []time.Duration{0, time.Second} {
			t.Run(fmt.Sprint(test.name, later), func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					c, made := &club{api: new(stripeapi.Server), plans: make(map[member]string), log: []zooObject{}, records: []zooObject{}}, 0
					subject := zooApp(t, []string{deleted}, later, func(d *zooDelivery) error {
						if string(d.event.Type) != deleted {
							return nil
						}
						c.mu.Lock()
						defer c.mu.Unlock()
						return test.take(c, zooField(d, "customer"), zooField(d, "id"))
					}, func() any {
						c.mu.Lock()
						defer c.mu.Unlock()
						return test.shows(c)
					})
					subject.API = c.api
					subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
						id, _ := event.Lookup("data.object.id")
						customer, _ := event.Lookup("data.object.customer")
						c.mu.Lock()
						defer c.mu.Unlock()
						c.plans[member{fmt.Sprint(customer), fmt.Sprint(id)}] = "pro"
						if made++; test.edits == nil {
							return nil, nil
						}
						return test.edits(made), nil
					}
					_, byID := results(t, subject, id)
					require.Equal(t, test.want, byID[id].Verdict, "%s: %+v", test.why, byID[id])
				})
			})
		}
	}
}

// zooStatusOf is the status of an object of Stripe's.
func zooStatusOf(object []byte) string {
	var stored struct{ Status string }
	if err := json.Unmarshal(object, &stored); err != nil {
		return err.Error()
	}
	return stored.Status
}
