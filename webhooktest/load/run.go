package load

import (
	"cmp"
	"context"
	"crypto/rand"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Run runs the load, waits for its effects, and reports. When the context ends, the report
// covers the run so far. The error is for a load that cannot run, and for a handler whose
// effects cannot be learned.
func (l *Load) Run(ctx context.Context) (*Report, error) {
	r, err := l.prepare()
	if err != nil {
		return nil, err
	}
	if l.State != nil {
		if err := r.learn(ctx); err != nil {
			return nil, err
		}
	}
	r.load(ctx)
	if err := r.gate.failed(); err != nil {
		return nil, err
	}
	report := r.report()
	if r.oracle != nil {
		report.Verdict = r.judge(ctx)
	}
	report.Interrupted = ctx.Err() != nil
	return report, nil
}

// NewRunID returns a fresh RunID.
func NewRunID() string { return rand.Text()[:12] }

// prepare checks the fields and compiles the events.
func (l *Load) prepare() (*run, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	r := &run{Load: *l, meter: newMeter()}
	r.RunID = cmp.Or(l.RunID, NewRunID())
	if r.Source == nil {
		r.Source = new(webhooktest.Source)
	}
	if r.Seed == 0 {
		r.Seed = hashOf(r.RunID)
	}
	r.Wait = cmp.Or(l.Wait, DefaultWait)
	r.limits()
	for _, share := range l.Mix {
		var edits []webhooktest.Edit
		if l.Edits != nil {
			edits = l.Edits(share.Name)
		}
		s, err := newTemplate(recipe{r.Source, share.Name, edits, l.Fresh})
		if err != nil {
			return nil, err
		}
		r.genuine = append(r.genuine, newStream(s, share.Name, false, r.RunID, l.Instance))
		r.forged = append(r.forged, newStream(s, share.Name, true, r.RunID, l.Instance))
	}
	return r, nil
}

// limits sets how much to send.
func (r *run) limits() {
	scheduled := r.Rate != Rate{}
	if r.Count == 0 && r.Duration == 0 {
		if scheduled {
			r.Duration = DefaultDuration
		} else {
			r.Count = DefaultCount
		}
	}
	if r.Concurrency == 0 {
		r.Concurrency = DefaultConcurrency
		if scheduled {
			r.Concurrency = DefaultConnections
		}
	}
}
