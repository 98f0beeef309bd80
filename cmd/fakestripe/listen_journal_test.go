package main

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// Nothing is said of a journal that is read at once; a long one has a line every two
// seconds.
func TestLoadingALongJournal(t *testing.T) {
	t.Parallel()
	var lines []string
	now := time.Unix(0, 0)
	l := loading{
		name: "j", now: func() time.Time { return now },
		talk: func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) },
	}
	for done := range int64(6) {
		l.told(done*100e6, 600e6)
		now = now.Add(time.Second)
	}
	require.Equal(t, []string{"journal j: 200 of 600 MB read", "journal j: 400 of 600 MB read"}, lines)
}

func TestWhatIsSaidOfACompaction(t *testing.T) {
	t.Parallel()
	c := listen.Compaction{Events: 7, Before: 90e6, After: 4e6}
	require.Equal(t, "compacted from 90 to 4 MB: removed 7 old finished events", c.String())
	require.Equal(t, "not compacted: no space left on device", listen.Compaction{Err: errors.New("no space left on device")}.String())
}
