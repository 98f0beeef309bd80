package load

import (
	"slices"
	"strings"
)

// A judgment is a verdict in progress.
type judgment struct {
	*oracle
	now     *reading
	verdict Verdict
	found   map[*tracked]*oddities
	missing int            // effects that may still appear
	forged  map[string]int // forgeries of the load with an effect, by the event they imitate
}

// judge compares a reading with the effect of that many clean deliveries.
func (o *oracle) judge(now *reading) *judgment {
	j := &judgment{oracle: o, now: now, found: make(map[*tracked]*oddities), forged: make(map[string]int)}
	if o.repeats {
		o.doubtLogs(now)
	}
	for _, t := range o.genuine {
		accepted, unsure := t.counts()
		j.verdict.Delivered, j.verdict.Unsure = j.verdict.Delivered+accepted, j.verdict.Unsure+unsure
		j.found[t] = &oddities{}
		j.countIDs(t)
		j.compareRows(t)
		j.name(t)
	}
	j.forgeries()
	if o.base != nil {
		j.sums()
	}
	j.missing += j.verdict.Lost.Count
	j.verdict.Effects = max(0, j.verdict.Delivered-j.verdict.Lost.Count)
	j.verdict.Notes = slices.Clone(o.notes)
	if slices.ContainsFunc(o.genuine, func(t *tracked) bool { return t.events > 1 }) {
		j.verdict.Notes = append(j.verdict.Notes, "the events of a flow count as one here")
	}
	if named := len(j.counts) > 0; named && 2*j.verdict.Lost.Count > j.verdict.Delivered && j.verdict.Delivered > 2 {
		j.verdict.Notes = append(j.verdict.Notes, "more than half of the events are missing: if the state is one page of a longer list, show all of it")
	}
	return j
}

// countIDs finds the events that appear too rarely or too often.
func (j *judgment) countIDs(t *tracked) {
	found := j.found[t]
	for path, want := range j.counts {
		if want[t] == 0 || !j.tells(path) {
			continue
		}
		seen := j.now.times(path, t)
		for n := t.first; n < t.size; n++ {
			times := 0
			if n < len(seen) {
				times = int(seen[n])
			}
			switch {
			case times < want[t] && t.accepted(n):
				found.lost.set(n)
			case times > want[t]:
				found.doubled.set(n)
			}
		}
	}
}

// compareRows judges the values beside the ids.
func (j *judgment) compareRows(t *tracked) {
	odd, found := j.now.wrong[t], j.found[t]
	if odd == nil {
		return
	}
	for n := t.first; n < t.size; n++ {
		switch {
		case odd.doubled.has(n):
			found.doubled.set(n)
		case odd.lost.has(n) && t.accepted(n):
			found.lost.set(n)
		case odd.wrong.has(n) && t.accepted(n):
			found.wrong.set(n)
		}
	}
	found.said = odd.said
}

// name lists the events of a series in the verdict.
func (j *judgment) name(t *tracked) {
	found := j.found[t]
	for n := t.first; n < t.size; n++ {
		switch {
		case found.lost.has(n):
			j.verdict.Lost.add(j.named(t, n))
		case found.doubled.has(n):
			j.verdict.Doubled.add(j.named(t, n))
		case found.wrong.has(n):
			one := j.named(t, n)
			one.Said = found.said[n]
			j.verdict.Wrong.add(one)
			j.missing++
		}
	}
}

// named names an event. The object of a flow says more than its first event.
func (j *judgment) named(t *tracked, number int) Named {
	one := Named{Event: t.id(0, number)}
	for path, want := range j.counts {
		if want[t] > 0 && t.events < len(t.stems) && strings.Contains(path, "{"+labelOf(t.stems[t.events])+"}") {
			one.Object = t.id(t.events, number)
		}
	}
	return one
}

// labelOf returns how places refer to the ids of a stem.
func labelOf(stem string) string { return stem[:max(0, strings.LastIndexByte(stem, '_'))] }

func (f *Finding) add(one Named) {
	f.Count++
	if len(f.Events) < MostNamed {
		f.Events = append(f.Events, one)
	}
}

// forgeries finds the forgeries that left an id where genuine events do. A forgery sent for
// learning counts if no other had an effect.
func (j *judgment) forgeries() {
	for _, t := range j.oracle.forged {
		accepted, unsure := t.counts()
		j.verdict.Forgeries += accepted + unsure
		effective := j.effective(t)
		from := t.first
		if t.first > 0 && effective.count(from) == 0 && effective.count(0) > 0 {
			from = 0
			j.verdict.Forgeries += t.first
		}
		j.forged[t.name] = effective.count(t.first)
		for n := from; n < t.size; n++ {
			if effective.has(n) {
				j.verdict.Forged.add(Named{Event: t.id(0, n)})
			}
		}
	}
}

// effective returns the forgeries of a series that had an effect.
func (j *judgment) effective(t *tracked) (all bitmap) {
	for path := range j.counts {
		p := j.now.places[path]
		if p == nil || !j.tells(path) {
			continue
		}
		for n, times := range p.seen[t] {
			if times > 0 {
				all.set(n)
			}
		}
	}
	return all
}
