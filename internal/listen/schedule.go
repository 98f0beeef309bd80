package listen

import (
	"fmt"
	"strings"
	"time"
)

// A Schedule is the list of waits before each retry of a failed delivery. An empty one
// means no retries.
type Schedule []time.Duration

// Bounds of a custom schedule.
const (
	maxRetries = 100
	maxWait    = 30 * 24 * time.Hour
)

// Quick is the default: three retries within seconds, for interactive use.
func Quick() Schedule { return Schedule{time.Second, 2 * time.Second, 5 * time.Second} }

// Sandbox retries three times over a few hours, as Stripe does in a sandbox. The
// intervals are ours: Stripe publishes none.
//
// Source: https://docs.stripe.com/webhooks#automatic-retries
func Sandbox() Schedule { return Schedule{30 * time.Minute, time.Hour, 2 * time.Hour} }

// Live retries for three days with exponential backoff, as Stripe does in live mode. The
// intervals are ours: 15 waits, each twice the one before.
//
// Source: https://docs.stripe.com/webhooks#automatic-retries
func Live() Schedule {
	const retries, days = 15, 72 * time.Hour
	schedule := make(Schedule, retries)
	for i := range schedule {
		schedule[i] = days * (1 << i) / (1<<retries - 1)
	}
	return schedule
}

// ParseSchedule parses quick, sandbox, stripe, none, or waits such as "1s,10s,5m".
func ParseSchedule(text string) (Schedule, error) {
	switch text {
	case "quick":
		return Quick(), nil
	case "sandbox":
		return Sandbox(), nil
	case "stripe":
		return Live(), nil
	case "none":
		return Schedule{}, nil
	}
	var schedule Schedule
	for part := range strings.SplitSeq(text, ",") {
		wait, err := time.ParseDuration(strings.TrimSpace(part))
		switch {
		case err != nil:
			return nil, fmt.Errorf("%q: want quick, sandbox, stripe, none, or waits such as 1s,10s,5m", text)
		case wait < 0 || wait > maxWait:
			return nil, fmt.Errorf("%q: waits must be 0s to %dh, got %s", text, maxWait/time.Hour, wait)
		}
		if schedule = append(schedule, wait); len(schedule) > maxRetries {
			return nil, fmt.Errorf("%q: more than %d retries", text, maxRetries)
		}
	}
	return schedule, nil
}

// scaled divides a duration by speed. 0 means 1.
func scaled(d time.Duration, speed float64) time.Duration {
	if speed > 0 {
		return time.Duration(float64(d) / speed)
	}
	return d
}
