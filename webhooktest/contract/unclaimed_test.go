package contract_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// results are those of a handler, by case.
func results(t *testing.T, subject contract.Subject, only ...string) (*contract.Report, map[string]contract.Result) {
	t.Helper()
	report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Only: only})
	require.NoError(t, err)
	byID := make(map[string]contract.Result)
	for _, result := range report.Cases {
		byID[result.ID] = result
	}
	return report, byID
}

// A type without an effect is a fault only where the user says that the handler acts on it,
// in the shape that it was delivered in.
func TestUnclaimedTypes(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const session = "checkout.session.completed"
	subscriptions := map[string]string{session: "subscription"}
	for _, test := range []struct {
		why      string
		creates  string // the type that makes a row, of sessions in mode subscription
		handles  []string
		variants map[string]string
		id       string
		want     contract.Verdict
		need     string
		wanted   string
	}{
		{"nobody named a type", session, nil, nil, "control/effect", contract.Inconclusive, "handles", ""},
		{"the type is not the handler's", session, []string{"payment_intent.succeeded"}, nil, "control/effect", contract.Fail, "", ""},
		{"it is for sessions in another mode", session, []string{session}, nil, "control/effect", contract.Inconclusive, "", session + "=subscription"},
		{"which the user says", session, []string{session}, subscriptions, "control/effect", contract.Pass, "", ""},
		{"another shape than the user says", session, []string{session}, map[string]string{session: "setup"}, "control/effect", contract.Inconclusive, "", session + "=subscription"},
		{"no shape has an effect", "customer.subscription.created", []string{"customer.subscription.created", session}, nil, "dispatch/handled-type-works", contract.Warn, "", ""},
		{"the second type is of another mode", "", []string{"customer.subscription.created", session}, nil, "dispatch/handled-type-works", contract.Pass, "", session + "=subscription"},
		{"the plain shape is no matter, given another", session, []string{session}, subscriptions, "dispatch/shapes-work", contract.Skip, "handles", ""},
		{"nor is whether it refuses others", session, []string{session}, subscriptions, "dispatch/shapes", contract.Pass, "", ""},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &mirror{creates: test.creates, rows: make(map[string]any)}
				if test.creates == "" {
					m.also = test.handles
				}
				subject := contract.Subject{Handler: m, State: m.state, Handles: test.handles, Variants: test.variants}
				_, byID := results(t, subject, test.id)
				got := byID[test.id]
				require.Equal(t, test.want, got.Verdict, "%+v", got)
				require.Equal(t, test.need, got.Need, "%+v", got)
				require.Equal(t, test.wanted, got.WantedVariant, "%+v", got)
			})
		})
	}
}

// What has been done by an earlier event of the same object is not missing from a later one:
// Stripe does not order them. What an event undoes must have been done.
func TestDoneBeforeOrAfter(t *testing.T) {
	t.Parallel()
	const created, failed, paid = "customer.subscription.created", "invoice.payment_failed", "invoice.paid"
	type rows = map[string]string
	makes := func(rows rows, id string) { rows[id] = cmp.Or(rows[id], "paid") }
	owes := func(rows rows, id string) { rows[id] = "owes" }
	ends := func(rows rows, id string) {
		if rows[id] == "owes" {
			rows[id] = "paid"
		}
	}
	for _, test := range []struct {
		why  string
		does map[string]func(rows rows, id string)
		want string // in the reason
	}{
		{"either makes the row", map[string]func(rows, string){created: makes, paid: makes}, "a genuine invoice.paid has no effect after customer.subscription.created, but it has one without"},
		{"a payment ends a debt", map[string]func(rows, string){created: makes, failed: owes, paid: ends}, "a genuine invoice.paid has no effect alone, but it has one after invoice.payment_failed"},
		{"the payment does nothing", map[string]func(rows, string){created: makes, failed: owes, paid: nil}, ""},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				subscriptions := make(rows)
				subject := zooApp(t, slices.Sorted(maps.Keys(test.does)), 0, func(d *zooDelivery) error {
					id := cmp.Or(zooField(d, "subscription"), zooField(d, "id"))
					if does := test.does[string(d.event.Type)]; does != nil {
						does(subscriptions, id)
					}
					return nil
				}, func() any { return maps.Clone(subscriptions) })
				_, byID := results(t, subject, "dispatch/handled-type-works")
				got := byID["dispatch/handled-type-works"]
				if test.want == "" {
					require.Equal(t, contract.Warn, got.Verdict, "%+v", got)
					return
				}
				require.Equal(t, contract.Pass, got.Verdict, "%+v", got)
				require.Contains(t, got.Reason, test.want)
			})
		})
	}
}

// The deletion of a customer may end what a checkout began, which names that customer.
func TestDeletionAfterCheckout(t *testing.T) {
	t.Parallel()
	const session, deleted, id = "checkout.session.completed", "customer.deleted", "dispatch/handled-type-works"
	for why, test := range map[string]struct {
		forgets bool
		want    contract.Verdict
	}{
		"it ends the membership": {false, contract.Pass},
		"it does nothing":        {true, contract.Warn},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				members := make(map[string]string)
				_, byID := results(t, zooApp(t, []string{session, deleted}, 0, func(d *zooDelivery) error {
					switch {
					case string(d.event.Type) == session:
						members[zooField(d, "customer")] = "paid"
					case string(d.event.Type) == deleted && !test.forgets:
						delete(members, zooField(d, "id"))
					}
					return nil
				}, func() any { return maps.Clone(members) }), id)
				require.Equal(t, test.want, byID[id].Verdict, "%+v", byID[id])
			})
		})
	}
}

// A shape that works is found without a long wait for the plain one, and what no shape does
// is waited for once in a run.
func TestShapesAreWaitedForOnce(t *testing.T) {
	t.Parallel()
	const session = "checkout.session.completed"
	for _, test := range []struct {
		why, creates string
		most         time.Duration
	}{
		{"the first event is waited for, and no other", session, 8 * time.Second},
		{"then the plain shape, then all others at once", "customer.created", 24 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := &mirror{creates: test.creates, rows: make(map[string]any)}
			begun := time.Now()
			results(t, contract.Subject{Handler: m, State: m.state, Handles: []string{session}}, "control/effect")
			require.Less(t, time.Since(begun), test.most, test.why)
		})
	}
}

// A handler that refuses all but sessions in one mode, or crashes at others, is told which
// it accepts.
func TestRefusedShape(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(http.ResponseWriter){
		"a response":  func(w http.ResponseWriter) { http.Error(w, "no plan", http.StatusUnprocessableEntity) },
		"a panic":     func(http.ResponseWriter) { panic("nil pointer dereference") },
		"no response": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var event struct {
					Data struct{ Object struct{ Mode string } }
				}
				if json.NewDecoder(r.Body).Decode(&event) != nil || event.Data.Object.Mode != "subscription" {
					refuse(w)
				}
			})
			report, _ := results(t, contract.Subject{Handler: handler, Handles: []string{"checkout.session.completed"}})
			require.Equal(t, "checkout.session.completed=subscription", report.WantedVariant)
			require.Contains(t, strings.Join(report.Diagnosis, "\n"), "of variant subscription")
		})
	}
}

// A handler that refuses all API versions but one, at which it crashes, is told that one.
func TestCrashAtTheWantedVersion(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for name, crash := range map[string]func(http.ResponseWriter){
		"a response": func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"a panic":    func(http.ResponseWriter) { panic("nil pointer dereference") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var event struct {
					Version string `json:"api_version"`
				}
				if json.NewDecoder(r.Body).Decode(&event) != nil || !strings.HasSuffix(event.Version, ".basil") {
					http.Error(w, "bad signature", http.StatusBadRequest)
					return
				}
				crash(w)
			})
			report, _ := results(t, contract.Subject{Handler: handler, Handles: []string{"invoice.paid"}})
			require.Equal(t, "2025-08-27.basil", report.WantedVersion)
			require.Contains(t, strings.Join(report.Diagnosis, "\n"), "does not refuse invoice.paid of API version 2025-08-27.basil so, but crashes")
		})
	}
}

// What a handler does alike for every event shows nothing: that is said in the same words
// everywhere, and at the top.
func TestEventLogShowsNothing(t *testing.T) {
	t.Parallel()
	for _, thin := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := &switchboard{ledger: true}
			report, byID := results(t, contract.Subject{Handler: s, State: s.state, Thin: thin}, "control", "idempotency", "resilience", "signature")
			effect := byID["control/effect"]
			require.Contains(t, effect.Reason, "every event changes the state, also one of an unknown type, at state.seen[]")
			for _, result := range report.Cases {
				if result.Verdict == contract.Inconclusive {
					require.Equal(t, effect.Reason, result.Reason, result.ID)
					require.Equal(t, "state", result.Need, result.ID)
				}
			}
			require.Contains(t, report.Unjudged(), "could not be judged")
			require.Contains(t, report.Unjudged(), effect.Reason)
		})
	}
	require.Empty(t, new(contract.Report).Unjudged())
}
