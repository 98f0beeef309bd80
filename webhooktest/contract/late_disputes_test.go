package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A disputeApp keeps orders that payments make, and disputes of them begin and end.
type disputeApp struct {
	takes func(a *disputeApp, order zooObject, d *zooDelivery, ends bool) error
	notes bool          // whatever comes, in a log
	later time.Duration // after the answer

	orders map[string]zooObject
	since  map[string]int64
	ended  map[string]bool // not shown
	early  map[string]*zooDelivery
	log    []any
}

func (a *disputeApp) subject(t *testing.T) contract.Subject {
	a.orders, a.since = make(map[string]zooObject), make(map[string]int64)
	a.ended, a.early = make(map[string]bool), make(map[string]*zooDelivery)
	handles := []string{"payment_intent.succeeded", "charge.dispute.created", "charge.dispute.closed"}
	return zooApp(t, handles, a.later, func(d *zooDelivery) error {
		if !slices.Contains(handles, string(d.event.Type)) {
			return nil
		}
		if a.notes {
			a.log = append(a.log, zooObject{"payment": paymentOf(d), "came": word(d)})
		}
		order := a.orders[paymentOf(d)]
		switch {
		case string(d.event.Type) != handles[0] && order != nil:
			return a.takes(a, order, d, string(d.event.Type) == handles[2])
		case order == nil && string(d.event.Type) == handles[0]:
			a.orders[paymentOf(d)] = zooObject{"status": "paid"}
		}
		return nil
	}, func() any { return zooObject{"orders": a.orders, "log": a.log} })
}

// whenDisputed ends only what has begun: it refuses an end that comes first, or drops it.
func whenDisputed(unknown error) func(*disputeApp, zooObject, *zooDelivery, bool) error {
	return func(_ *disputeApp, order zooObject, d *zooDelivery, ends bool) error {
		switch {
		case !ends && order["status"] == "paid":
			order["status"] = "disputed"
		case order["status"] == "disputed":
			order["status"] = zooField(d, "status")
		case ends && order["status"] == "paid":
			return unknown
		}
		return nil
	}
}

// overwrites writes what comes, in whatever order.
func (a *disputeApp) overwrites(order zooObject, d *zooDelivery, ends bool) error {
	if order["status"] = "disputed"; ends {
		order["status"] = zooField(d, "status")
	}
	return nil
}

// newest writes what is not older than what is there.
func (a *disputeApp) newest(order zooObject, d *zooDelivery, ends bool) error {
	if d.event.Created < a.since[zooField(d, "id")] {
		return nil
	}
	a.since[zooField(d, "id")] = d.event.Created
	return a.overwrites(order, d, ends)
}

// keepsEarly applies an end that came first after the beginning.
func (a *disputeApp) keepsEarly(order zooObject, d *zooDelivery, ends bool) error {
	id := zooField(d, "id")
	if ends && order["status"] == "paid" {
		a.early[id] = d
		return nil
	}
	if first := a.early[id]; first != nil {
		d, ends = first, true
	}
	return a.overwrites(order, d, ends)
}

// hides shows a dispute only while it lasts, and remembers which have ended.
func (a *disputeApp) hides(order zooObject, d *zooDelivery, ends bool) error {
	a.ended[zooField(d, "id")] = a.ended[zooField(d, "id")] || ends
	order["disputed"] = !a.ended[zooField(d, "id")]
	return nil
}

// begins does not care how disputes end.
func (a *disputeApp) begins(order zooObject, _ *zooDelivery, ends bool) error {
	if !ends {
		order["status"] = "disputed"
	}
	return nil
}

// times notes when each came.
func (a *disputeApp) times(order zooObject, d *zooDelivery, _ bool) error {
	order[word(d)+"_at"] = d.event.Created
	return nil
}

// An end that is lost where the step has not come is no right end, also where a row was there
// before either.
func TestLateStepsOfWhatWasPaid(t *testing.T) {
	t.Parallel()
	const id = "ordering/late-step"
	for name, test := range map[string]struct {
		app  disputeApp
		want contract.Verdict
	}{
		"an early end is lost":                {disputeApp{takes: whenDisputed(nil)}, contract.Warn},
		"an early end is lost, and noted":     {disputeApp{takes: whenDisputed(nil), notes: true}, contract.Warn},
		"an early end is lost, later":         {disputeApp{takes: whenDisputed(nil), later: time.Second}, contract.Warn},
		"the last to arrive":                  {disputeApp{takes: (*disputeApp).overwrites}, contract.Warn},
		"an early end is refused":             {disputeApp{takes: whenDisputed(&zooError{404, "no such dispute"})}, contract.Pass},
		"an early end is refused, and noted":  {disputeApp{takes: whenDisputed(&zooError{404, "no such dispute"}), notes: true}, contract.Pass},
		"the newest event":                    {disputeApp{takes: (*disputeApp).newest}, contract.Pass},
		"the newest event, later":             {disputeApp{takes: (*disputeApp).newest, later: time.Second}, contract.Pass},
		"the newest event, later, and noted":  {disputeApp{takes: (*disputeApp).newest, later: time.Second, notes: true}, contract.Pass},
		"an early end waits":                  {disputeApp{takes: (*disputeApp).keepsEarly}, contract.Pass},
		"an early end waits, later":           {disputeApp{takes: (*disputeApp).keepsEarly, later: time.Second}, contract.Pass},
		"what has ended is not shown":         {disputeApp{takes: (*disputeApp).hides}, contract.Pass},
		"how it ends is not looked at":        {disputeApp{takes: (*disputeApp).begins}, contract.Pass},
		"a time of each":                      {disputeApp{takes: (*disputeApp).times}, contract.Pass},
		"a time of each, and a note, at last": {disputeApp{takes: (*disputeApp).times, notes: true, later: time.Second}, contract.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, test.app.subject(t), id)
				require.Equal(t, test.want, byID[id].Verdict, "%+v", byID[id])
			})
		})
	}
}
