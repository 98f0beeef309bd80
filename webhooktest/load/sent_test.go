package load_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

const stem = "evt_3GrF0ZJjoKkQDQK000"

// sentBy is a line about ten events, of which some were not accepted, without their names.
func sentBy(unnamed int) string {
	return fmt.Sprintf(`{"format":1,"run":"r","instance":0,"sent":[{"name":"invoice.paid","stems":[%q],"accepted":[[0,9]],"unsure":[],"unnamed":%d}]}`, stem, unnamed)
}

// What k6 prints names the events that were not accepted; as many as it does not name are
// not held against the handler.
func TestNotAccepted(t *testing.T) {
	t.Parallel()
	refused := func(n int) string {
		return fmt.Sprintf("time=\"2026-11-28T20:09:50Z\" level=error msg=\"fakestripe: not accepted: %s00000%d\" source=console\n", stem, n)
	}
	for _, test := range []struct {
		name, text string
		effects    string // numbers of events that the state names
		want       string
	}{
		{"all accepted", sentBy(0), "0123456789", "10 delivered, 10 effects: nothing lost, nothing doubled"},
		{"one lost", sentBy(0), "012345678", "10 delivered, 9 effects: 1 lost (" + stem + "000009)"},
		{"refused, and named", "running\n" + refused(4) + "\n" + sentBy(1) + "\r\nthe end\n", "012356789", "9 delivered, 1 not accepted, 9 effects: nothing lost, nothing doubled"},
		{"named twice", refused(4) + refused(4) + sentBy(1), "012356789", "9 delivered, 1 not accepted, 9 effects: nothing lost, nothing doubled"},
		{"refused, with an effect", refused(4) + sentBy(1), "0123456789", "9 delivered, 1 not accepted, 9 effects: nothing lost, nothing doubled"},
		{"refused, another lost", refused(4) + sentBy(1), "01235678", "9 delivered, 1 not accepted, 8 effects: 1 lost (" + stem + "000009)"},
		{"refused, but nobody says which", sentBy(2), "01234567", "10 delivered, 8 effects: nothing lost, nothing doubled"},
		{"more lost than refused", sentBy(1), "01234567", "10 delivered, 8 effects: 1 lost (" + stem + "000008, " + stem + "000009)"},
		{"another run's", refused(4)[:100] + "\nfakestripe: not accepted: evt_1\nfakestripe: not accepted:\n" + sentBy(0), "0123456789", "nothing lost"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent, err := load.ParseSent([]byte(test.text))
				require.NoError(t, err)
				var ids []string
				for _, n := range test.effects {
					ids = append(ids, stem+"00000"+string(n))
				}
				state := func(context.Context) (any, error) { return ids, nil }
				verdict, err := load.Verify(t.Context(), sent, state, 0, nil)
				require.NoError(t, err)
				require.Contains(t, verdict.String(), test.want)
			})
		})
	}
}

// A text without a line of ours is an error, not an empty run.
func TestNothingSent(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n\n", "900 sent in 1.0s\n", `{"other":1}`, "{}"} {
		_, err := load.ParseSent([]byte(text))
		require.ErrorIs(t, err, load.ErrNothingSent, "%q", text)
	}
	for _, text := range []string{`{"format":2}`, `{"format":1,"sent":[{"stems":[]}]}`, `{"format":1,"sent":[{"stems":["evt_1"]}]}`, `{"format":`,
		`{"format":1,"sent":[{"stems":["evt_3GrF0ZJjoKkQDQK000"],"accepted":[[5,2]]}]}`} {
		_, err := load.ParseSent([]byte(text))
		require.Error(t, err, text)
	}
}

func FuzzParseSent(f *testing.F) {
	f.Add(sentBy(1))
	f.Add("fakestripe: not accepted: é")
	f.Fuzz(func(t *testing.T, text string) {
		sent, err := load.ParseSent([]byte(text))
		require.Equal(t, err == nil, len(sent) > 0)
	})
}
