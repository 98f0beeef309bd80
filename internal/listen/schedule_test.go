package listen_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

func TestParseSchedule(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]listen.Schedule{
		"quick":       {time.Second, 2 * time.Second, 5 * time.Second},
		"sandbox":     {30 * time.Minute, time.Hour, 2 * time.Hour},
		"stripe":      listen.Live(),
		"none":        {},
		"1s":          {time.Second},
		"0s, 10s,5m":  {0, 10 * time.Second, 5 * time.Minute},
		"720h,1.5s":   {720 * time.Hour, 1500 * time.Millisecond},
		"10ms,10ms":   {10 * time.Millisecond, 10 * time.Millisecond},
		"1h30m,0.01s": {90 * time.Minute, 10 * time.Millisecond},
	} {
		got, err := listen.ParseSchedule(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"":                                "want quick, sandbox, stripe, none, or waits such as 1s,10s,5m",
		"fast":                            "want quick",
		"1s,":                             "want quick",
		"5":                               "want quick",
		"-1s":                             "waits must be 0s to 720h, got -1s",
		"721h":                            "waits must be 0s to 720h, got 721h",
		strings.Repeat("1s,", 100) + "1s": "more than 100 retries",
	} {
		_, err := listen.ParseSchedule(text)
		require.ErrorContains(t, err, want, text)
	}
}

// Three days, exponentially.
func TestLive(t *testing.T) {
	t.Parallel()
	var total time.Duration
	schedule := listen.Live()
	require.Len(t, schedule, 15)
	for i, wait := range schedule {
		total += wait
		if i > 0 {
			require.InDelta(t, 2*schedule[i-1], wait, 2)
		}
	}
	require.InDelta(t, 72*time.Hour, total, float64(time.Millisecond))
}
