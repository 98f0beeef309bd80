package contract

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A baselineCache keeps what a run has learned about clean delivery: the effect of one
// event of a type, and of the reference steps that many cases share. It saves time. Before
// a case fails, everything is measured again.
type baselineCache struct {
	keep     bool               // references: cases of a folder share none
	volatile statediff.Volatile // fields of the state that the handler makes up

	allMadeUp atomic.Bool // they are known for all handled types

	mu         sync.Mutex
	effects    map[string]statediff.Diff   // effect of one event, by type
	agains     map[string]statediff.Diff   // effect of another event of a type
	references map[string][]statediff.Diff // effects of reference steps, by their key
	firsts     map[string]statediff.Diff   // effect of the first event of a type, for types bound to one object of the app
	spent      map[string]string           // why a type that had an effect has none any more
	silent     map[string]bool             // event types without an effect; false: seem to have none
	sure       map[string]bool             // event types whose effect a careful try has measured
}

func newBaselineCache(keep bool) *baselineCache {
	return &baselineCache{
		keep: keep, effects: make(map[string]statediff.Diff), agains: make(map[string]statediff.Diff),
		references: make(map[string][]statediff.Diff), silent: make(map[string]bool),
		firsts: make(map[string]statediff.Diff), spent: make(map[string]string),
		sure: make(map[string]bool),
	}
}

// effect returns the known effect of an event type.
func (b *baselineCache) effect(eventType string) (statediff.Diff, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, ok := b.effects[eventType]
	return known, ok
}

// learn stores the effect of an event type.
func (b *baselineCache) learn(eventType string, did statediff.Diff) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.effects[eventType] = did
	if _, known := b.silent[eventType]; len(did) > 0 {
		delete(b.silent, eventType)
	} else if !known {
		b.silent[eventType] = false
	}
}

// learnFirst stores the effect of a type's first event, and reports whether it was the
// first.
func (b *baselineCache) learnFirst(eventType string, did statediff.Diff) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.firsts[eventType]) > 0 {
		return false
	}
	b.firsts[eventType] = did
	return true
}

// first returns the effect of a type's first event.
func (b *baselineCache) first(eventType string) statediff.Diff {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.firsts[eventType]
}

// anyFirst reports whether the first event of any type had an effect.
func (b *baselineCache) anyFirst() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, did := range b.firsts {
		if len(did) > 0 {
			return true
		}
	}
	return false
}

// spend records why a type has no effect any more.
func (b *baselineCache) spend(eventType, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent[eventType] = why
	delete(b.effects, eventType)
}

// isSpent returns why a type has no effect any more, "" if it may have one.
func (b *baselineCache) isSpent(eventType string) (why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent[eventType]
}

// doubt forgets the effect of a type, unless a careful try has measured it or waited for it.
func (b *baselineCache) doubt(eventType string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.sure[eventType] && !b.silent[eventType] {
		delete(b.effects, eventType)
		delete(b.agains, eventType)
	}
}

// trust records that the effect of a type was measured by a careful try.
func (b *baselineCache) trust(eventType string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sure[eventType] = len(b.effects[eventType]) > 0
}

func (b *baselineCache) forget(eventType string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.effects, eventType)
	delete(b.agains, eventType)
	delete(b.sure, eventType)
}

// again returns the known effect of another event of a type.
func (b *baselineCache) again(eventType string) (statediff.Diff, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, ok := b.agains[eventType]
	return known, ok
}

// learnAgain stores the effect of another event of a type.
func (b *baselineCache) learnAgain(eventType string, did statediff.Diff) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.agains[eventType] = did
}

// forgetAgain has the effect of another event of a type measured anew.
func (b *baselineCache) forgetAgain(eventType string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.agains, eventType)
}

func (b *baselineCache) forgetAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.effects)
	clear(b.agains)
	clear(b.references)
	clear(b.sure)
	b.volatile.Forget()
	b.allMadeUp.Store(false)
}

// madeUp returns what the handler is known to make up. Only a careful try adds to it:
// elsewhere, a difference may be a reading that was too early.
func (b *baselineCache) madeUp(careful bool) *statediff.Volatile {
	if careful {
		return &b.volatile
	}
	return b.volatile.Copy()
}

// isSilent reports whether a type had no effect although the engine waited for one.
func (b *baselineCache) isSilent(eventType string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.silent[eventType]
}

// seemSilent returns a type together with all other types that seem to have no effect and
// that the engine has not waited for.
func (b *baselineCache) seemSilent(eventType string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	types := []string{eventType}
	for other, waitedFor := range b.silent {
		if !waitedFor && other != eventType {
			types = append(types, other)
		}
	}
	slices.Sort(types[1:])
	return types
}

// silence records that types have no effect.
func (b *baselineCache) silence(types []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, eventType := range types {
		b.silent[eventType] = true
	}
}

// reference returns the effects of the reference steps with a key, or nil if they have not
// run.
func (b *baselineCache) reference(key string) []statediff.Diff {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.references[key]
}

// learnReference stores the effect of reference steps for later cases. Steps without a key
// belong to one case.
func (b *baselineCache) learnReference(key string, did []statediff.Diff) {
	if key == "" || !b.keep {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.references[key] = did
}

// referenceKey identifies reference steps that several cases may share. It is empty for
// steps that occur in one case only.
func (c *contractCase) referenceKey(v variant) string {
	hangsUp := func(step caseStep) bool { return slices.Contains(step.Mutate, "hang-up") } // and leaves work behind
	if c.Compare != "" || v.payload != 0 || slices.ContainsFunc(c.Steps, hangsUp) {
		return ""
	}
	events := make(map[string]caseEvent)
	for _, step := range c.Reference {
		for _, name := range step.Send {
			for name != "" {
				event := c.Events[name]
				event.Variant += v.shapeFor(event)
				event.Type = v.typeOf(event.Type)
				events[name] = event
				name = cmp.Or(event.About, event.sibling())
			}
		}
	}
	key, err := json.Marshal([]any{events, c.Reference, c.asksForEffect(), v.bursts, hasAlike(c)})
	if err != nil {
		return ""
	}
	return string(key)
}

// referenceOf returns the key of one event, delivered once: the reference of most cases.
func referenceOf(eventType string) string {
	c := contractCase{Events: map[string]caseEvent{"e": {Type: eventType}}, Reference: []caseStep{{Send: names{"e"}}}}
	return c.referenceKey(variant{})
}
