package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrSentTwice means that two records have the same ids.
var ErrSentTwice = errors.New("two of the records have the same ids: each instance needs its own run or instance")

// Verify judges the effects of what several instances sent, by the ids in the state. It
// does not judge counters: their starting values are unknown.
func Verify(ctx context.Context, sent []*Sent, state func(context.Context) (any, error), wait time.Duration, progress func(Progress)) (*Verdict, error) {
	genuine, forged, err := trackedBy(sent)
	if err != nil {
		return nil, err
	}
	unnamed := refuse(genuine, sent)
	v := &run{Load: Load{State: state, Wait: wait, Progress: progress}, settle: shortestSettle, meter: newMeter()}
	if v.Wait == 0 {
		v.Wait = DefaultWait
	}
	v.meter.ended = time.Now()
	v.oracle = newOracle(state, genuine, forged)
	v.oracle.repeats = slices.ContainsFunc(sent, func(s *Sent) bool { return s.Repeats })
	now, err := v.oracle.read(ctx)
	for round := 0; err == nil && round < mostNested && v.oracle.learnMapsFromMany(now); round++ {
		now, err = v.oracle.read(ctx)
	}
	if err != nil {
		return nil, err
	}
	v.oracle.learnFromMany(now)
	if len(v.oracle.counts) == 0 {
		return nil, fmt.Errorf("%w: it names none of them", ErrNoEffect)
	}
	verdict := v.judge(ctx)
	verdict.excuse(unnamed)
	return verdict, nil
}

// trackedBy makes the records of all instances.
func trackedBy(sent []*Sent) (genuine, forged []*tracked, err error) {
	seen := make(map[string]bool)
	for _, one := range sent {
		for _, ids := range one.Sent {
			for _, stem := range ids.Stems {
				if seen[stem] {
					return nil, nil, fmt.Errorf("%w: %s…", ErrSentTwice, stem)
				}
				seen[stem] = true
			}
			if t := ids.tracked(); t.forged {
				forged = append(forged, t)
			} else {
				genuine = append(genuine, t)
			}
		}
	}
	if len(genuine) == 0 {
		return nil, nil, ErrNothingSent
	}
	return genuine, forged, nil
}

// refuse marks the events that were not accepted, and returns the number of unnamed ones.
func refuse(genuine []*tracked, sent []*Sent) (unnamed int) {
	byStem := make(map[string]*tracked)
	for _, t := range genuine {
		unnamed += t.unnamed
		byStem[t.stems[0]] = t
	}
	for _, one := range sent {
		for _, id := range one.NotAccepted {
			stem := id[:max(0, len(id)-numberDigits)]
			t, number := byStem[stem], parseNumber(id[len(stem):])
			if t == nil || number < 0 || !t.sent.has(number) || t.unsure.has(number) {
				continue
			}
			t.unsure.set(number)
			unnamed--
		}
	}
	return max(0, unnamed)
}

// excuse reduces the lost events by the number of unnamed ones that were not accepted.
func (v *Verdict) excuse(unnamed int) {
	if unnamed == 0 {
		return
	}
	note := Number(unnamed) + " more not accepted, and no file says which"
	if v.Lost.Count > 0 {
		note += ": as many of those without an effect may be among them (k6's output names them)"
	}
	v.Notes = append(v.Notes, note)
	v.Lost.Count = max(0, v.Lost.Count-unnamed)
	if v.Lost.Count == 0 {
		v.Lost.Events = nil
	}
}

// learnFromMany takes the effect of most events as the effect of each.
func (o *oracle) learnFromMany(now *reading) {
	o.counts, o.rules = make(map[string]map[*tracked]int), rowRules{stable: make(map[string]bool), expected: make(map[rowPlace]string)}
	for path, p := range now.places {
		for _, t := range o.genuine {
			accepted, _ := t.counts()
			if n, by := most(p.seen[t]); n > 0 && 2*by > accepted {
				if o.counts[path] == nil {
					o.counts[path] = make(map[*tracked]int)
				}
				o.counts[path][t], o.rules.stable[path] = n, true
			}
		}
	}
	for key, text := range now.values {
		if at := (rowPlace{key.place, key.in}); isConstant(text) && !key.in.forged && o.valued(now, at, text) && !o.maps.older(at.place, text) {
			o.rules.expected[at] = text
		}
	}
}

// most returns the most common count, and how many events have it.
func most(counts []uint8) (n, by int) {
	var of [256]int
	for _, times := range counts {
		of[times]++
	}
	for times := 1; times < len(of); times++ {
		if of[times] > by {
			n, by = times, of[times]
		}
	}
	return n, by
}
