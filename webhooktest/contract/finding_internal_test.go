package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHeadlines(t *testing.T) {
	t.Parallel()
	refusal := &contractCase{Case: Case{Finding: "Refused a genuine event: compact JSON"}}
	for _, c := range []struct {
		name    string
		finding finding
		spec    *contractCase
		want    string
	}{
		{"what the case says", finding{}, refusal, "Refused a genuine event: compact JSON"},
		{"a server error is no refusal", finding{crashed: true}, refusal, "Crashed on a genuine event: compact JSON"},
		{"but only where it was one", finding{crashed: true}, &contractCase{Case: Case{Finding: "Accepted a forged event"}}, "Accepted a forged event"},
		{"the handler has ended", finding{grave: true}, refusal, "Stopped answering"},
		{"no answer is no refusal", finding{silent: true}, refusal, "Gave no answer to a genuine event: compact JSON"},
		{"nor an acceptance", finding{silent: true}, &contractCase{Case: Case{Finding: "Accepted a forged event"}}, "Gave no answer to a forged event"},
		{"a case of the user's own", finding{}, &contractCase{}, ""},
	} {
		require.Equal(t, c.want, c.finding.headline(c.spec), c.name)
	}
}
