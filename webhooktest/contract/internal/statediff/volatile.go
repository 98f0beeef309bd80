package statediff

import (
	"maps"
	"sync"
)

// Volatile holds what the handler makes up, as found by baselines: fields of records, and
// places with another change each time. The zero value is empty. It is safe for concurrent
// use.
type Volatile struct {
	mu     sync.Mutex
	fields map[spot]bool
	places map[string]bool
}

// Copy returns a copy, which may learn what is not certain.
func (v *Volatile) Copy() *Volatile {
	v.mu.Lock()
	defer v.mu.Unlock()
	return &Volatile{fields: maps.Clone(v.fields), places: maps.Clone(v.places)}
}

// Forget forgets everything: it was read too early.
func (v *Volatile) Forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fields, v.places = nil, nil
}

func (v *Volatile) add(field spot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fields == nil {
		v.fields = make(map[spot]bool)
	}
	v.fields[field] = true
}

func (v *Volatile) has(field spot) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.fields[field]
}

func (v *Volatile) addPlace(place string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.places == nil {
		v.places = make(map[string]bool)
	}
	v.places[place] = true
}

func (v *Volatile) hasPlace(place string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.places[place]
}

// Agrees reports whether all clean deliveries had the same effect, except for what the
// handler is known to make up. If not, a reading may have been too early.
func (b Baseline) Agrees() bool {
	for place := range b.Touched() {
		if !IsGone(place) && !b.Volatile.hasPlace(place) && !b.agreesAt(place) {
			return false
		}
	}
	return true
}

// Settle records that the clean deliveries differ for good: where they do, the handler
// makes it up.
func (b Baseline) Settle() {
	for place := range b.Touched() {
		if !IsGone(place) && !b.agreesAt(place) {
			b.hide(place, append(b.at(place), Change{}))
			if !b.agreesAt(place) {
				b.Volatile.addPlace(place)
			}
		}
	}
}

// agreesAt reports whether all clean deliveries made the same change at a place, except for
// fields that the handler is known to make up.
func (b Baseline) agreesAt(place string) bool {
	changes := b.at(place)
	b.mask(place, changes)
	return alike(changes)
}
