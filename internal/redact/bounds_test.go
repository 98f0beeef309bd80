package redact_test

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// TestBombs packs much into little, and codes deeply: what is too much to look into is
// replaced, and nothing is looked into without end.
func TestBombs(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads megabytes: run it without -short")
	}
	bomb := packed(strings.Repeat("nora@corp.test ", realpart.Times(1<<20, 4)), func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	got := clean(t, newRedactor(t), `{"remark":"`+bomb+`"}`)
	require.NotContains(t, got, bomb[:40], "megabytes in one string")

	deep := "nora@corp.test"
	for range 40 {
		deep = strings.ReplaceAll(deep, "%", "%25")
		deep = strings.ReplaceAll(deep, "@", "%40")
	}
	clean(t, newRedactor(t), `{"remark":"`+deep+`"}`)

	many := strings.Repeat(`{"remark":"`+bomb[:2000]+`"},`, 50)
	got = clean(t, newRedactor(t), "["+many+"1]")
	require.NotContains(t, got, bomb[:40], "bombs that break off, one after the other")
}

// TestWorkIsBounded has texts that every reading changes: what they say is decoded so
// often as the document may, and then replaced as a whole.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads megabytes: run it without -short")
	}
	text := strings.Repeat("%41+AEE-=41&#65;nora%40corp.test ", realpart.Times(1<<14, 64))
	got := clean(t, newRedactor(t), `{"remark":"`+text+`"}`)
	require.NotContains(t, got, "corp.test")
	require.NotContains(t, got, "nora%40")
}
