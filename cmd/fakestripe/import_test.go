package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressOfBytes(t *testing.T) {
	t.Parallel()
	started := time.Unix(1700000000, 0)
	for _, test := range []struct {
		name        string
		total, done int
		after       time.Duration
		want        string
	}{
		{"a short run has none", 200, 100, time.Second - 1, ""},
		{"half", 200, 100, time.Second, "[===============               ] 100 of 200 MiB\r\x1b[K"},
		{"a file that grows", 200, 300, time.Second, "[==============================] 300 of 200 MiB\r\x1b[K"},
		{"standard input, whose end nobody knows", 0, 37, time.Second, "37 MiB\r\x1b[K"},
	} {
		var out strings.Builder
		bar := progress{out: &out, total: test.total, done: test.done, unit: " MiB", started: started}
		bar.draw(started.Add(test.after))
		bar.clear()
		require.Equal(t, test.want, out.String(), test.name)
	}
}
