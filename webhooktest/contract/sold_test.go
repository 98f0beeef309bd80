package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A planSeller sells subscriptions in sessions of its own. At checkout it asks Stripe for
// the subscription, and maps its price to a plan.
type planSeller struct {
	both    bool // the creation gives access, too
	handles []string
	api     *stripeapi.Server
	users   map[string]plan // by the user that the subscription's metadata name
	odd     []string        // ids of sessions that Stripe would not have
}

type plan struct {
	Subscription string `json:"subscription"`
	Access       bool   `json:"access"`
}

// take deals with an event. An unknown plan is an error.
func (s *planSeller) take(d *zooDelivery) error {
	id := zooField(d, "id")
	switch string(d.event.Type) {
	case "checkout.session.completed":
		if !strings.HasPrefix(id, "cs_") {
			s.odd = append(s.odd, id)
		}
		text, ok := s.api.Object("subscription", zooField(d, "subscription"))
		if !ok {
			return &zooError{http.StatusInternalServerError, "no subscription"}
		}
		var sold struct {
			ID       string
			Metadata map[string]string
			Items    struct {
				Data []struct{ Price struct{ ID string } }
			}
		}
		_ = json.Unmarshal(text, &sold)
		if len(sold.Items.Data) != 1 || sold.Items.Data[0].Price.ID != "price_pro" {
			return &zooError{http.StatusInternalServerError, "unknown plan"}
		}
		s.users[sold.Metadata["user"]] = plan{sold.ID, true}
	case "customer.subscription.created":
		metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
		if user, _ := metadata["user"].(string); s.both {
			s.users[user] = plan{id, true}
		}
	case "customer.subscription.deleted":
		for user, p := range s.users {
			if p.Subscription == id {
				s.users[user] = plan{id, false}
			}
		}
	}
	return nil
}

// checkout is what a user sets off.
func (s *planSeller) checkout(context.Context) error {
	form := url.Values{
		"mode": {"subscription"}, "success_url": {"http://localhost:3000/thanks"}, "line_items[0][price]": {"price_pro"}, "line_items[0][quantity]": {"1"},
		"subscription_data[metadata][user]": {fmt.Sprintf("user-%d", len(s.api.Calls()))},
	}
	r := httptest.NewRequest(http.MethodPost, "/v1/checkout/sessions", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer sk_test_shop")
	s.api.ServeHTTP(httptest.NewRecorder(), r)
	return nil
}

// A subscription has what the app's own session sells, or what the user sets, from the first
// event on: also one that a handler of the session asks Stripe for. What depends on the
// session is judged after it, although the creation is handled, too.
func TestPlansThatTheAppSells(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const session, created, deleted = "checkout.session.completed", "customer.subscription.created", "customer.subscription.deleted"
	setsPrice := func(eventType string) []webhooktest.Edit {
		if !strings.HasPrefix(eventType, "customer.subscription.") {
			return nil
		}
		return []webhooktest.Edit{webhooktest.Set("data.object.items.data.0.price.id", "price_pro")}
	}
	for _, test := range []struct {
		name    string
		handles []string
		creates bool // else the user sets the price
		both    bool
	}{
		{"the session alone", []string{session}, true, false},
		{"the session and the end", []string{session, deleted}, true, false},
		{"the creation, too, which does nothing", []string{session, created, deleted}, true, false},
		{"the creation does the same", []string{session, created, deleted}, true, true},
		{"the creation does the same, and is named first", []string{created, session}, true, true},
		{"the price is set, for the session alone", []string{session}, false, false},
		{"the price is set", []string{session, created, deleted}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				seller := &planSeller{both: test.both, handles: test.handles, api: &stripeapi.Server{Seed: 3}, users: make(map[string]plan)}
				z := newZoo()
				t.Cleanup(z.Close)
				z.handle = func(d *zooDelivery) error {
					z.mu.Lock()
					defer z.mu.Unlock()
					if !slices.Contains(test.handles, string(d.event.Type)) {
						return nil
					}
					return seller.take(d)
				}
				z.show = func() any { return maps.Clone(seller.users) }
				s := zooNamed(t, "sound").subject(z, z.State)
				s.Handles, s.API, s.Variants = test.handles, seller.api, map[string]string{session: "subscription"}
				if s.Create = seller.checkout; !test.creates {
					s.Create, s.Edit = nil, func(eventType string) []webhooktest.Edit {
						edits := setsPrice(eventType)
						if edits != nil {
							edits = append(edits, webhooktest.Set("data.object.metadata", map[string]string{"user": "7"}))
						}
						if !slices.Contains(test.handles, eventType) { // asked about a type that it was not written for
							edits = append(edits, webhooktest.Set("data.object.payment_status", "paid"))
						}
						return edits
					}
				}
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Seed: 7,
					Only: []string{"control/accepted", "control/effect", "control/second-event", "dispatch/handled-type-works", "dispatch/long-ids"}})
				require.NoError(t, err)
				for _, result := range report.Cases {
					if result.ID != "control/effect" && result.ID != "control/second-event" || test.creates { // there is one user where the price is set
						require.Equal(t, contract.Pass, result.Verdict, "%s", result)
					}
				}
				require.Empty(t, seller.odd)
			})
		})
	}
}
