package child

import (
	"fmt"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// A process is one run of the app.
type process struct {
	command  *exec.Cmd
	tail     tail
	shown    bool // its output was shown
	stopping atomic.Bool
	cleared  sync.Once
	done     chan struct{} // closed when it has ended
	err      error         // how it ended, once done
}

// lastOutput is how long the processes that an app leaves running may keep its output open.
const lastOutput = 2 * time.Second

func launch(config *Config, mark string) (*process, error) {
	p := &process{command: exec.Command(config.Args[0], config.Args[1:]...), shown: config.Stderr != nil, done: make(chan struct{})}
	c := p.command
	c.Env, c.Stdin, c.Stdout, c.Stderr = environ(config.Env, mark), config.Stdin, config.Stdout, config.Stderr
	if !p.shown {
		c.Stdout, c.Stderr = &p.tail, &p.tail
	}
	c.WaitDelay = lastOutput
	ownGroup(c)
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start the app: %w", err)
	}
	go func() {
		p.err = c.Wait()
		if c.ProcessState.Success() { // a process that it left running still has its output
			p.err = nil
		}
		close(p.done)
	}()
	return p, nil
}

func (p *process) pid() int { return p.command.Process.Pid }

// failure says how a finished process ended.
func (p *process) failure() *EndedError {
	e := &EndedError{Err: p.err}
	if !p.shown {
		e.Output = p.tail.String()
	}
	return e
}

// stop asks the process and its children to end, and kills the rest after the grace period.
func (p *process) stop(mark string, grace time.Duration) {
	p.stopping.Store(true)
	if !p.ended() { // otherwise its number may be that of another group
		askToEnd(p.pid(), mark)
		await(grace, func() bool { return p.ended() && !isLeft(p.pid(), mark) })
	}
	p.clear(mark)
	await(lastPatience, p.ended)
}

// lastPatience limits the wait for killed processes: one that waits for a disk ends later.
const lastPatience = 5 * time.Second

// clear kills the process's remaining children. It does so once: later its number may be
// that of another group.
func (p *process) clear(mark string) {
	p.cleared.Do(func() {
		kill(p.pid(), mark)
		await(lastPatience, func() bool { // one may have been starting another
			again := isLeft(0, mark)
			if again {
				kill(0, mark)
			}
			return !again
		})
	})
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// await waits for a condition, up to a time limit.
func await(patience time.Duration, so func() bool) {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	for !so() {
		select {
		case <-ticks.C:
		case <-deadline.C:
			return
		}
	}
}
