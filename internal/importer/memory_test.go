package importer_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/importer"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/internal/redact"
)

// liveLimit bounds what an import may hold, whatever it reads.
const liveLimit = 3 << 20

// export is the reader of a list of events that is made while it is read.
type export struct {
	event   string // with a place for its number
	size    int64  // after which the list ends
	number  int
	pending string
}

func (e *export) Read(p []byte) (int, error) {
	if e.pending == "" {
		switch {
		case e.number < 0:
			return 0, io.EOF
		case e.size <= 0:
			e.pending, e.number = "]}\n", -1
		case e.number == 0:
			e.pending = `{"object":"list","data":[` + fmt.Sprintf(e.event, e.number)
			e.number++
		default:
			e.pending = ",\n" + fmt.Sprintf(e.event, e.number)
			e.number++
		}
	}
	n := copy(p, e.pending)
	e.pending = e.pending[n:]
	e.size -= int64(n)
	return n, nil
}

// live is how much of the heap is in use: garbage is collected first.
func live() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// importAll imports an export into a folder, and returns how many events it had
// and how much it held at the most.
func importAll(t *testing.T, in io.Reader) (events int, peak uint64) {
	t.Helper()
	redactor, err := redact.New(nil, nil)
	require.NoError(t, err)
	stage, err := casefile.NewStage(filepath.Join(t.TempDir(), "cases"))
	require.NoError(t, err)
	im := importer.Importer{
		Redactor: redactor,
		Add: func(c casefile.Case) error {
			_, err := stage.Add(stage.Number(), c)
			return err
		},
	}
	n := 0
	im.Progress = func(int64) {
		if n++; n%5 == 0 {
			peak = max(peak, live())
		}
	}
	before := live()
	require.NoError(t, im.Read(context.Background(), "export", in))
	require.NoError(t, stage.Commit())
	return im.Summary.Events, peak - min(before, peak)
}

// wide is an event of 100 kB.
var wide = `{"id":"evt_9%017d","object":"event","type":"invoice.paid","data":{"object":{"filler":"` + strings.Repeat("a", 100_000) + `"}}}`

func TestMemoryOfImport(t *testing.T) {
	if testing.Short() {
		t.Skip("collects garbage again and again, which takes seconds")
	}
	const size = liveLimit + liveLimit/3 // all of it would be too much
	events, peak := importAll(t, &export{event: wide, size: size})
	require.Greater(t, events, 30)
	require.Less(t, peak, uint64(liveLimit))
}

// TestMemoryOfLargeImport takes a minute, and 70,000 files.
func TestMemoryOfLargeImport(t *testing.T) {
	if os.Getenv("FAKESTRIPE_LARGE") == "" {
		t.Skip("imports 200 MB: set FAKESTRIPE_LARGE=1")
	}
	pretty := strings.ReplaceAll(string(event(t, "invoice.paid")), "%", "%%")
	events, peak := importAll(t, &export{event: strings.Replace(pretty, `"id": "evt_1`, `"id": "evt_9%07d`, 1), size: 200 << 20})
	require.Greater(t, events, 20_000)
	require.Less(t, peak, uint64(liveLimit))
	t.Logf("%d events, at most %d KiB held", events, peak>>10)
}

// endless repeats a text without end, as a file of 1 GB does for who reads it.
type endless struct {
	start, text string
	read        int64
}

func (e *endless) Read(p []byte) (int, error) {
	if n := copy(p, e.start); n > 0 {
		e.start = e.start[n:]
		return n, nil
	}
	for n := 0; n < len(p); {
		n += copy(p[n:], e.text)
	}
	e.read += int64(len(p))
	return len(p), nil
}

// TestEndlessInput ends, early, with an error and little memory, whatever never
// ends.
func TestEndlessInput(t *testing.T) {
	realpart.Long(t)
	for name, in := range map[string]*endless{
		"a text":             {start: `{"object":"event","x":"`, text: "a"},
		"a list in an event": {start: `{"object":"event","x":[0`, text: ",0"},
		"brackets":           {start: `{"object":"event","x":`, text: "["},
		"objects":            {start: `{"x":0`, text: `,"x":{"y":0}`},
		"a key":              {start: `{"`, text: "k"},
		"a number":           {start: `[{"x":`, text: "1"},
		"text of no kind":    {text: "a"},
		"a line of the CLI":  {start: "-->", text: "a"},
		"NUL":                {text: "\x00"},
	} {
		before := live()
		_, _, err := imported(t, in)
		require.Regexp(t, "more than 1 MiB|deeper than 128|more than 64 KiB|got ", err.Error(), name)
		require.Less(t, in.read, int64(4<<20), name)
		require.Less(t, live(), before+liveLimit, name)
	}
}
