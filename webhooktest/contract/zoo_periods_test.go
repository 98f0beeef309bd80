package contract_test

import "github.com/stripe/stripe-go/v76"

// zooPaidUntil is a handler that shows until when each subscription is paid for.
func zooPaidUntil(name, why string, next func(known, told int64) int64) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		until := make(map[string]int64)
		for _, eventType := range []string{"customer.subscription.created", "customer.subscription.updated"} {
			effect := z.effects[eventType]
			z.effects[eventType] = func(d *zooDelivery) error {
				var s stripe.Subscription
				if err := zooDecode(d, &s); err != nil {
					return err
				}
				until[s.ID] = next(until[s.ID], s.CurrentPeriodEnd)
				return effect(d)
			}
		}
		z.show = func() any {
			rows := []zooObject{}
			for id, end := range until {
				rows = append(rows, zooObject{"subscription": id, "paid_until": end})
			}
			return zooBeside(z, "periods", rows)
		}
	})
}

func zooPeriodBugs() []zooBug {
	return []zooBug{zooPaidUntil("period-kept", "the end of the first period is kept for ever", func(known, told int64) int64 {
		if known != 0 {
			return known
		}
		return told
	})}
}

func zooPeriodSound() []zooBug {
	return []zooBug{zooPaidUntil("period-moves", "the end of the period moves with renewals", func(known, told int64) int64 { return max(known, told) })}
}
