package load

import (
	"context"
	"fmt"
	"time"
)

// learn measures the effect of one clean delivery of each share on the state.
func (r *run) learn(ctx context.Context) error {
	r.settle = shortestSettle
	r.oracle = newOracle(r.State, trackedOf(r.genuine), trackedOf(r.forged))
	before, err := r.quiet(ctx)
	if err != nil {
		return err
	}
	r.oracle.start = before
	effect := len(r.oracle.noise) > 0
	for _, of := range r.genuine {
		var moved bool
		if before, moved, err = r.learnShare(ctx, of, before); err != nil {
			return err
		}
		effect = effect || moved
	}
	r.oracle.learnRows(before)
	r.oracle.noteNoise()
	if !effect {
		return ErrNoEffect
	}
	if before, err = r.learnAdverse(ctx, before); err != nil {
		return err
	}
	return r.ready(before)
}

// mostNested limits how many maps within maps are found.
const mostNested = 4

// learnShare measures the effect of an event of a share, and of another. If that finds maps,
// further events show the effect on those. It returns the last state.
func (r *run) learnShare(ctx context.Context, of *stream, before *reading) (last *reading, moved bool, err error) {
	for round := 0; ; round++ {
		number, states := of.next, [learningEvents + 1]*reading{before}
		var moves [learningEvents]map[string]change
		for i := range moves {
			wait := r.Wait
			if i > 0 && len(moves[0]) == 0 {
				wait = r.settle // the first had none
			}
			if states[i+1], err = r.perfect(ctx, of, states[i], wait, nil); err != nil {
				return nil, false, err
			}
			moves[i] = r.oracle.between(states[i], states[i+1])
		}
		last = states[learningEvents]
		if round == mostNested || !r.oracle.learnMaps(of.tracked, number, states) {
			r.oracle.learnMoves(of.tracked, moves[0], moves[1])
			return last, len(moves[0])+len(moves[1]) > 0, nil
		}
		if before, err = r.oracle.read(ctx); err != nil {
			return nil, false, err
		}
	}
}

// ready ends the learning and starts the load. There must be something to judge.
func (r *run) ready(base *reading) error {
	judged := false
	for _, s := range r.genuine {
		if r.oracle.moved(s.tracked) != "" {
			judged = true
		} else {
			r.oracle.notes = append(r.oracle.notes, "not judged: one "+s.name+" changes nothing that can be compared")
		}
	}
	if !judged {
		return r.oracle.incomparable(base)
	}
	r.oracle.base = base
	for _, s := range r.forged {
		s.tracked.first = s.next
	}
	for _, s := range r.genuine {
		s.tracked.first = s.next
		if text := r.oracle.moved(s.tracked); text != "" {
			r.tell(Progress{Phase: Learning, Text: fmt.Sprintf("one %s changes %s", s.name, text)})
		}
	}
	for _, note := range r.oracle.notes {
		r.tell(Progress{Phase: Learning, Text: note})
	}
	return nil
}

// quiet finds background changes.
func (r *run) quiet(ctx context.Context) (*reading, error) {
	first, err := r.oracle.read(ctx)
	if err != nil {
		return nil, err
	}
	if !sleep(ctx, time.Now().Add(shortestSettle)) {
		return nil, ctx.Err()
	}
	second, err := r.oracle.read(ctx)
	if err != nil {
		return nil, err
	}
	for path := range r.oracle.between(first, second) {
		r.oracle.noise[path] = movesAlone
	}
	return second, nil
}

// perfect delivers the next event of a stream, waits for its effect, and returns the state
// after it.
func (r *run) perfect(ctx context.Context, of *stream, before *reading, wait time.Duration, mutations []string) (*reading, error) {
	number := of.next
	of.next++
	if err := r.deliverOnce(ctx, of, number, mutations); err != nil {
		return nil, err
	}
	return r.await(ctx, before, wait)
}

// deliverOnce delivers all steps of an event once.
func (r *run) deliverOnce(ctx context.Context, of *stream, number int, mutations []string) error {
	steps := len(of.steps)
	if of.forged {
		steps = 1
	}
	of.tracked.begin(number)
	for step := range steps {
		response, err := r.Endpoint.Deliver(ctx, of.event(step, number, time.Now()), mutations...)
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case !response.Accepted() && !of.forged:
			return &RefusedError{Response: response}
		case response.Accepted():
			of.tracked.accept(number)
		}
	}
	return nil
}

// await reads the state until it has changed, up to a time limit, and has settled.
func (r *run) await(ctx context.Context, before *reading, wait time.Duration) (*reading, error) {
	began := time.Now()
	pause, last, moved := shortestSettle/10, before, false
	for {
		now, err := r.oracle.read(ctx)
		if err != nil {
			return nil, err
		}
		changed := len(r.oracle.between(last, now)) > 0
		switch {
		case changed && !moved:
			moved = true
			r.settle = min(longestSettle, max(r.settle, 2*time.Since(began)))
			pause = r.settle
		case moved && !changed, time.Since(began) >= wait && !moved:
			return now, nil
		case time.Since(began) >= wait+longestSettle:
			return now, nil // it never settles
		}
		last = now
		if !sleep(ctx, time.Now().Add(pause)) {
			return nil, ctx.Err()
		}
		if !moved {
			pause = min(2*pause, r.settle)
		}
	}
}

// learnAdverse measures the effects of a duplicate and a forgery, if the load has any.
func (r *run) learnAdverse(ctx context.Context, before *reading) (*reading, error) {
	duplicates, base := r.Chaos.Duplicate > 0 || len(r.Retries) > 0, before
	for i, of := range r.genuine {
		if len(r.oracle.moves[of.tracked]) == 0 {
			continue
		}
		if duplicates {
			if err := r.deliverOnce(ctx, of, of.next-1, nil); err != nil {
				return nil, err
			}
			after, err := r.await(ctx, base, r.settle)
			if err != nil {
				return nil, err
			}
			r.oracle.learnAgain(of, r.oracle.between(base, after))
			base = after
		}
		if r.Forge > 0 {
			after, err := r.perfect(ctx, r.forged[i], base, r.settle, forgeries[:1])
			if err != nil {
				return nil, err
			}
			r.oracle.learnForged(of, r.oracle.between(base, after))
			base = after
		}
	}
	return base, nil
}
