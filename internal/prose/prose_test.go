package prose_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/prose"
)

func TestHang(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text  string
		width int
		want  string
	}{
		"a text that fits":                  {"one two", 20, "hint  one two"},
		"a long text":                       {"one two three four", 14, "hint  one two\n      three\n      four"},
		"lines of its own":                  {"one\ntwo", 20, "hint  one\n      two"},
		"a word longer than a line":         {"https://docs.stripe.com/webhooks x", 12, "hint  https://docs.stripe.com/webhooks\n      x"},
		"commands to copy are never broken": {"one two three four", 0, "hint  one two three four"},
		"letters are counted, not bytes":    {"ééé ééé", 13, "hint  ééé ééé"},
		"nothing":                           {"", 20, "hint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, prose.Hang("hint", test.text, 6, test.width))
		})
	}
}
