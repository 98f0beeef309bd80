package contract_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooJoined keeps an account for each session, by the name that the app gave it, and shows
// whether its subscription is active: an update changes what another event's name leads to.
func zooJoined() zooBug {
	subscriptions := make(map[string]string) // by account
	linked := zooSaaS("joined", "accounts with a field that is computed from their subscription", func(z *zooHandler) {
		z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
			subscriptions[zooField(d, "client_reference_id")] = zooField(d, "subscription")
			return nil
		}
		z.show = func() any {
			accounts := zooObject{}
			for account, id := range subscriptions {
				known, there := z.subscriptions[id]
				accounts[account] = zooObject{"subscription": id, "active": !there || known.Status == "active"}
			}
			return zooBeside(z, "accounts", accounts)
		}
	})
	accounts := 0
	return linked.shaping("checkout.session.completed", "subscription").saying(func(s *contract.Subject) {
		s.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
			if event.Type() != "checkout.session.completed" {
				return nil, nil
			}
			accounts++
			return []webhooktest.Edit{webhooktest.Set("data.object.client_reference_id", tenant(accounts))}, nil
		}
	})
}

// tenant names an account in letters: one with a number would be a row whoever is named in it.
func tenant(n int) string {
	letter := func(digit rune) rune { return digit - '0' + 'a' }
	return "tenant-" + strings.Map(letter, strconv.Itoa(n))
}

// What a field is computed from came with an event before this one, whose names have roles,
// too. So clean deliveries are alike, and nothing is waited for.
func TestNothingIsWaitedForInAJoin(t *testing.T) {
	t.Parallel()
	realpart.Gate(t)
	bug := zooJoined()
	bubble(t, func(t *testing.T) {
		s := bug.subject(bug.build())
		defer s.Handler.(zooKeeper).Close()
		began := time.Now()
		suite := contract.Suite{New: func() contract.Subject { return s }, Only: []string{"idempotency", "signature/element-order"}, Seed: 7}
		report, err := contract.Check(t.Context(), suite)
		require.NoError(t, err)
		for _, result := range report.Cases {
			require.NotContains(t, []contract.Verdict{contract.Fail, contract.Warn, contract.Inconclusive}, result.Verdict, "%s: %s", result.ID, result)
		}
		require.Less(t, time.Since(began), 8*time.Second, "as long as an effect is waited for")
	})
}
