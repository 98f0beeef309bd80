package load

import (
	"math/bits"
	"strings"
)

// A tracked records the numbered events of a series: three bits each.
type tracked struct {
	name    string
	forged  bool
	stems   []string // ID stems; those of the events come first
	values  []value  // further texts that identify an event
	events  int      // number of event stems: the steps of a flow
	first   int      // number of the load's first event: earlier ones were for learning
	size    int      // numbers so far
	unnamed int      // events not accepted, from a record that does not name them

	attempts, deliveries int // of the load, with duplicates and retries; the accepted ones

	sent, unsure bitmap      // unsure: not accepted, or not yet
	open         map[int]int // steps not accepted yet, of flows in progress
}

// track makes the record of a series.
func track(s *series) *tracked {
	t := &tracked{name: s.name, forged: s.forged, events: len(s.steps)}
	if !s.forged { // the numbers in the texts of forgeries are those of genuine events
		t.values = s.values()
	}
	for _, role := range s.stemmed() {
		r := &s.roles[role]
		t.stems = append(t.stems, r.label+r.prefix+s.words[role].stem)
	}
	return t
}

// id returns the id of a stem with a number.
func (t *tracked) id(stem, number int) string {
	return string(appendNumber([]byte(t.stems[stem]), uint64(number), numberDigits, base62))
}

// begin records that an event goes out.
func (t *tracked) begin(number int) {
	t.size = max(t.size, number+1)
	if t.sent.has(number) {
		return
	}
	t.sent.set(number)
	t.unsure.set(number)
	if t.events > 1 {
		if t.open == nil {
			t.open = make(map[int]int)
		}
		t.open[number] = t.events
	}
}

// accept records that a step of an event was accepted.
func (t *tracked) accept(number int) {
	if t.events > 1 {
		left, under := t.open[number]
		if left > 1 {
			t.open[number] = left - 1
		}
		if !under || left > 1 {
			return
		}
		delete(t.open, number)
	}
	t.unsure.unset(number)
}

// fail records that a step of an event was not accepted and is not retried.
func (t *tracked) fail(number int) { delete(t.open, number) }

// accepted reports whether every step of an event was accepted.
func (t *tracked) accepted(number int) bool { return t.sent.has(number) && !t.unsure.has(number) }

// counts returns the numbers of accepted and of unsure events of the load.
func (t *tracked) counts() (accepted, unsure int) {
	sent := t.sent.count(t.first)
	unsure = t.unsure.count(t.first)
	return sent - unsure, unsure
}

// addTo adds the ids of the events to an index.
func (t *tracked) addTo(x *index) {
	for _, stem := range t.stems {
		at := strings.LastIndexByte(stem, '_')
		x.add(stem[at+1:], mark{t, strings.TrimSuffix(stem[:at+1], "_")})
	}
	for i := range t.values {
		v := &t.values[i]
		x.values = append(x.values, valueMark{mark{t, v.label}, v})
	}
}

// A bitmap is a set of small numbers.
type bitmap []uint64

func (b *bitmap) set(n int) {
	for n/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bitmap) unset(n int) {
	if n/64 < len(b) {
		b[n/64] &^= 1 << (n % 64)
	}
}

func (b bitmap) has(n int) bool { return n/64 < len(b) && b[n/64]>>(n%64)&1 == 1 }

// count returns how many numbers, starting with from, are in the set.
func (b bitmap) count(from int) (n int) {
	for i := from / 64; i < len(b); i++ {
		word := b[i]
		if i == from/64 {
			word &^= 1<<(from%64) - 1
		}
		n += bits.OnesCount64(word)
	}
	return n
}
