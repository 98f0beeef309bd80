package contract_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// zooSoundStates differ in what they show of what they store.
func zooSoundStates() (sound []zooBug) {
	for _, view := range slices.Concat(zooViews(), zooTurnViews()) {
		sound = append(sound, zooWith(view.name, view.why, func(z *zooHandler) { z.showAs(view) }))
	}
	return append(sound,
		zooReferences("by-reference", "a map keyed by client_reference_id", func(*zooHandler) {}),
		zooWith("serial-rows", "rows with a serial number and the time", func(z *zooHandler) {
			var rows []zooObject
			z.show = func() any {
				for len(rows) < len(z.log) {
					rows = append(rows, zooObject{"id": len(rows) + 1, "line": z.log[len(rows)], "at": time.Now().Format(time.RFC3339Nano)})
				}
				return zooObject{"rows": slices.Clone(rows)}
			}
		}),
		zooWith("writes-counted", "rows with a flag, an amount and how often they were written: not for an older event", func(z *zooHandler) {
			writes := make(map[string]int)
			z.newer = func(old, now zooSubscription) bool {
				if !zooNewer(old, now) {
					return false
				}
				writes[now.id]++
				return true
			}
			z.show = func() any { return zooFlags(z, writes) }
		}),
		zooWith("bookkeeping", "rows with the event that came last, what was ignored, and how often they were written", func(z *zooHandler) {
			z.keepBooks(zooNewer)
		}),
		zooWith("heartbeat", "numbers that move by themselves", func(z *zooHandler) {
			started, reads := time.Now(), 0
			z.show = func() any {
				reads++
				return zooBeside(z, "health", zooObject{"uptime_ms": time.Since(started).Milliseconds(), "reads": reads})
			}
		}),
		zooWith("refusals-counted", "how often it refused what, for which reason", func(z *zooHandler) {
			reasons := make(map[string]int)
			z.refuse = func(d *zooDelivery, err error) {
				z.mu.Lock()
				defer z.mu.Unlock()
				reasons[err.Error()]++
				zooRefuseWith(http.StatusBadRequest)(d, err)
			}
			z.show = func() any { return zooBeside(z, "refused", maps.Clone(reasons)) }
		}),
		zooWith("refusals-among-deliveries", "one table of the events that it took and that it refused", func(z *zooHandler) {
			var rows []zooObject
			row := func(d *zooDelivery, status string) { // with mu held
				event, _ := parsed(d)
				if z.effects[string(event.Type)] == nil {
					return // which it does not subscribe to
				}
				rows = append(rows, zooObject{"id": len(rows) + 1, "event": event.ID, "type": string(event.Type), "status": status})
			}
			for eventType, effect := range z.effects {
				z.effects[eventType] = func(d *zooDelivery) error {
					row(d, "processed")
					return effect(d)
				}
			}
			z.refuse = func(d *zooDelivery, err error) {
				z.mu.Lock()
				row(d, "refused")
				z.mu.Unlock()
				zooRefuseWith(http.StatusBadRequest)(d, err)
			}
			z.show = func() any { return zooBeside(z, "deliveries", slices.Clone(rows)) }
		}),
	)
}

// keepBooks shows rows of subscriptions with what is no state of theirs beside it.
func (z *zooHandler) keepBooks(newer func(old, now zooSubscription) bool) {
	last, ignored, writes := make(map[string]string), make(map[string]int), make(map[string]int)
	for _, eventType := range []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"} {
		effect := z.effects[eventType]
		z.effects[eventType] = func(d *zooDelivery) error {
			last[zooField(d, "id")] = eventType
			if z.subscriptions[zooField(d, "id")].id == "" {
				writes[zooField(d, "id")]++
			}
			return effect(d)
		}
	}
	z.newer = func(old, now zooSubscription) bool {
		if !newer(old, now) {
			ignored[now.id]++
			return false
		}
		writes[now.id]++
		return true
	}
	z.show = func() any {
		rows := []zooObject{}
		for id, s := range z.subscriptions {
			status := fmt.Sprintf("%s v%d", s.Status, writes[id])
			rows = append(rows, zooObject{"subscription": id, "status": status, "last_event": last[id], "ignored": ignored[id]})
		}
		state := z.everything().(zooObject)
		delete(state, "log") // which has the status as a word
		state["subscriptions"] = rows
		return state
	}
}

// zooFlags are rows as SQLite has them, whose booleans are numbers.
func zooFlags(z *zooHandler, writes map[string]int) any {
	rows := []zooObject{}
	for id, s := range z.subscriptions {
		active := 0
		if !s.ended {
			active = 1
		}
		rows = append(rows, zooObject{"subscription": id, "active": active, "seats": s.Quantity, "writes": writes[id]})
	}
	state := z.everything().(zooObject)
	delete(state, "log") // which has the status as a word
	state["subscriptions"] = rows
	return state
}

func (z *zooHandler) showAs(view zooView) { z.show = func() any { return view.show(z) } }

// zooShownBugs count every copy, and show it in one way only.
func zooShownBugs() (bugs []zooBug) {
	for _, view := range slices.Concat(zooViews(), zooTurnViews()) {
		if view.doubles {
			bugs = append(bugs, zooWith("twice-in-"+view.name, "B50: every copy counts; shows "+view.why, func(z *zooHandler) {
				z.keys = func(*zooDelivery) []string { return nil }
				z.showAs(view)
			}).racing("resilience/hang-up"))
		}
	}
	return append(bugs, zooReferences("twice-in-by-reference", "B50: every copy counts; shows a map keyed by client_reference_id", func(z *zooHandler) {
		z.keys = func(*zooDelivery) []string { return nil }
	}).racing("resilience/hang-up"))
}
