package contract_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Prepare may make the app's row for the object of an event, and set nothing in the event.
// What the app does with an object that nobody has prepared is judged all the same.
func TestPreparedByTheEventsOwnID(t *testing.T) {
	t.Parallel()
	const foreign = "dispatch/foreign-object"
	for _, test := range []struct {
		name    string
		unknown func(orders map[string]string, id string) error
		want    contract.Verdict
	}{
		{"ignores it", func(map[string]string, string) error { return nil }, contract.Pass},
		{"crashes", func(map[string]string, string) error {
			return &zooError{http.StatusInternalServerError, "no such order"}
		}, contract.Fail},
		{"takes every payment", func(orders map[string]string, id string) error { orders[id] = "paid"; return nil }, contract.Skip},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				z := newZoo()
				t.Cleanup(z.Close)
				orders := make(map[string]string)
				z.handle = func(d *zooDelivery) error {
					z.mu.Lock()
					defer z.mu.Unlock()
					id := zooField(d, "id")
					if _, known := orders[id]; !known && d.event.Type == "payment_intent.succeeded" {
						return test.unknown(orders, id)
					}
					if d.event.Type == "payment_intent.succeeded" {
						orders[id] = "paid"
					}
					return nil
				}
				z.show = func() any { return maps.Clone(orders) }
				subject := zooNamed(t, "sound").subject(z, z.State)
				subject.Handles = []string{"payment_intent.succeeded"}
				subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
					z.mu.Lock()
					defer z.mu.Unlock()
					id, _ := event.Lookup("data.object.id")
					orders[fmt.Sprint(id)] = "open"
					return nil, nil
				}
				_, byID := results(t, subject, foreign)
				require.Equal(t, test.want, byID[foreign].Verdict, "%+v", byID[foreign])
			})
		})
	}
}

// Edits for another type reach the events of that type about the same object of the app.
func TestPreparedForLaterEvents(t *testing.T) {
	t.Parallel()
	const session, paid, handled = "checkout.session.completed", "invoice.paid", "dispatch/handled-type"
	bubble(t, func(t *testing.T) {
		z := newZoo()
		t.Cleanup(z.Close)
		made, wallets := 0, make(map[string]string)
		z.handle = func(d *zooDelivery) error {
			z.mu.Lock()
			defer z.mu.Unlock()
			if d.event.Type == session {
				wallets[zooField(d, "customer")] = zooField(d, "client_reference_id")
			}
			metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
			if d.event.Type == paid && metadata["wallet"] != wallets[zooField(d, "customer")] {
				return &zooError{http.StatusUnprocessableEntity, "another wallet"}
			}
			return nil
		}
		z.show = func() any { return maps.Clone(wallets) }
		subject := zooNamed(t, "sound").subject(z, z.State)
		subject.Handles, subject.Variants = []string{session, paid}, map[string]string{session: "subscription"}
		subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
			made++
			wallet := fmt.Sprint("wallet-", made)
			return []webhooktest.Edit{
				webhooktest.Set("data.object.client_reference_id", wallet).For(session), webhooktest.Add("data.object.metadata.wallet", wallet).For(paid),
			}, nil
		}
		_, byID := results(t, subject, handled)
		require.Equal(t, contract.Pass, byID[handled].Verdict, "%+v", byID[handled])
	})
}

// Where an app can prepare nothing for one type, the cases of that type are not judged, and
// say why; the others are. Without an object for the control, nothing can be judged.
func TestPrepareFailsForOneType(t *testing.T) {
	t.Parallel()
	const paid, refunded, works, shapes = "checkout.session.completed", "charge.refunded", "dispatch/handled-type-works", "dispatch/wrong-currency"
	for _, test := range []struct {
		why    string
		fails  func(event *webhooktest.Event) bool
		id     string
		want   contract.Verdict
		reason string
		err    string
	}{
		{"one of two types", func(event *webhooktest.Event) bool { return event.Type() == refunded }, works, contract.Pass,
			"judged only in part: the app could not prepare an object for charge.refunded: no such payment", ""},
		{"a shape that no case is about", func(event *webhooktest.Event) bool {
			mode, _ := event.Lookup("data.object.mode")
			return mode == "setup"
		},
			shapes, contract.Warn, "", ""},
		{"the control", func(*webhooktest.Event) bool { return true }, works, "", "",
			"prepare an object for checkout.session.completed: no such payment"},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				orders := make(map[string]string)
				subject := zooApp(t, []string{paid, refunded}, 0, func(d *zooDelivery) error {
					metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
					if id, _ := metadata["order_id"].(string); orders[id] != "" && d.event.Type == paid {
						orders[id] = "paid"
					}
					return nil
				}, func() any { return maps.Clone(orders) })
				subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
					if test.fails(event) {
						return nil, errors.New("no such payment")
					}
					id := fmt.Sprint("order-", len(orders))
					orders[id] = "open"
					return []webhooktest.Edit{webhooktest.Add("data.object.metadata.order_id", id)}, nil
				}
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Only: []string{test.id}})
				if test.err != "" {
					require.EqualError(t, err, test.err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, test.want, report.Cases[0].Verdict, "%+v", report.Cases[0])
				require.Contains(t, report.Cases[0].Reason, test.reason)
			})
		})
	}
}
