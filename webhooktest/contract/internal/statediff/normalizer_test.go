package statediff

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRowNotWrittenAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		column, why string
		same        bool
	}{
		{"updated_at", "null until there is an update", true},
		{"djstripe_updated", "with a prefix of the library", true},
		{"modified", "Django's", true},
		{"updatedAt", "Prisma's", true},
		{"last_synced_at", "of a mirror", true},
		{"deleted_at", "null means that the row is there", false},
		{"paid_at", "null means that it is not paid", false},
		{"canceled_at", "Stripe's own", false},
		{"updated_by", "no time", false},
	} {
		never := Normalizer{}.roles().plain(map[string]any{tt.column: nil})
		once := Normalizer{}.roles().plain(map[string]any{tt.column: "2026-11-21 23:20:16"})
		require.Equal(t, tt.same, Canonical(never) == Canonical(once), "%s: %s", tt.column, tt.why)
	}
}

// The account that events come from is the same in all, and no event's own.
func TestAccountIsNobodys(t *testing.T) {
	t.Parallel()
	n := make(Normalizer)
	body := `{"id":"evt_1PzQm4Kd8Lw2Xc7VbN3Rt6Ys","account":"acct_1AppsTenantTwo00","data":{"object":{"id":"ch_3PzQm4Kd8Lw2Xc7VbN3Rt6Ys"}}}`
	n.Name("evt_1PzQm4Kd8Lw2Xc7VbN3Rt6Ys", []byte(body), "bad")
	require.Equal(t, Normalizer{"evt_1PzQm4Kd8Lw2Xc7VbN3Rt6Ys": "{event}", "ch_3PzQm4Kd8Lw2Xc7VbN3Rt6Ys": "{bad.data.object.id}"}, n)
}

// A ratio or a pair of numbers is no time of day.
func TestTimesOfDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"0:00": timeName, "23:59": timeName, "7:77": "7:77", "30:30": "30:30", "1:2": "1:2"} {
		require.Equal(t, want, Normalizer{}.roles().text(text))
	}
}

// Ids are found inside texts wherever they stand, the longest first.
func TestIDsInsideTexts(t *testing.T) {
	t.Parallel()
	ids := []string{"cus_1", "cus_12", "order-7", "pi_3PzQm4Kd8Lw2", "7", "xcus_1"}
	n := make(Normalizer)
	for i, id := range ids {
		n[id] = "{" + string(rune('a'+i)) + "}"
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(append(ids, " ", "x", "_1", "cus", ":")), 0, 6).Draw(t, "parts")
		text := strings.Join(parts, "")
		want := text
		longest := slices.SortedFunc(slices.Values(ids), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
		for _, id := range longest {
			if len(id) >= shortestPart {
				want = strings.ReplaceAll(want, id, n[id])
			}
		}
		if role, ok := n[text]; ok {
			want = role
		}
		require.Equal(t, want, n.roles().text(text))
	})
}

// The e-mail address of a customer is fresh like an id, so that a state keyed by it can be
// compared. One that the user sets is not.
func TestCustomersAreNamedByEmail(t *testing.T) {
	t.Parallel()
	n := make(Normalizer)
	n.Name("", []byte(`{"data":{"object":{"receipt_email":"nora.4fa09c11d2e3@example.com","customer_email":"nora@example.com"}}}`), "e")
	require.Equal(t, Normalizer{"nora.4fa09c11d2e3@example.com": "{e.data.object.receipt_email}"}, n)
}
