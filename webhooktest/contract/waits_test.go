package contract_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What an app that works 0.1 s after its answer does not do is waited for once: for all
// types together, and by no later case.
func TestSilentTypesAreWaitedForOnce(t *testing.T) {
	t.Parallel()
	const created = "customer.subscription.created"
	const paid, failed = "invoice.paid", "invoice.payment_failed"
	for _, test := range []struct {
		why     string
		handles []string
		paid    time.Duration // how much later the app acts on a payment, 0 if it does not
		want    contract.Verdict
		most    time.Duration // for the second case: what the first found out is known
	}{
		{"one type of five makes the row", []string{created, "customer.subscription.deleted", "customer.subscription.updated", paid, failed}, 0, contract.Warn, 20 * time.Second},
		{"another works 1.5 s later", []string{created, paid, failed}, 1500 * time.Millisecond, contract.Warn, 60 * time.Second},
		{"both work, and one later", []string{created, paid}, 1500 * time.Millisecond, contract.Pass, 60 * time.Second},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]string)
				subject := zooApp(t, test.handles, 0, nil, func() any { return maps.Clone(rows) })
				z := subject.Handler.(*zooHandler)
				z.handle = func(d *zooDelivery) error {
					isPaid := d.event.Type == paid && test.paid > 0
					z.working.Go(func() {
						if time.Sleep(100 * time.Millisecond); isPaid {
							time.Sleep(test.paid)
						}
						z.mu.Lock()
						defer z.mu.Unlock()
						if isPaid || d.event.Type == created {
							rows[d.event.ID] = zooField(d, "id")
						}
					})
					return nil
				}
				began := time.Now()
				_, byID := results(t, subject, "dispatch/handled-type-works", "idempotency/case-sensitive-ids")
				t.Log(time.Since(began), byID["dispatch/handled-type-works"].Duration, byID["idempotency/case-sensitive-ids"].Duration)
				require.Equal(t, test.want, byID["dispatch/handled-type-works"].Verdict, "%+v", byID)
				require.Equal(t, contract.Pass, byID["idempotency/case-sensitive-ids"].Verdict, "%+v", byID)
				require.Less(t, time.Since(began), 170*time.Second)
				require.Less(t, byID["idempotency/case-sensitive-ids"].Duration, test.most)
			})
		})
	}
}

// The forgeries that a handler answers with 200 and drops later are not each waited for at
// length, and one of a kind that it takes is found among them.
func TestDroppedForgeriesAreWaitedForBriefly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why, takes string
		later      time.Duration
		most       time.Duration
	}{
		{"all are dropped", "", 100 * time.Millisecond, 120 * time.Second},
		{"one kind is taken", "signature/v0-only", 100 * time.Millisecond, 120 * time.Second},
		{"one kind is taken by a slow app", "signature/v0-only", 300 * time.Millisecond, 178 * time.Second},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]string)
				subject := zooApp(t, []string{"payment_intent.succeeded"}, test.later, func(d *zooDelivery) error {
					if d.event.Type == "payment_intent.succeeded" {
						rows[d.event.ID] = zooField(d, "id")
					}
					return nil
				}, func() any { return maps.Clone(rows) })
				z := subject.Handler.(*zooHandler)
				z.refuse = zooRefuseWith(http.StatusOK)
				if test.takes != "" {
					z.header = func(d *zooDelivery) string {
						if sent := zooSignature(d); strings.Contains(sent, "v1=") {
							return sent
						}
						return strings.ReplaceAll(zooSignature(d), "v0=", "v1=")
					}
				}
				began := time.Now()
				report, _ := results(t, subject, "signature")
				t.Log(time.Since(began))
				warned := 0
				for _, r := range report.Cases {
					require.Equal(t, r.ID == test.takes, r.Verdict == contract.Fail, "%+v", r)
					if r.Verdict == contract.Warn {
						warned++
					}
				}
				require.Greater(t, warned, 10)
				require.Less(t, time.Since(began), test.most)
			})
		})
	}
}

// An effect that is there, and is wrong, is waited for once to become another; and what one row
// of a case shows, the others need not show again.
func TestWrongEffectsAreWaitedForOnce(t *testing.T) {
	t.Parallel()
	const paid, currency, amount = "checkout.session.completed", "dispatch/wrong-currency", "dispatch/wrong-amount"
	bubble(t, func(t *testing.T) {
		orders := make(map[string]string)
		subject := zooApp(t, []string{paid}, 0, func(d *zooDelivery) error {
			metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
			if id, _ := metadata["order_id"].(string); orders[id] != "" && zooField(d, "payment_status") == "paid" {
				orders[id] = "paid"
			}
			return nil
		}, func() any { return maps.Clone(orders) })
		subject.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
			id := fmt.Sprint("order-", len(orders))
			orders[id] = "open"
			return []webhooktest.Edit{webhooktest.Add("data.object.metadata.order_id", id)}, nil
		}
		began := time.Now()
		_, byID := results(t, subject, currency, amount)
		for _, id := range []string{currency, amount} {
			require.Contains(t, []contract.Verdict{contract.Warn, contract.Fail}, byID[id].Verdict, "%+v", byID[id])
		}
		t.Log(time.Since(began), byID[currency].Duration, byID[amount].Duration)
		require.Less(t, time.Since(began), 14*time.Second)
	})
}
