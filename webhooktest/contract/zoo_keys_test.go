package contract_test

import (
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A zooPayer has paid for an order of the app, by the names that the app gave it.
type zooPayer struct {
	order, email string // client_reference_id or metadata.order_id
	amount       int64
}

// zooKeyViews are maps whose keys are the app's own names: they differ in each event.
func zooKeyViews() []zooView {
	return []zooView{
		{"by-order", "a map keyed by the order in the metadata", true, func(z *zooHandler) any {
			return z.bought(func(orders zooObject, b zooPayer) { zooCount(orders, b.order, b.amount) })
		}},
		{"by-email", "a map keyed by the e-mail address", true, func(z *zooHandler) any {
			return z.bought(func(spent zooObject, b zooPayer) { zooCount(spent, b.email, b.amount) })
		}},
		{"by-email-and-order", "a map within a map: the orders of each customer", true, func(z *zooHandler) any {
			return z.bought(func(customers zooObject, b zooPayer) {
				orders, _ := customers[b.email].(zooObject)
				if orders == nil {
					orders = zooObject{}
				}
				zooCount(orders, b.order, b.amount)
				customers[b.email] = orders
			})
		}},
		{"by-composite-key", "a map whose keys are made of the order and a word", true, func(z *zooHandler) any {
			return z.bought(func(facts zooObject, b zooPayer) {
				zooCount(facts, "order:"+b.order+":paid", b.amount)
				zooCount(facts, b.order+"/2", 1)
			})
		}},
	}
}

// bought is a state with what was bought.
func (z *zooHandler) bought(put func(zooObject, zooPayer)) any {
	bought := zooObject{}
	for _, buyer := range z.buyers {
		put(bought, buyer)
	}
	return zooObject{"bought": bought}
}

func zooCount(sums zooObject, key string, amount int64) {
	sum, _ := sums[key].(int64)
	sums[key] = sum + amount
}

// zooReferences fulfils sessions only, and keeps an account by client_reference_id.
func zooReferences(name, why string, change func(*zooHandler)) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		change(z)
		z.show = func() any {
			accounts := zooObject{}
			for _, buyer := range z.buyers {
				account, _ := accounts[buyer.order].(zooObject)
				credits, _ := account["credits"].(int64)
				accounts[buyer.order] = zooObject{"active": true, "credits": credits + buyer.amount}
			}
			return zooObject{"accounts": accounts}
		}
	}).saying(func(s *contract.Subject) {
		s.Handles = []string{"checkout.session.completed", "checkout.session.async_payment_succeeded"}
	})
}

// A key that is another one in each event is judged all the same.
func TestKeysAreComparable(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, name := range realpart.Sample([]string{"by-order", "by-email", "by-email-and-order", "by-composite-key", "by-reference"}, 2) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, result := range checkZoo(t, zooNamed(t, name), "signature/element-order", "signature/rolled-first", "idempotency/redelivered", "idempotency/race-of-copies").Cases {
				require.Equal(t, contract.Pass, result.Verdict, "%s", result)
			}
		})
	}
}
