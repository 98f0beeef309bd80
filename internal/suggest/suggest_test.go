package suggest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/suggest"
)

func TestNames(t *testing.T) {
	t.Parallel()
	paths := []string{"data.object.amount", "data.object.amount_received", "livemode", "id", "data.object.id"}
	cases := []string{"thin/redelivered", "idempotency/redelivered", "idempotency/redelivered-late", "resilience", "ordering", "signature", "signature/unsigned", "http/tls"}
	others := []string{"body", "body-tampered", "odd-numbers", "timestamp", "invoice.paid", "invoice-paid", "payout.paid", "charge.failed", "data.object.discount"}
	tests := []struct {
		want  string
		names []string
		n     int
		found []string
		why   string
	}{
		{"data.object.amout", paths, 2, []string{"data.object.amount"}, "a typo"},
		{"amount", paths, 9, []string{"data.object.amount"}, "the end of a path, far away in letters"},
		{"object", paths, 9, []string{"data.object.amount", "data.object.amount_received", "data.object.id"}, "the middle"},
		{"data.object", paths, 9, []string{"data.object.amount", "data.object.amount_received", "data.object.id"}, "the beginning, in the given order"},
		{"mount", paths, 1, []string{"data.object.amount"}, "a typo in the last part"},
		{"LIVEMODE", paths, 1, []string{"livemode"}, "another case"},
		{"id", paths, 2, []string{"id"}, "the name itself"},
		{"", paths, 1, []string{}, "nothing"},
		{"é", paths, 9, []string{}, "a letter that is nowhere"},
		{"id.x", paths, 9, []string{"id", "data.object.id"}, "something inside of what has no inside"},
		{"x", paths, 0, []string{}, "none wanted"},
		{"redelivered", cases, 9, []string{"thin/redelivered", "idempotency/redelivered"}, "all that are equally near"},
		{"redeliver", cases, 9, []string{"thin/redelivered", "idempotency/redelivered"}, "a typo of all of them"},
		{"signature/unsinged", cases, 9, []string{"signature/unsigned"}, "letters that changed places"},
		{"http/tsl", cases, 9, []string{"http/tls"}, "and in a short word"},
		{"signature/nope", cases, 9, []string{"signature", "signature/unsigned"}, "only the group is right"},
		{"body-tamper", others, 9, []string{"body-tampered"}, "cut off"},
		{"tampered", others, 9, []string{"body-tampered"}, "a word of it"},
		{"stamp", others, 9, []string{"timestamp"}, "a part of a word"},
		{"nope", others, 9, []string{}, "nothing is near"},
		{"../x/invoice.paid", others, 9, []string{"invoice.paid"}, "inside what is wanted"},
		{"invoice.payed", others, 9, []string{"invoice.paid"}, "a typo behind the beginning; the ends of others do not count"},
		{"charge.nothing", others, 9, []string{"charge.failed"}, "what begins alike"},
		{"data.object.client_reference_id", others, 9, []string{}, "but not as all paths begin"},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.found, suggest.Names(test.want, test.names, test.n))
		})
	}
	require.Empty(t, suggest.Names("x", nil, 3))
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	for want, names := range map[string][]string{
		"":                                   {"x.bb"},
		": did you mean aa?":                 {"aa"},
		": did you mean x.aa or y.aa?":       {"x.aa", "bb", "y.aa"},
		": did you mean x.aa, y.aa or z.aa?": {"x.aa", "y.aa", "z.aa", "aaa"},
		": did you mean 1.aa, 2.aa, 3.aa, 4.aa, 5.aa or 6.aa?": {"1.aa", "2.aa", "3.aa", "4.aa", "5.aa", "6.aa", "7.aa"},
	} {
		require.Equal(t, want, suggest.DidYouMean("aa", names))
	}
	require.Empty(t, suggest.DidYouMean("aa", nil))
}

// A name may be as long as the user likes: if the time grew with its square, this test
// would not end.
func TestLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	require.Equal(t, []string{long}, suggest.Names(long, []string{"a", long}, 1))
}
