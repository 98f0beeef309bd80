package stripeapi

import (
	"container/list"
	"iter"
)

// kept is a map of the newest values: over its limits, it forgets the oldest. The zero
// value is ready once the limits are set.
type kept[K comparable, V any] struct {
	count, bytes int // limits
	size         int
	order        list.List // of *keptItem, oldest first
	byKey        map[K]*list.Element
	forgotten    func(K, V)
}

type keptItem[K comparable, V any] struct {
	key   K
	value V
	size  int
}

func (k *kept[K, V]) get(key K) (v V, ok bool) {
	element, ok := k.byKey[key]
	if !ok {
		return v, false
	}
	return element.Value.(*keptItem[K, V]).value, true
}

// put stores a value as the newest. A value over the limits stays until the next one.
func (k *kept[K, V]) put(key K, value V, size int) {
	k.remove(key)
	if k.byKey == nil {
		k.byKey = make(map[K]*list.Element)
	}
	k.byKey[key] = k.order.PushBack(&keptItem[K, V]{key, value, size})
	k.size += size
	for k.order.Len() > 1 && (k.order.Len() > k.count || k.size > k.bytes) {
		oldest := k.order.Front().Value.(*keptItem[K, V])
		k.remove(oldest.key)
		if k.forgotten != nil {
			k.forgotten(oldest.key, oldest.value)
		}
	}
}

func (k *kept[K, V]) remove(key K) {
	if element, ok := k.byKey[key]; ok {
		item := k.order.Remove(element).(*keptItem[K, V])
		k.size -= item.size
		delete(k.byKey, key)
	}
}

// newest yields the values, newest first.
func (k *kept[K, V]) newest() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for element := k.order.Back(); element != nil; element = element.Prev() {
			item := element.Value.(*keptItem[K, V])
			if !yield(item.key, item.value) {
				return
			}
		}
	}
}
