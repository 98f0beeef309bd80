package contract_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A planner keeps what a customer's subscription gives.
type planner struct {
	fields  []string          // what a row has: product, price, amount, mirror, quantity, card, status
	newest  bool              // what is older is skipped
	told    bool              // an update counts if it says that the plan has changed
	active  bool              // an update that is not active changes nothing
	waits   int               // the response to an update before the creation, which does nothing; 0: it counts
	anew    bool              // a creation counts whenever it comes
	known   string            // the only price that the app knows; others are refused
	history bool              // the state shows each update
	api     *stripeapi.Server // says what a subscription is now
	later   time.Duration

	rows         map[string]zooObject
	since, ended map[string]int64
	log          []any
}

// A planned subscription is what they read.
type planned struct {
	ID, Status string
	Card       string `json:"default_payment_method"`
	Plan       struct{ ID string }
	Items      struct {
		Data []struct {
			Quantity int
			Price    struct {
				ID, Product string
				Amount      int `json:"unit_amount"`
			}
		}
	}
}

func (a *planner) take(d *zooDelivery) error {
	var s planned
	if zooField(d, "object") != "subscription" {
		return nil
	}
	if err := json.Unmarshal(a.read(d), &s); err != nil {
		return err
	}
	item := s.Items.Data[0]
	_, changed := d.event.Data.PreviousAttributes["plan"]
	_, begun := a.rows[s.ID]
	switch {
	case a.waits == http.StatusOK && !begun && d.event.Type == "customer.subscription.updated":
		return nil
	case a.waits > 0 && !begun && d.event.Type == "customer.subscription.updated":
		return &zooError{a.waits, "no such subscription"}
	case a.known != "" && item.Price.ID != a.known:
		return &zooError{422, "no such price"}
	case a.ended[s.ID] > 0, a.newest && d.event.Created < a.since[s.ID], a.active && s.Status != "active":
		return nil
	case d.event.Type == "customer.subscription.created" && begun && !a.anew, a.told && begun && !changed:
		return nil
	case d.event.Type == "customer.subscription.deleted":
		a.ended[s.ID] = d.event.Created
		a.rows[s.ID] = zooObject{"status": "canceled"}
		return nil
	}
	all := zooObject{
		"product": item.Price.Product, "price": item.Price.ID, "amount": item.Price.Amount, "mirror": s.Plan.ID,
		"quantity": item.Quantity, "card": s.Card, "status": s.Status,
	}
	maps.DeleteFunc(all, func(field string, _ any) bool { return !slices.Contains(a.fields, field) })
	a.rows[s.ID], a.since[s.ID] = all, d.event.Created
	a.log = append(a.log, zooObject{"event": d.event.ID, "subscription": s.ID, "row": all})
	return nil
}

// read returns the object of an event, as it is now at Stripe if the app asks.
func (a *planner) read(d *zooDelivery) []byte {
	if a.api == nil {
		return d.event.Data.Raw
	}
	now, _ := a.api.Object("subscription", zooField(d, "id"))
	return now
}

func (a *planner) show() any {
	if a.history {
		return zooObject{"rows": maps.Clone(a.rows), "history": slices.Clone(a.log)}
	}
	return maps.Clone(a.rows)
}

// TestStalePlan holds that an update which changes nothing but the plan or the card is not
// undone by an older one, and that who stores neither is not judged.
func TestStalePlan(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const stale = "ordering/stale-plan"
	changes := []string{"customer.subscription.updated", "customer.subscription.deleted"}
	all := append([]string{"customer.subscription.created"}, changes...)
	whole := []string{"product", "price", "amount", "quantity", "card", "status"}
	for _, test := range []struct {
		name, why string
		app       planner
		handles   []string
		version   string
		want      contract.Verdict
	}{
		{"newest", "what is older is skipped", planner{fields: whole, newest: true}, all, "", contract.Pass},
		{"newest, later", "what is older is skipped", planner{fields: whole, newest: true, later: time.Second}, all, "", contract.Pass},
		{"fetched", "Stripe says what is so now", planner{fields: whole, api: new(stripeapi.Server)}, all, "", contract.Pass},
		{"newest, with a history", "the history has what came", planner{fields: whole, newest: true, history: true}, all, "", contract.Pass},
		{"newest plan", "what is older is skipped", planner{fields: []string{"product"}, newest: true, active: true}, changes, "", contract.Pass},
		{"told", "the older update says nothing of the plan", planner{fields: []string{"product"}, told: true}, all, "", contract.Pass},
		{"status alone", "no plan is stored, nor a card", planner{fields: []string{"status"}}, all, "", contract.Skip},
		{"status alone, with a history", "no plan is stored, nor a card", planner{fields: []string{"status"}, history: true}, all, "", contract.Skip},
		{"seats alone", "they are the same in both", planner{fields: []string{"quantity", "status"}}, all, "", contract.Skip},
		{"one price", "there is none to change to", planner{fields: []string{"price"}, known: "price_Known1"}, all, "", contract.Skip},

		{"product", "the old product again", planner{fields: []string{"product"}, active: true}, changes, "", contract.Fail},
		{"product, begun", "the old product again", planner{fields: []string{"product"}}, all, "", contract.Fail},
		{"product, later", "the old product again", planner{fields: []string{"product"}, later: time.Second}, all, "", contract.Fail},
		{"price", "the old price again", planner{fields: []string{"price"}}, changes, "", contract.Fail},
		{"amount", "the old amount again", planner{fields: []string{"amount"}}, changes, "", contract.Fail},
		{"plan", "the old plan again", planner{fields: []string{"mirror"}}, changes, "", contract.Fail},
		{"card", "the old card again", planner{fields: []string{"card"}}, changes, "", contract.Fail},
		{"whole row", "all of the old again", planner{fields: whole}, all, "", contract.Fail},
		{"whole row, with a history", "all of the old again", planner{fields: whole, history: true}, all, "", contract.Fail},
		{"product since basil", "the old product again", planner{fields: []string{"product"}}, changes, "basil", contract.Fail},
		{"price now", "the old price again", planner{fields: []string{"price"}}, changes, "latest", contract.Fail},
		{"plan now", "the old plan again", planner{fields: []string{"mirror"}}, changes, "latest", contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := test.app
				app.rows, app.since, app.ended = make(map[string]zooObject), make(map[string]int64), make(map[string]int64)
				s := zooApp(t, test.handles, app.later, app.take, app.show)
				s.APIVersion, s.API = test.version, app.api
				if app.known != "" {
					s.Edit = func(string) []webhooktest.Edit {
						return []webhooktest.Edit{webhooktest.Set("data.object.items.data.0.price.id", app.known)}
					}
				}
				_, byID := results(t, s, stale)
				require.Equal(t, test.want, byID[stale].Verdict, "%s: %+v", test.why, byID[stale])
			})
		})
	}
}
