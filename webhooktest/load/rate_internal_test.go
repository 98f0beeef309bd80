package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Rate{
		"200/s": {200, 200}, "200": {200, 200}, "6000/m": {100, 100}, "3600/h": {1, 1}, "0.5/s": {0.5, 0.5},
		"50/s..500/s": {50, 500}, "500/s..0/s": {500, 0}, "0..10": {0, 10}, "60/m..2/s": {1, 2},
	} {
		r, err := ParseRate(text)
		require.NoError(t, err, text)
		require.Equal(t, want, r, text)
		again, err := ParseRate(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again)
	}
	for _, text := range []string{"", "x", "0", "-1/s", "1/d", "NaN", "1e99", "1..", "..2", "0/s..0/s", "1/s..2/s..3/s"} {
		_, err := ParseRate(text)
		require.ErrorIs(t, err, errNoRate, text)
	}
}

func TestArrivals(t *testing.T) {
	t.Parallel()
	const ramp = 10 * time.Second
	for _, test := range []struct {
		name   string
		rate   Rate
		during int
		at     map[int]time.Duration
	}{
		{"constant", Rate{10, 10}, 100, map[int]time.Duration{0: 0, 1: 100 * time.Millisecond, 99: 9900 * time.Millisecond, 1000: 100 * time.Second}},
		{"up from nothing", Rate{0, 10}, 50, map[int]time.Duration{0: 0, 50: ramp, 60: ramp + time.Second}},
		{"up", Rate{5, 15}, 100, map[int]time.Duration{0: 0, 100: ramp}},
		{"down", Rate{15, 5}, 100, map[int]time.Duration{0: 0, 100: ramp, 105: ramp + time.Second}},
		{"down to nothing", Rate{10, 0}, 50, map[int]time.Duration{0: 0, 50: ramp}},
	} {
		require.Equal(t, test.during, test.rate.during(ramp), test.name)
		for n, want := range test.at {
			if n == test.during && test.rate.To == 0 {
				continue // never
			}
			require.InDelta(t, want, test.rate.at(n, ramp), float64(time.Microsecond), "%s %d", test.name, n)
		}
		last := time.Duration(-1)
		for n := range test.during {
			at := test.rate.at(n, ramp)
			require.Greater(t, at, last, "%s %d", test.name, n)
			require.Less(t, at, ramp+time.Microsecond, "%s %d", test.name, n)
			last = at
		}
	}
}

func TestTimelineStaysShort(t *testing.T) {
	t.Parallel()
	m := newMeter()
	events := 0
	for at := time.Duration(0); at < 3*time.Hour; at += time.Second {
		m.line.record(at, 1000, at%time.Minute == 0)
		events++
	}
	require.Less(t, len(m.line.points), mostPoints)
	sum, errors := 0.0, m.line.errors
	last := 0.0
	for _, p := range m.line.points {
		sum += p.Rate * (p.At - last)
		last = p.At
		errors += p.Errors
	}
	require.InDelta(t, events, sum, m.line.width.Seconds()+1)
	require.Equal(t, 180, errors)
}
