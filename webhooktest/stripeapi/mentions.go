package stripeapi

import (
	"cmp"
	"iter"
	"slices"
)

// mentions maps an ID to the objects that contain it, newest last. It has only text that
// looks like an ID.
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

// of yields the objects that contain an ID, newest first.
func (m mentions) of(id string) iter.Seq[*stored] {
	return func(yield func(*stored) bool) {
		for _, o := range slices.Backward(m[id]) {
			if !yield(o) {
				return
			}
		}
	}
}
