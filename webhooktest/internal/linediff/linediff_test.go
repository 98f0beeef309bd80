package linediff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/webhooktest/internal/linediff"
)

func numbered(n int, change map[int]string) string {
	var text strings.Builder
	for i := range n {
		if other, ok := change[i]; ok {
			text.WriteString(other)
			continue
		}
		fmt.Fprintf(&text, "line %d\n", i)
	}
	return text.String()
}

func TestUnified(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, a, b, want string }{
		{"the same", "a\nb\n", "a\nb\n", ""},
		{"a line changed", numbered(9, nil), numbered(9, map[int]string{4: "other\n"}), "… 1 line alike\n  line 1\n  line 2\n  line 3\n- line 4\n+ other\n  line 5\n  line 6\n  line 7\n… 1 line alike\n"},
		{"a line more", "a\nc\n", "a\nb\nc\n", "  a\n+ b\n  c\n"},
		{"a line less", "a\nb\nc\n", "a\nc\n", "  a\n- b\n  c\n"},
		{"from nothing", "", "a\n", "- \n+ a\n"},
		{"two places", "a\nb\nc\nd\n", "A\nb\nc\nD\n", "- a\n+ A\n  b\n  c\n- d\n+ D\n"},
		{"a long line", "a", strings.Repeat("é", 200), "- a\n+ " + strings.Repeat("é", 160) + "…\n"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, linediff.Unified(test.a, test.b), test.name)
	}
}

// However much differs, what is shown is bounded.
func TestBounded(t *testing.T) {
	t.Parallel()
	all := make(map[int]string)
	for i := range 5000 {
		all[i] = fmt.Sprintf("other %d\n", i)
	}
	diff := linediff.Unified(numbered(5000, nil), numbered(5000, all))
	require.Equal(t, 41, strings.Count(diff, "\n"))
	require.Contains(t, diff, "more lines")
}

// TestDiffIsTrue wants the lines of a without - to be those of b without +, and both
// texts to be in the diff.
func TestDiffIsTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 4)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if strings.Join(a, "\n") == strings.Join(b, "\n") {
			return
		}
		var old, now []string
		for line := range strings.Lines(linediff.Unified(strings.Join(a, "\n"), strings.Join(b, "\n"))) {
			body := strings.TrimSuffix(line[2:], "\n")
			if line[0] != '+' {
				old = append(old, body)
			}
			if line[0] != '-' {
				now = append(now, body)
			}
		}
		require.Equal(t, a, old)
		require.Equal(t, b, now)
	})
}
