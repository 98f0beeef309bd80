package load

import (
	"context"
	"time"
)

// judge waits for the effects of the load, and judges them.
func (r *run) judge(ctx context.Context) *Verdict {
	if ctx.Err() != nil {
		return r.counted(&Verdict{Inconclusive: "interrupted before the effects were read"})
	}
	r.oracle.retire()
	best, progressed := -1, time.Now()
	var last *reading
	pause := r.settle
	for {
		began := time.Now()
		now, err := r.oracle.read(ctx)
		switch {
		case ctx.Err() != nil:
			return r.counted(&Verdict{Inconclusive: "interrupted while waiting for effects"})
		case err != nil && time.Since(progressed) > r.Wait:
			return r.counted(&Verdict{Inconclusive: err.Error()})
		case err == nil:
			j := r.oracle.judge(now)
			still := last != nil && len(r.oracle.between(last, now)) == 0
			if pause = min(2*pause, longestSettle); best < 0 || j.missing < best || !still && last != nil {
				best, progressed, pause = j.missing, time.Now(), r.settle
			}
			if still && (j.missing == 0 || time.Since(progressed) >= r.Wait) {
				return r.counted(&j.verdict)
			}
			last = now
			r.tell(Progress{Phase: Waiting, Missing: j.missing, Elapsed: time.Since(r.meter.ended)})
		}
		if !sleep(ctx, time.Now().Add(max(pause, time.Since(began)))) {
			return r.counted(&Verdict{Inconclusive: "interrupted while waiting for effects"})
		}
	}
}

// counted adds the sender's counts.
func (r *run) counted(v *Verdict) *Verdict {
	switch {
	case v.Inconclusive == "" && v.Sound():
		v.Inconclusive = r.oracle.unclear
	case v.Inconclusive != "":
		for _, s := range r.genuine {
			accepted, unsure := s.tracked.counts()
			v.Delivered, v.Unsure = v.Delivered+accepted, v.Unsure+unsure
		}
	}
	v.Duplicates = r.meter.copies
	return v
}
