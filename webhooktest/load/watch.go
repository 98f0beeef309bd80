package load

import "time"

// watch reports progress until end is called.
func (r *run) watch() (end func()) {
	if r.Progress == nil {
		return func() {}
	}
	const interval = 500 * time.Millisecond
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				r.tell(r.meter.progress())
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// tell reports progress.
func (r *run) tell(p Progress) {
	if r.Progress != nil {
		r.Progress(p)
	}
}
