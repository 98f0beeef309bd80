// Package child runs an app for the duration of a command: it starts the app, waits until
// it listens, detects its exit, restarts it, and ends it with all its children.
package child

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// A Config says what to run, and how.
type Config struct {
	Args []string // the program and its arguments
	Env  []string // name=value each

	Stdin io.Reader // nil: nothing to read

	// Stdout and Stderr receive the app's output. If nil, only its last lines are kept.
	Stdout, Stderr io.Writer

	// Listens is the address on which the app listens when it is ready. Empty means that it
	// is ready once started.
	Listens string

	// Patience limits the time until the app listens, and Grace the time until it ends on
	// request.
	Patience, Grace time.Duration

	// Died, if not nil, is called when the app exits by itself.
	Died func(*EndedError)

	// Folder is a folder for the app, removed when the app was stopped or this process was
	// killed. Empty means none.
	Folder string
}

// An EndedError says that an app exited by itself.
type EndedError struct {
	Err    error  // how, nil for status 0
	Output string // its last lines, "" if they were shown
}

// Error implements error.
func (e *EndedError) Error() string {
	how := "status 0"
	if e.Err != nil {
		how = e.Err.Error()
	}
	text := "the app ended: " + how
	if e.Output != "" {
		text += "; it said last:\n" + e.Output
	}
	return text
}

// Unwrap returns how the app ended.
func (e *EndedError) Unwrap() error { return e.Err }

// Status returns the exit status in a shell's terms: the app's own, or 128 plus the number
// of the signal.
func (e *EndedError) Status() int {
	if exit := new(exec.ExitError); errors.As(e.Err, &exit) {
		return status(exit.ProcessState)
	}
	if e.Err != nil {
		return 1
	}
	return 0
}

// An App is an app started by Start.
type App struct {
	config Config
	mark   string // the value of Mark in the environment of all its processes
	guard  *guard

	mu      sync.Mutex // one start or stop at a time
	process *process
	ended   chan struct{} // closed when it exits by itself
	failure *EndedError
	once    sync.Once
}

// Mark is the environment variable that identifies the processes of an app.
const Mark = "FAKESTRIPE_EXEC"

// Start starts an app and waits until it is ready. The error is an *EndedError if it exited
// first.
func Start(ctx context.Context, config Config) (*App, error) {
	if config.Listens != "" && sockets.Reachable(ctx, config.Listens) {
		removeFolder(config.Folder)
		return nil, fmt.Errorf("something already listens on %s: stop it first, so that the app can start", config.Listens)
	}
	a := &App{config: config, mark: rand.Text(), ended: make(chan struct{})}
	a.guard = startGuard(a.mark, config.Folder)
	if err := a.start(ctx); err != nil {
		a.Stop()
		return nil, err
	}
	return a, nil
}

// Ended is closed when the app first exits by itself; Failure then says how.
func (a *App) Ended() <-chan struct{} { return a.ended }

// Failure says how the app exited by itself.
func (a *App) Failure() *EndedError {
	<-a.ended
	return a.failure
}

// Restart ends the app if it runs, starts it again, and waits until it is ready.
func (a *App) Restart(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stop()
	return a.startLocked(ctx)
}

// Stop ends the app and all its children, and returns when none is left.
func (a *App) Stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stop()
	removeFolder(a.config.Folder)
	a.guard.end()
	a.guard = nil
}

func removeFolder(path string) {
	if path != "" {
		_ = os.RemoveAll(path) // a program may have written into it
	}
}

func (a *App) start(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.startLocked(ctx)
}

func (a *App) startLocked(ctx context.Context) error {
	p, err := launch(&a.config, a.mark)
	if err != nil {
		return err
	}
	a.process = p
	a.guard.watch(p.pid())
	go a.await(p)
	return a.ready(ctx, p)
}

// await detects that a process exits by itself.
func (a *App) await(p *process) {
	<-p.done
	if p.stopping.Load() {
		return
	}
	p.clear(a.mark)
	failure := p.failure()
	a.once.Do(func() {
		a.failure = failure
		close(a.ended)
	})
	if a.config.Died != nil {
		a.config.Died(failure)
	}
}

// lookEvery is the interval of checks whether the app listens.
const lookEvery = 50 * time.Millisecond

// ready waits until the app listens.
func (a *App) ready(ctx context.Context, p *process) error {
	if a.config.Listens == "" {
		return nil
	}
	patience := time.NewTimer(a.config.Patience)
	defer patience.Stop()
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	for !sockets.Reachable(ctx, a.config.Listens) {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return fmt.Errorf("interrupted before the app listened: %w", context.Cause(ctx))
		case <-p.done:
			return p.failure()
		case <-patience.C:
			return a.silent("on " + a.config.Listens)
		}
	}
	return nil
}

func (a *App) stop() {
	if a.process == nil {
		return
	}
	a.process.stop(a.mark, a.config.Grace)
	a.process = nil
	a.guard.watch(0)
}

// environ returns the app's environment, with the mark.
func environ(env []string, mark string) []string {
	if env == nil {
		env = os.Environ()
	}
	return append(env[:len(env):len(env)], Mark+"="+mark)
}
