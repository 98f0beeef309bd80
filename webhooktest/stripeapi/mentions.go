package stripeapi

import (
	"cmp"
	"iter"
	"slices"
)

// mentions are the objects that hold an id, by id: the newest last. What does not look
// like an id is not in it.
type mentions map[string][]*stored

func (m mentions) add(o *stored) {
	for _, id := range o.ids {
		m[id] = append(m[id], o)
	}
}

func (m mentions) remove(o *stored) {
	for _, id := range o.ids {
		at, found := slices.BinarySearchFunc(m[id], o.turn, func(other *stored, turn int64) int { return cmp.Compare(other.turn, turn) })
		switch {
		case !found:
		case len(m[id]) == 1:
			delete(m, id)
		default:
			m[id] = slices.Delete(m[id], at, at+1)
		}
	}
}

// of yields the objects that hold an id, newest first.
func (m mentions) of(id string) iter.Seq[*stored] {
	return func(yield func(*stored) bool) {
		for _, o := range slices.Backward(m[id]) {
			if !yield(o) {
				return
			}
		}
	}
}
