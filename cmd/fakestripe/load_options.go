package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
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
	for _, wait := range schedule {
		l.load.Retries = append(l.load.Retries, time.Duration(float64(wait)/l.speed))
	}
	if l.changed("seed") && l.load.Seed == 0 {
		return errors.New("--seed 0: want a number from 1")
	}
	return nil
}

// prepareMix sets the event types and flows to send.
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
	edits, err := l.payloads.edits()
	if err != nil {
		return err
	}
	if l.payloads.anyFresh() {
		l.load.Fresh = func(_ string, fill func(string) string) ([]webhooktest.Edit, error) { return l.payloads.fresh(fill) }
	}
	all := make([]string, len(l.load.Mix))
	for i, share := range l.load.Mix {
		all[i] = share.Name
	}
	l.payloads.shapes = l.payloads.shapes.typed(all)
	l.load.Edits = func(name string) []webhooktest.Edit { return append(l.payloads.shapes.edits(name), edits...) }
	return l.payloads.shapes.check(all...)
}

// checkVerify rejects flags for a load if there is none.
func (l *loadRun) checkVerify() error {
	for _, flag := range []string{"to", "mix", "rate", "duration", "count", "concurrency", "forge", "chaos", "sent", "run-id", "instance", "report", "fail-on"} {
		if l.given(flag) {
			return fmt.Errorf("--verify judges what was sent, and sends nothing: leave out --%s", flag)
		}
	}
	return nil
}
