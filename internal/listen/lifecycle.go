package listen

import (
	"context"
	"fmt"
	"sync"
)

// A lifecycle counts work in progress, and refuses new work after the end.
type lifecycle struct {
	ctx    context.Context // of the attempts
	cancel context.CancelFunc
	failed chan struct{} // closed when the journal cannot be written

	working sync.WaitGroup

	mu    sync.Mutex
	ended bool
	err   error // why the hub stopped by itself
}

func (l *lifecycle) open() {
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.failed = make(chan struct{})
}

// begin registers work until done. It returns ErrClosed after the end.
func (l *lifecycle) begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return l.whyEnded()
	}
	l.working.Add(1)
	return nil
}

func (l *lifecycle) done() { l.working.Done() }

// end refuses new work. err is the cause, nil for a shutdown.
func (l *lifecycle) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil && l.err == nil {
		l.err = err
		close(l.failed)
	}
	l.ended = true
}

// over reports whether the hub has ended.
func (l *lifecycle) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

// cause returns why the hub stopped by itself, or nil.
func (l *lifecycle) cause() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// whyEnded requires the lock.
func (l *lifecycle) whyEnded() error {
	if l.err != nil {
		return fmt.Errorf("%w: %w", ErrClosed, l.err)
	}
	return ErrClosed
}

// wait waits for the work in progress, and cancels it when ctx ends.
func (l *lifecycle) wait(ctx context.Context) {
	idle := make(chan struct{})
	go func() {
		l.working.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
		l.cancel()
		<-idle
	}
	l.cancel()
}
