package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestBindings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "payment.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"object": "payment_intent", "amount": 700, "mine": {"a": 1}}`), 0o600))
	bound, err := newBindings(bindings{version: fixtures.DefaultVersion}, []string{
		"data.object.amount_received=7", "payment_intent.succeeded:data.object.mine.a=2",
		"payment_intent.succeeded:data.object.description=a:b", "data.object.metadata.a:b=c",
	}, nil, []string{"payment_intent.succeeded=" + file})
	require.NoError(t, err)
	edits := bound.edits
	var source webhooktest.Source
	paid, err := source.Event("payment_intent.succeeded", edits("payment_intent.succeeded")...)
	require.NoError(t, err)
	for path, want := range map[string]any{
		"data.object.amount": 700.0, "data.object.amount_received": 7.0, "data.object.mine.a": 2.0, // of the file, too
		"data.object.description": "a:b", "data.object.metadata.a:b": "c",
	} {
		got, _ := paid.Lookup(path)
		require.Equal(t, want, got, path)
	}
	disputed, err := source.Event("charge.dispute.created", edits("charge.dispute.created")...)
	require.NoError(t, err)
	_, has := disputed.Lookup("data.object.amount_received")
	require.False(t, has, "only events that have the path")
	got, _ := disputed.Lookup("data.object.metadata.a:b")
	require.Equal(t, "c", got)
}

// TestPathsOfWhatIsHandled is about paths that some event has, but none of the
// handler's.
func TestPathsOfWhatIsHandled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		handled []string
		want    string
	}{
		{nil, ""},
		{[]string{"charge.dispute.created", "payment_intent.succeeded"}, ""},
		{[]string{"charge.dispute.created"}, `no such path "data.object.amount_received"`},
	} {
		_, err := newBindings(bindings{version: fixtures.DefaultVersion, handled: test.handled}, []string{"data.object.amount_received=7"}, nil, nil)
		if test.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, test.want)
	}
}
