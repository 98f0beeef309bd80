package contract_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// zooTenth says yes to every tenth of the keys that it is asked about, and to each of
// these again.
type zooTenth map[string]bool

func (t zooTenth) has(key string) bool {
	if _, known := t[key]; !known {
		t[key] = len(t)%10 == 9
	}
	return t[key]
}

// zooRaceBugs show in a tenth of tries.
func zooRaceBugs() []zooBug {
	return []zooBug{
		zooWith("copies-race", "a copy passes between the look and the insert, now and then", func(z *zooHandler) {
			z.handle = z.claimedBut(zooTenth{})
		}).racing("idempotency/concurrent"),
		zooWith("copies-race-later", "two workers take the same job, now and then", func(z *zooHandler) {
			work := z.claimedBut(zooTenth{})
			z.answer = zooAnswerWith(http.StatusAccepted)
			z.handle = func(d *zooDelivery) error {
				z.working.Go(func() {
					for work(d) != nil {
						time.Sleep(20 * time.Millisecond)
					}
				})
				return nil
			}
		}).racing("idempotency/concurrent"),
		zooWith("updates-race", "compares with what it has read, and another update came meanwhile", func(z *zooHandler) {
			unlucky := zooTenth{}
			z.handle = z.claimed
			z.effects["customer.subscription.updated"] = func(d *zooDelivery) error {
				id := zooField(d, "id")
				read := maps.Clone(z.subscriptions)
				if unlucky.has(id) {
					z.pause(map[string]time.Duration{"active": 4, "past_due": 2}[zooField(d, "status")] * time.Millisecond)
				}
				now := z.subscriptions
				z.subscriptions = read
				err := z.subscribed(d)
				now[id], z.subscriptions = read[id], now
				return err
			}
		}),
		zooWith("creation-races", "two branches look for the row, find none and insert one, now and then", func(z *zooHandler) {
			z.handle = z.claimed
			z.mirrored(z.waitingAtTenth())
		}),
		zooSessionsMirrored("session-races", "the session and an update look for the row, find none and insert one, now and then", (*zooHandler).waitingAtTenth),
		zooWith("creation-races-later", "two workers find no row and insert one, now and then", func(z *zooHandler) {
			z.mirrored(z.waitingAtTenth())
			z.handle = func(d *zooDelivery) error { return z.laterBy(20*time.Millisecond, d) }
		}),
		zooWith("creation-inserts", "the creation inserts a row, whatever is there", func(z *zooHandler) {
			z.mirrored(func(string) {})
			mirror := z.effects["customer.subscription.created"]
			z.effects["customer.subscription.created"] = func(d *zooDelivery) error {
				if _, known := z.subscriptions[zooField(d, "id")]; known {
					z.mirror = append(z.mirror, zooObject{"subscription": zooField(d, "id"), "status": zooField(d, "status")})
					return nil
				}
				return mirror(d)
			}
		}),
	}
}

// zooSoundRaces are as busy, and lose no race.
func zooSoundRaces() []zooBug {
	return []zooBug{
		zooWith("mirror", "a row for each subscription, inserted or updated in one statement", func(z *zooHandler) {
			z.mirrored(func(string) {})
		}),
		zooSessionsMirrored("mirror-of-sessions", "the row comes of the session or of the update, in one statement", func(*zooHandler) func(string) {
			return func(string) {}
		}),
		zooWith("mirror-claimed", "copies get 409 while one is at work, and come again", func(z *zooHandler) {
			z.mirrored(func(string) {})
			z.handle = z.claimed
		}),
		zooWith("mirror-later", "a worker with a row for each subscription", func(z *zooHandler) {
			z.mirrored(func(string) {})
			z.handle, z.answer = z.later, zooAnswerWith(http.StatusAccepted)
		}),
		zooWith("mirror-and-alerts", "a row for each subscription, and a line for what came late", func(z *zooHandler) {
			z.mirrored(func(string) {})
			var alerts []string
			update := z.effects["customer.subscription.created"]
			z.effects["customer.subscription.created"] = func(d *zooDelivery) error {
				if _, known := z.subscriptions[zooField(d, "id")]; known {
					alerts = append(alerts, "late creation of "+zooField(d, "id"))
				}
				return update(d)
			}
			show := z.show
			z.show = func() any {
				state := show().(zooObject)
				state["alerts"] = slices.Clone(alerts)
				return state
			}
		}),
	}
}

// claimedBut lets copies of some events pass while one of them is at work, and has all
// others wait for it.
func (z *zooHandler) claimedBut(unlucky zooTenth) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		keys := z.keys(d)
		passes := unlucky.has(d.event.ID)
		switch {
		case z.known(keys):
			return z.duplicate
		case z.claims[d.event.ID] && !passes:
			return &zooError{http.StatusConflict, "in progress"}
		}
		z.claims[d.event.ID] = true
		z.pause(time.Millisecond)
		delete(z.claims, d.event.ID)
		if z.known(keys) && !passes {
			return z.duplicate
		}
		err := z.apply(d)
		if err == nil {
			z.remember(keys...)
		}
		return err
	}
}

// mirrored keeps a row for each subscription. Between the look for it and the write,
// something may happen.
func (z *zooHandler) mirrored(between func(id string)) {
	for eventType := range z.effects {
		if strings.HasPrefix(eventType, "customer.subscription.") {
			z.mirrors(eventType, "id", between)
		}
	}
	z.show = func() any { return zooBeside(z, "mirror", slices.Clone(z.mirror)) }
}

// mirrors keeps a row for the subscription that a field of a type's events names.
func (z *zooHandler) mirrors(eventType, field string, between func(id string)) {
	effect := z.effects[eventType]
	z.effects[eventType] = func(d *zooDelivery) error {
		id := zooField(d, field)
		if id == "" {
			return effect(d)
		}
		find := func(row zooObject) bool { return row["subscription"] == id }
		at := slices.IndexFunc(z.mirror, find)
		between(id)
		if err := effect(d); err != nil {
			return err
		}
		if at < 0 {
			z.mirror = append(z.mirror, zooObject{"subscription": id})
		}
		for i, row := range z.mirror {
			if find(row) {
				z.mirror[i] = zooObject{"subscription": id, "status": z.subscriptions[id].Status}
			}
		}
		return nil
	}
}

// zooSessionsMirrored is a handler whose row for a subscription the session makes, or the
// update that comes with it.
func zooSessionsMirrored(name, why string, between func(*zooHandler) func(id string)) zooBug {
	return zooSaaS(name, why, func(z *zooHandler) {
		z.handle = z.claimed
		z.effects["checkout.session.completed"] = z.begun
		z.mirrored(between(z))
		z.mirrors("checkout.session.completed", "subscription", between(z))
	}).shaping("checkout.session.completed", "subscription")
}

// waitingAtTenth has a tenth of the subscriptions wait.
func (z *zooHandler) waitingAtTenth() func(id string) {
	unlucky := zooTenth{}
	return func(id string) {
		if unlucky.has(id) {
			z.pause(time.Millisecond)
		}
	}
}
