package statediff

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCountTime(t *testing.T) {
	t.Parallel()
	ends := time.Date(2026, time.December, 18, 9, 30, 11, 0, time.UTC)
	for _, test := range []struct {
		name  string
		state any
		want  int
	}{
		{"seconds", float64(ends.Unix()), 1},
		{"milliseconds", float64(ends.UnixMilli()), 1},
		{"seconds in a text", "1797586211", 1},
		{"JSON", "2026-12-18T09:30:11Z", 1},
		{"JavaScript's JSON", "2026-12-18T09:30:11.000Z", 1},
		{"another zone", "2026-12-18T11:30:11+02:00", 1},
		{"Python", "2026-12-18 09:30:11+00:00", 1},
		{"PostgreSQL", "2026-12-18 09:30:11+00", 1},
		{"SQLite", "2026-12-18 09:30:11", 1},
		{"local time far away", "2026-12-18 18:30:11", 1},
		{"local time behind", "2026-12-17T23:30:11", 1},
		{"without seconds", "2026-12-18 09:30", 1},
		{"Go", "2026-12-18 09:30:11 +0000 UTC", 1},
		{"Go's clock", "2026-12-18 09:30:11 +0000 UTC m=+0.123", 1},
		{"Ruby", "2026-12-18 09:30:11 UTC", 1},
		{"JavaScript", "Fri Dec 18 2026 09:30:11 GMT+0000 (Coordinated Universal Time)", 1},
		{"HTTP", "Fri, 18 Dec 2026 09:30:11 GMT", 1},
		{"the day", "2026-12-18", 1},
		{"three days of grace", "2026-12-21T09:30:11Z", 1},
		{"a day of grace in seconds", float64(ends.Unix() + 24*60*60), 1},
		{"rows", []any{map[string]any{"until": float64(ends.Unix()), "id": "sub_1"}, map[string]any{"until": "2026-12-18T09:30:11Z"}}, 2},

		{"another second", float64(ends.Unix() + 1), 0},
		{"an hour before, in UTC", "2026-12-18T08:30:11Z", 0},
		{"the next period", float64(ends.Unix() + 30*24*60*60), 0},
		{"another day", "2026-12-17", 0},
		{"an amount", 4200.0, 0},
		{"an id", "sub_1797586211", 0},
		{"nothing", nil, 0},
		{"a flag", true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, CountTime(test.state, ends))
			require.Equal(t, test.want, CountTime(test.state, ends.Add(987*time.Millisecond)), "Stripe's times are whole seconds")
		})
	}
}

// How far a time moved is no count: months differ in length, and what is paid for may last
// for decades.
func TestMovedTimesAreNoCounts(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, after float64
		want          bool
	}{
		{"a month", 1.79e9, 1.7926e9, false},
		{"ten years", 1.79e9, 2.11e9, false},
		{"from there on", 2.11e9, 2.12e9, false},
		{"thirty years, in milliseconds", 1.79e12, 2.73e12, false},
		{"an amount", 4800, 9600, true},
	} {
		d := Between(map[string]any{"until": test.before}, map[string]any{"until": test.after}, Normalizer{})
		if counts := d["state.until"].Delta != 0; counts != test.want {
			t.Errorf("%s: counts %t, want %t: %v", test.name, counts, test.want, d)
		}
	}
}
