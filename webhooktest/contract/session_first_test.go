package contract_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A signup is what an app keeps of a purchase.
type signup struct {
	Subscription string `json:"subscription"`
	Status       string `json:"status"`
	Price        string `json:"price"`
	User         string `json:"user"`
	Since        int64  `json:"since"`
	seen         int64
}

// A signupDesk takes a session, and what becomes of its subscription.
type signupDesk struct {
	begins func(k *signupDesk, row *signup, d *zooDelivery) // what a session writes
	skips  func(row *signup, created int64) bool            // an update
	refuse bool                                             // an update of what is unknown
	ignore bool                                             // the same
	by     string                                           // the field of a row's key, "" for the subscription
	shows  func(k *signupDesk) any
	later  time.Duration
	fetch  bool

	rows map[string]*signup
	log  []string
	api  *stripeapi.Server
}

func (k *signupDesk) take(d *zooDelivery) error {
	id := map[string]string{"checkout.session": zooField(d, "subscription"), "subscription": zooField(d, "id")}[zooField(d, "object")]
	if id == "" {
		return nil
	}
	key := id
	if k.by != "" {
		key = zooField(d, k.by)
	}
	row, known := k.rows[key]
	if !known {
		row = &signup{Subscription: id}
	}
	begins := d.event.Type == "customer.subscription.created"
	switch isSession := zooField(d, "object") == "checkout.session"; {
	case isSession:
		k.begins(k, row, d)
	case begins && known && row.Status != "":
		return nil
	case !known && !begins && k.refuse:
		return &zooError{404, "no such subscription"}
	case !known && k.ignore, k.skips(row, d.event.Created):
		return nil
	default:
		k.update(row, d)
	}
	k.rows[key], k.log = row, append(k.log, d.event.ID)
	return nil
}

// update writes how the subscription stands, as the event or Stripe says.
func (k *signupDesk) update(row *signup, d *zooDelivery) {
	var now planned
	object := []byte(d.event.Data.Raw)
	if k.fetch {
		object, _ = k.api.Object("subscription", row.Subscription)
	}
	_ = json.Unmarshal(object, &now)
	row.Status, row.seen = now.Status, d.event.Created
	if len(now.Items.Data) > 0 {
		row.Price = now.Items.Data[0].Price.ID
	}
}

func (k *signupDesk) show() any {
	if k.shows != nil {
		return k.shows(k)
	}
	return maps.Clone(k.rows)
}

// linked writes whose the subscription is.
func linked(_ *signupDesk, row *signup, d *zooDelivery) { row.User = zooField(d, "customer") }

// stamped writes the session's time, too.
func stamped(k *signupDesk, row *signup, d *zooDelivery) {
	linked(k, row, d)
	row.seen = max(row.seen, d.event.Created)
}

// granted also grants what was paid.
func granted(k *signupDesk, row *signup, d *zooDelivery) {
	stamped(k, row, d)
	if row.Status == "" {
		row.Status = "active"
	}
}

// whole writes all that it sells, if that is new.
func whole(k *signupDesk, row *signup, d *zooDelivery) {
	if d.event.Created >= row.seen {
		stamped(k, row, d)
		row.Status, row.Price = "active", "the one that there is"
	}
}

// fetched writes what Stripe says.
func fetched(k *signupDesk, row *signup, d *zooDelivery) {
	stamped(k, row, d)
	k.update(row, d)
}

// noted writes when it was told first.
func noted(k *signupDesk, row *signup, d *zooDelivery) {
	linked(k, row, d)
	if row.Since == 0 {
		row.Since = d.event.Created
	}
}

// TestSessionFirst holds that an update is not lost that comes after its session and was
// made before, whatever else a session may write.
func TestSessionFirst(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const first = "ordering/session-first"
	older := func(row *signup, created int64) bool { return created < row.seen }
	handles := []string{"checkout.session.completed", "customer.subscription.updated"}
	created := append([]string{"customer.subscription.created"}, handles...)
	for _, test := range []struct {
		name, why string
		desk      signupDesk
		handles   []string
		want      contract.Verdict
	}{
		{"of its own events", "the session has no time", signupDesk{begins: linked}, handles, contract.Pass},
		{"of its own events, later", "the session has no time", signupDesk{begins: linked, later: time.Second}, handles, contract.Pass},
		{"created, too", "the session has no time", signupDesk{begins: linked}, created, contract.Pass},
		{"by customer", "the session has no time", signupDesk{begins: linked, by: "customer"}, handles, contract.Pass},
		{"the newest of all", "the session says as much", signupDesk{begins: whole}, handles, contract.Pass},
		{"fetched", "Stripe says what is so now", signupDesk{begins: fetched, fetch: true}, handles, contract.Pass},
		{"fetched and stamped", "the session has fetched what the update says", signupDesk{begins: fetched, fetch: true, later: time.Second}, created, contract.Pass},
		{"refused until known", "the session makes the row", signupDesk{begins: linked, refuse: true}, handles, contract.Pass},
		{"ignored until known", "the session makes the row", signupDesk{begins: linked, ignore: true}, handles, contract.Pass},
		{"refused until created", "the creation makes the row", signupDesk{begins: linked, refuse: true}, created, contract.Pass},
		{"since when", "the time of what came first", signupDesk{begins: noted}, handles, contract.Pass},
		{"how many", "no row is shown", signupDesk{begins: stamped, shows: func(k *signupDesk) any { return len(k.rows) }}, handles, contract.Inconclusive},
		{"a log", "the log has what came", signupDesk{begins: linked, shows: func(k *signupDesk) any {
			return zooObject{"rows": maps.Clone(k.rows), "log": slices.Clone(k.log)}
		}}, handles, contract.Pass},

		{"stamped", "the session's time counts for the subscription", signupDesk{begins: stamped}, handles, contract.Fail},
		{"stamped, later", "the session's time counts for the subscription", signupDesk{begins: stamped, later: time.Second}, handles, contract.Fail},
		{"stamped, by customer", "the session's time counts for the subscription", signupDesk{begins: stamped, by: "customer"}, handles, contract.Fail},
		{"stamped, created too", "the session's time counts for the subscription", signupDesk{begins: stamped}, created, contract.Fail},
		{"granted", "the price is lost alone", signupDesk{begins: granted}, handles, contract.Fail},
		{"granted, with a log", "the price is lost alone", signupDesk{begins: granted, shows: func(k *signupDesk) any {
			return zooObject{"rows": maps.Clone(k.rows), "log": slices.Clone(k.log)}
		}}, handles, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				desk := test.desk
				desk.rows, desk.api, desk.skips = make(map[string]*signup), new(stripeapi.Server), older
				s := zooApp(t, test.handles, desk.later, desk.take, desk.show)
				s.API, s.Variants = desk.api, map[string]string{"checkout.session.completed": "subscription"}
				_, byID := results(t, s, first)
				require.Equal(t, test.want, byID[first].Verdict, "%s: %+v", test.why, byID[first])
			})
		})
	}
}
