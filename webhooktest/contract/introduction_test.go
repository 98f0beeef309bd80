package contract_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// An uncreatedApp keeps objects whose creation Stripe does not report: accounts, and the
// charges of payments.
type uncreatedApp struct {
	handles []string
	stores  func(a *uncreatedApp, d *zooDelivery) error
	shows   func(a *uncreatedApp) any // nil: the rows
	later   time.Duration             // after the answer

	rows  map[string]zooObject
	since map[string]int64
	log   []string
	api   *stripeapi.Server
}

func (a *uncreatedApp) row(id string, fields zooObject) {
	if a.rows[id] == nil {
		a.rows[id] = zooObject{"id": id}
	}
	maps.Copy(a.rows[id], fields)
}

// standing is how an account stands.
func standing(object map[string]any) zooObject {
	return zooObject{"charges": object["charges_enabled"], "payouts": object["payouts_enabled"]}
}

func (a *uncreatedApp) anyAccount(d *zooDelivery) error {
	a.row(zooField(d, "id"), standing(d.event.Data.Object))
	return nil
}

// newest stores what an event says, unless something newer is stored.
func newest(store func(*uncreatedApp, *zooDelivery) error, older func(now, last int64) bool) func(*uncreatedApp, *zooDelivery) error {
	return func(a *uncreatedApp, d *zooDelivery) error {
		id := zooField(d, "id")
		if older(d.event.Created, a.since[id]) {
			return nil
		}
		a.since[id] = d.event.Created
		return store(a, d)
	}
}

func before(now, last int64) bool     { return now < last }
func notAfter(now, last int64) bool   { return now <= last }
func thisSecond(now, last int64) bool { return last > 0 }

func (a *uncreatedApp) fetchAccount(d *zooDelivery) error {
	object, ok := a.api.Object("account", zooField(d, "id"))
	if !ok {
		return errors.New("no such account")
	}
	var now map[string]any
	err := json.Unmarshal(object, &now)
	a.row(zooField(d, "id"), standing(now))
	return err
}

func (a *uncreatedApp) logAccount(d *zooDelivery) error {
	a.log = append(a.log, d.event.ID+" "+zooField(d, "id"))
	return nil
}

// fee stores what a payment has cost, which its charge says.
func fee(unknown func(a *uncreatedApp, d *zooDelivery) error) func(*uncreatedApp, *zooDelivery) error {
	return func(a *uncreatedApp, d *zooDelivery) error {
		if d.event.Type == "payment_intent.succeeded" {
			a.row(zooField(d, "id"), zooObject{"amount": d.event.Data.Object["amount"]})
			return nil
		}
		payment := zooField(d, "payment_intent")
		if a.rows[payment] == nil {
			return unknown(a, d)
		}
		a.row(payment, zooObject{"fee": zooField(d, "balance_transaction")})
		return nil
	}
}

func (a *uncreatedApp) ignore(*zooDelivery) error { return nil }

func (a *uncreatedApp) refuse(*zooDelivery) error {
	return &zooError{404, "no such payment"}
}

func (a *uncreatedApp) insertFee(d *zooDelivery) error {
	a.row(zooField(d, "payment_intent"), zooObject{"fee": zooField(d, "balance_transaction")})
	return nil
}

// charge stores how a charge stands.
func (a *uncreatedApp) charge(d *zooDelivery) error {
	if zooField(d, "object") == "charge" {
		a.row(zooField(d, "id"), zooObject{"description": zooField(d, "description"), "receipt": zooField(d, "receipt_email")})
	}
	return nil
}

// firstOnly takes what it knows for what it has stored.
func (a *uncreatedApp) firstOnly(d *zooDelivery) error {
	if a.rows[zooField(d, "id")] != nil {
		return nil
	}
	return a.charge(d)
}

func (a *uncreatedApp) subject(t *testing.T) contract.Subject {
	a.rows, a.since, a.api = make(map[string]zooObject), make(map[string]int64), new(stripeapi.Server)
	show := func() any {
		if a.shows != nil {
			return a.shows(a)
		}
		shown := []zooObject{}
		for _, id := range slices.Sorted(maps.Keys(a.rows)) {
			shown = append(shown, maps.Clone(a.rows[id]))
		}
		return shown
	}
	s := zooApp(t, a.handles, a.later, func(d *zooDelivery) error {
		if !slices.Contains(a.handles, string(d.event.Type)) {
			return nil
		}
		return a.stores(a, d)
	}, show)
	s.API = a.api
	return s
}

// ofUpdates are the cases that need two updates of an object, or one and what comes before.
var ofUpdates = []string{
	"idempotency/first-change", "idempotency/race-of-creation", "idempotency/race-of-updates", "idempotency/two-changes",
	"ordering/early-update", "ordering/reversed", "ordering/same-second", "ordering/stale-update", "ordering/updated-first",
}

// TestUpdatesWithoutCreation holds that updates of an object are judged whose creation Stripe
// does not report, by themselves or after what tells first of it.
func TestUpdatesWithoutCreation(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	accounts, capabilities := []string{"account.updated"}, []string{"capability.updated"}
	fees, charges := []string{"payment_intent.succeeded", "charge.updated"}, []string{"charge.succeeded", "charge.updated"}
	both := []string{"customer.subscription.updated", "account.updated"}
	stale := []string{"ordering/stale-update"}
	lost := []string{"idempotency/race-of-creation", "ordering/reversed", "ordering/updated-first"}
	anyAccount, anyCharge := (*uncreatedApp).anyAccount, (*uncreatedApp).charge
	tests := []struct {
		name string
		app  uncreatedApp
		want []string // what it falls short of
	}{
		{"the newest of an account", uncreatedApp{handles: accounts, stores: newest(anyAccount, before)}, nil},
		{"the account as Stripe has it", uncreatedApp{handles: accounts, stores: (*uncreatedApp).fetchAccount}, nil},
		{"the same later", uncreatedApp{handles: accounts, stores: (*uncreatedApp).fetchAccount, later: time.Second}, nil},
		{"a log of accounts", uncreatedApp{handles: accounts, stores: (*uncreatedApp).logAccount, shows: func(a *uncreatedApp) any { return slices.Clone(a.log) }}, nil},
		{"how many accounts", uncreatedApp{handles: accounts, stores: anyAccount, shows: func(a *uncreatedApp) any { return len(a.rows) }}, nil},
		{"a fee that waits for its payment", uncreatedApp{handles: fees, stores: fee((*uncreatedApp).insertFee)}, nil},
		{"the newest of a charge", uncreatedApp{handles: charges, stores: newest(anyCharge, before)}, nil},
		{"the newest of a charge alone", uncreatedApp{handles: []string{"charge.updated"}, stores: newest(anyCharge, before)}, nil},
		{"a fee of a payment that Stripe tells again", uncreatedApp{handles: fees, stores: fee((*uncreatedApp).refuse)}, []string{"ordering/early-update"}},

		{"the last of an account", uncreatedApp{handles: accounts, stores: anyAccount}, stale},
		{"the last of an account, later", uncreatedApp{handles: accounts, stores: anyAccount, later: time.Second}, stale},
		{"the last of an account beside subscriptions", uncreatedApp{handles: both, stores: anyAccount}, stale},
		{"one change of an account in a second", uncreatedApp{handles: accounts, stores: newest(anyAccount, notAfter)}, []string{"ordering/same-second"}},
		{"the first of an account", uncreatedApp{handles: accounts, stores: newest(anyAccount, thisSecond)}, []string{"idempotency/two-changes", "ordering/same-second"}},
		{"the last of a charge", uncreatedApp{handles: charges, stores: anyCharge}, append([]string{"ordering/reversed", "ordering/updated-first"}, stale...)},
		{"the last of a charge alone", uncreatedApp{handles: []string{"charge.updated"}, stores: anyCharge}, stale},
		{"a fee that is lost", uncreatedApp{handles: fees, stores: fee((*uncreatedApp).ignore)}, lost},
		{"the first of a charge", uncreatedApp{handles: charges, stores: (*uncreatedApp).firstOnly}, []string{"idempotency/first-change"}},
		{"the last of a capability", uncreatedApp{handles: capabilities, stores: func(a *uncreatedApp, d *zooDelivery) error {
			a.row(zooField(d, "account")+" "+zooField(d, "id"), zooObject{"status": zooField(d, "status")})
			return nil
		}}, stale},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				report, byID := results(t, test.app.subject(t), ofUpdates...)
				short := shortfalls(report, contract.Fail, contract.Warn)
				for _, want := range test.want {
					require.Contains(t, short, want, "%s", byID[want])
				}
				if test.want == nil {
					require.Empty(t, short, "%v", report.Cases)
				}
			})
		})
	}
}

// TestUncreatedSaysWhatIsMissing holds that a skipped case names no type that is handled.
func TestUncreatedSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, handled, unhandled, reason string
	}{
		{"nothing tells first of an account", "account.updated", "", "needs an event that creates the object: Stripe has no account.created"},
		{"a charge has succeeded first", "charge.updated", "charge.succeeded or payment_intent.succeeded or checkout.session.completed", ""},
		{"no update is handled", "payment_intent.succeeded", "*.updated of one resource", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			app := uncreatedApp{handles: []string{test.handled}, stores: (*uncreatedApp).anyAccount}
			_, byID := results(t, app.subject(t), "ordering/updated-first")
			result := byID["ordering/updated-first"]
			require.Equal(t, contract.Skip, result.Verdict)
			require.Equal(t, test.unhandled, result.Unhandled)
			if test.reason != "" {
				require.Equal(t, test.reason, result.Reason)
				require.Empty(t, result.Need, "no setting helps")
			}
		})
	}
}
