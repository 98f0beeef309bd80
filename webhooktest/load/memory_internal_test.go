package load

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A list is JSON that is made while it is read: a row for each event.
type list struct {
	of   *tracked
	next int
	rest string
}

// Read implements io.Reader.
func (l *list) Read(p []byte) (int, error) {
	if l.rest == "" {
		switch {
		case l.next == 0:
			l.rest = `{"orders":[`
		case l.next < l.of.size:
			l.rest = `,`
		case l.next == l.of.size:
			l.rest = `]}`
		default:
			return 0, io.EOF
		}
		if l.next < l.of.size {
			l.rest += `{"event":"` + l.of.id(0, l.next) + `","amount":42}`
		}
		l.next++
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// A verdict needs a few bytes for each event, however long the state is.
func TestMemoryOfAVerdict(t *testing.T) {
	realpart.Long(t)
	const events, each = 100_000, 6
	s, err := newTemplate(recipe{like: new(webhooktest.Source), name: "payment_intent.succeeded"})
	require.NoError(t, err)
	of := track(newSeries(s, "payments", false, "run", 0))
	for n := range events {
		of.begin(n)
		of.accept(n)
	}
	o := newOracle(func(context.Context) (any, error) { return &list{of: of}, nil }, []*tracked{of}, nil)
	before := liveBytes()
	now, err := o.read(t.Context())
	require.NoError(t, err)
	o.learnFromMany(now)
	j := o.judge(now)
	grown := liveBytes() - before
	require.True(t, j.verdict.Sound(), j.verdict)
	require.Equal(t, events, j.verdict.Effects)
	require.Less(t, grown, events*each)
	runtime.KeepAlive(now)
}

func liveBytes() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// What a state says is never a reason to panic, and one that is deep is read as any other.
func FuzzReading(f *testing.F) {
	s, err := newTemplate(recipe{like: new(webhooktest.Source), name: "payment_intent.succeeded"})
	require.NoError(f, err)
	of := track(newSeries(s, "payments", false, "run", 0))
	of.begin(3)
	id := of.id(0, 2)
	for _, text := range []string{
		`{"a":{"b":[1,"` + id + `",{"c":true}]}}`, `["` + id + `"]`, `{"` + id + `":{"paid":1}}`, `{"":{"":""}}`, `1`, `null`, `"` + id + `"`, `[[[]]]`, `{"a":`,
		strings.Repeat(`[`, 200) + strings.Repeat(`]`, 200),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o := newOracle(func(context.Context) (any, error) { return strings.NewReader(text), nil }, []*tracked{of}, nil)
		now, err := o.read(t.Context())
		if err != nil {
			return
		}
		o.learnRows(now)
		if now, err = o.read(t.Context()); err == nil {
			o.judge(now)
		}
	})
}
