package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// Interpretation of load's flags.

func (l *loadRun) checkFlags() (err error) {
	switch {
	case l.endpoint.Timeout <= 0:
		return notPositive("--timeout", l.endpoint.Timeout, "30s")
	case l.load.Duration < 0 || l.load.Duration == 0 && l.changed("duration"):
		return notPositive("--duration", l.load.Duration, "30s")
	case !(l.speed > 0 && l.speed <= maxSpeed):
		return fmt.Errorf("--clock-speed %v: want a number above 0, such as 1000", l.speed)
	case !(l.load.Forge >= 0 && l.load.Forge <= 1):
		return fmt.Errorf("--forge %v: want a rate from 0 to 1, such as 0.01", l.load.Forge)
	case l.load.Instance < 0 || l.load.Instance > load.MaxInstance:
		return fmt.Errorf("--instance %d: want 0 to %d", l.load.Instance, load.MaxInstance)
	}
	for name, n := range map[string]int{"count": l.load.Count, "concurrency": l.load.Concurrency} {
		if n < 0 || n == 0 && l.changed(name) {
			return fmt.Errorf("--%s %d: want 1 or more", name, n)
		}
	}
	switch {
	case l.load.Count > maxDeliveries:
		return fmt.Errorf("--count %d: want at most %d", l.load.Count, maxDeliveries)
	case l.load.Concurrency > sockets.MaxConnections:
		return fmt.Errorf("--concurrency %d: want at most %d", l.load.Concurrency, sockets.MaxConnections)
	}
	if l.failOn != "" {
		if l.conditions, err = load.ParseConditions(l.failOn); err != nil {
			return fmt.Errorf("--fail-on %w", err)
		}
	}
	return l.checkRate()
}

func (l *loadRun) checkRate() (err error) {
	if l.rate == "" {
		return nil
	}
	if l.load.Rate, err = load.ParseRate(l.rate); err != nil {
		return fmt.Errorf("--rate %w", err)
	}
	switch peak := l.load.Rate.Peak(); {
	case peak > l.maxRate:
		return fmt.Errorf("--rate %s: more than %v a second: raise --max-rate if the handler is yours", l.rate, l.maxRate)
	case l.load.Rate.From != l.load.Rate.To && l.load.Duration == 0 && l.load.Count > 0:
		return fmt.Errorf("--rate %s: give --duration, which a ramp takes", l.rate)
	}
	return nil
}

// prepareFaults parses the flags for chaos and retries.
func (l *loadRun) prepareFaults() error {
	words := strings.Split(l.chaos, ",")
	rates := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return strings.TrimSpace(word) == "retry" })
	if len(rates) < len(words) && !l.changed("retry-schedule") {
		l.retries = "quick"
	}
	if l.chaos != "" && len(rates) > 0 {
		chaos, err := listen.ParseChaos(strings.Join(rates, ","))
		if err != nil {
			return fmt.Errorf("--chaos %w", err)
		}
		l.load.Chaos = load.Chaos{Duplicate: chaos.Duplicate, Reorder: chaos.Reorder, Delay: chaos.Delay, Drop: chaos.Drop}
	}
	schedule, err := listen.ParseSchedule(l.retries)
	if err != nil {
		return fmt.Errorf("--retry-schedule %w", err)
	}
	l.load.Retries = scaled(schedule, l.speed)
	if l.changed("seed") && l.load.Seed == 0 {
		return errors.New("--seed 0: want a number from 1")
	}
	return nil
}

// prepareMix says what is sent.
func (l *loadRun) prepareMix(names []string) error {
	if l.mix != "" {
		if len(names) > 0 {
			return fmt.Errorf("--mix and %s: put all types and flows into --mix, with weights", names[0])
		}
		shares, err := load.ParseMix(l.mix)
		if err != nil {
			return fmt.Errorf("--mix %w", err)
		}
		l.load.Mix = shares
	}
	for _, name := range names {
		if isFile(name) {
			return fmt.Errorf("%s: all events from a file would be the same; name a type, and change it with --set", name)
		}
		l.load.Mix = append(l.load.Mix, load.Share{Name: name})
	}
	if len(l.load.Mix) == 0 {
		return errors.New("load of what? name event types or flows, such as payment_intent.succeeded (see fakestripe list)")
	}
	for _, text := range l.payloads.set {
		if _, value, _ := strings.Cut(text, "="); hasPlaceholder(value) {
			return fmt.Errorf("--set %q: load takes no placeholders", text)
		}
	}
	edits, err := l.payloads.edits()
	if err != nil {
		return err
	}
	all := make([]string, len(l.load.Mix))
	for i, share := range l.load.Mix {
		all[i] = share.Name
	}
	l.load.Edits = func(name string) []webhooktest.Edit { return append(l.payloads.shapes.edits(name), edits...) }
	return l.payloads.shapes.check(all...)
}

// loadState returns what reads the state, or nil. States of any size are read as a stream,
// unless a database shows them.
func loadState(from *stateSource, getenv func(string) string) (func(context.Context) (any, error), error) {
	var whole contract.Subject
	if err := from.bind(&whole, getenv); err != nil {
		return nil, err
	}
	switch {
	case from.lookups != nil:
		return nil, errors.New("load compares the state as a whole: leave {event.id}, {object.id} and {customer.id} out of --state-url and --state-cmd")
	case from.url != "":
		url := from.url
		if !strings.Contains(url, "://") {
			url = completed(url)
		}
		return func(ctx context.Context) (any, error) { return streamURL(ctx, url) }, nil
	case from.command != "":
		return func(ctx context.Context) (any, error) { return streamCommand(ctx, from.command) }, nil
	}
	return whole.State, nil
}

// streamURL opens a state.
func streamURL(ctx context.Context, from string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", redactURL(from), cause(err))
	}
	if answer.StatusCode != http.StatusOK {
		_ = answer.Body.Close()
		return nil, fmt.Errorf("%s answered %s: %w", redactURL(from), status(answer), errNothing)
	}
	return answer.Body, nil
}

// streamCommand starts a command that prints a state. It has failed if it says so at the
// end.
func streamCommand(ctx context.Context, line string) (io.ReadCloser, error) {
	said := &beginning{bounded{limit: maxSaid}}
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.Stderr, command.WaitDelay = said, lastOutput
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", line, err)
	}
	return &commandOutput{output, command, said, line, false}, nil
}

// A commandOutput is what a command prints.
type commandOutput struct {
	output  io.ReadCloser
	command *exec.Cmd
	said    *beginning
	line    string
	ended   bool
}

// Read implements io.Reader. At the end it reports a command that has failed.
func (o *commandOutput) Read(p []byte) (int, error) {
	n, err := o.output.Read(p)
	if err == io.EOF && !o.ended {
		o.ended = true
		if failed := o.command.Wait(); failed != nil && !errors.Is(failed, exec.ErrWaitDelay) {
			return n, fmt.Errorf("%s: %w: %s", o.line, failed, bytes.TrimSpace(o.said.buffer.Bytes()))
		}
	}
	return n, err
}

// Close implements io.Closer. It ends a command whose output is not read to the end.
func (o *commandOutput) Close() error {
	if !o.ended {
		_ = o.command.Process.Kill()
		_ = o.command.Wait() // it was killed
	}
	return nil
}

// checkVerify rejects flags of a load where there is none.
func (l *loadRun) checkVerify() error {
	for _, flag := range []string{"to", "mix", "rate", "duration", "count", "concurrency", "forge", "chaos", "sent", "run-id", "instance", "report", "fail-on"} {
		if l.given(flag) {
			return fmt.Errorf("--verify judges what was sent, and sends nothing: leave out --%s", flag)
		}
	}
	return nil
}

const maxSent = 256 << 20

// readSent reads what several instances sent.
func readSent(files []string) (all []*load.Sent, err error) {
	if len(files) == 0 {
		return nil, errors.New("--verify: name the files that --sent wrote, such as sent-*.json")
	}
	for _, name := range files {
		data, err := readRegular(name, maxSent)
		if err != nil {
			return nil, err
		}
		sent, err := load.ParseSent(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fileName(name), err)
		}
		all = append(all, sent...)
	}
	return all, nil
}

// sentReady finds out before the load whether the file can be written.
func sentReady(name string) error {
	if name == "" {
		return nil
	}
	draft, err := file.NewDraft(file.Here{}, name, nil, 0)
	if err != nil {
		return fmt.Errorf("--sent %s: %w", name, err)
	}
	draft.Discard()
	return nil
}

func writeSent(name string, sent *load.Sent) error {
	line, err := json.Marshal(sent)
	if err != nil {
		return err
	}
	return replace("--sent", name, append(line, '\n'))
}

func printJSON(sh shell, value any) error {
	encoder := json.NewEncoder(sh.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
