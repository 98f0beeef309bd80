package contract_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An accountKeeper gives its accounts what their subscription says. It knows the accounts
// before any event comes.
type accountKeeper struct {
	name    string // the path that names an account
	handles []string
	unknown int  // the response about an account that it does not know
	stale   bool // an older update overwrites a newer one
	anyEnd  bool // the end of any subscription ends access

	accounts map[string]account
	names    int
}

type account struct {
	Subscription string `json:"subscription"`
	Status       string `json:"status"`
	told         int64
	ended        map[string]bool
}

// take deals with an event, and returns whether the account is known.
func (k *accountKeeper) take(d *zooDelivery) bool {
	name := strings.TrimPrefix(k.name, "data.object.")
	field, key := d.event.Data.Object[name], ""
	if inner, ok := strings.CutPrefix(name, "metadata."); ok {
		metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
		field = metadata[inner]
	}
	key, _ = field.(string)
	a, known := k.accounts[key]
	if !known {
		return false
	}
	id, ends := zooField(d, "id"), strings.HasSuffix(string(d.event.Type), ".deleted")
	switch {
	case ends:
		a.ended[id] = true
		if k.anyEnd || a.Subscription == id || a.Subscription == "" {
			a.Subscription, a.Status = id, "canceled"
		}
	case a.ended[id] && !k.stale, d.event.Created < a.told && !k.stale && a.Subscription == id:
	default:
		a.Subscription, a.Status, a.told = id, zooField(d, "status"), d.event.Created
	}
	k.accounts[key] = a
	return true
}

func (k *accountKeeper) subject(t *testing.T) contract.Subject {
	k.accounts = make(map[string]account)
	z := newZoo()
	t.Cleanup(z.Close)
	z.handle = func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		for _, eventType := range k.handles {
			if eventType == string(d.event.Type) && !k.take(d) && k.unknown != 0 {
				return &zooError{k.unknown, "no such account"}
			}
		}
		return nil
	}
	z.show = func() any { return maps.Clone(k.accounts) }
	s := zooNamed(t, "sound").subject(z, z.State)
	s.Handles = k.handles
	s.Prepare = func(_ context.Context, event *webhooktest.Event) (edits []webhooktest.Edit, err error) {
		z.mu.Lock()
		defer z.mu.Unlock()
		value, _ := event.Lookup(k.name)
		key, known := value.(string)
		if !known {
			k.names++
			key = fmt.Sprintf("user-%d", k.names)
			edits = append(edits, webhooktest.Add(k.name, key))
		}
		if _, there := k.accounts[key]; !there {
			k.accounts[key] = account{ended: make(map[string]bool)}
		}
		return edits, nil
	}
	return s
}

// Accounts that exist before an event comes are given to the objects that need them, once
// each: also where the first event about the object is not handled, and where a customer
// has a second one.
func TestAccountsAreGiven(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const (
		created, updated, deleted = "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"
		byCustomer, byUser        = "data.object.customer", "data.object.metadata.user_id"
		stale, revived            = "ordering/stale-update", "ordering/after-deleted"
		two, foreign              = "ordering/two-subscriptions", "dispatch/foreign-object"
	)
	late, all := []string{updated, deleted}, []string{created, updated, deleted}
	for _, test := range []struct {
		name   string
		keeper accountKeeper
		id     string
		want   contract.Verdict
	}{
		{"no creation, by customer, sound", accountKeeper{name: byCustomer, handles: late, unknown: http.StatusBadRequest}, stale, contract.Pass},
		{"no creation, by customer, stale", accountKeeper{name: byCustomer, handles: late, unknown: http.StatusBadRequest, stale: true}, stale, contract.Fail},
		{"no creation, by user, stale", accountKeeper{name: byUser, handles: late, stale: true}, stale, contract.Fail},
		{"no creation, by user, revived", accountKeeper{name: byUser, handles: late, stale: true}, revived, contract.Fail},
		{"no creation, by user, sound", accountKeeper{name: byUser, handles: late}, revived, contract.Pass},
		{"two subscriptions by user, sound", accountKeeper{name: byUser, handles: all}, two, contract.Pass},
		{"two subscriptions by user, any end", accountKeeper{name: byUser, handles: all, anyEnd: true}, two, contract.Warn},
		{"two subscriptions by customer, any end", accountKeeper{name: byCustomer, handles: all, anyEnd: true}, two, contract.Warn},
		{"somebody else's is refused", accountKeeper{name: byUser, handles: all, unknown: http.StatusBadRequest}, foreign, contract.Warn},
		{"somebody else's is left alone", accountKeeper{name: byUser, handles: all}, foreign, contract.Pass},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				s := test.keeper.subject(t)
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: []string{test.id}, Seed: 7})
				require.NoError(t, err)
				require.Equal(t, test.want, report.Cases[0].Verdict, "%s", report.Cases[0])
			})
		})
	}
}
