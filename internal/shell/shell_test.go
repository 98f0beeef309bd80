package shell_test

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/internal/shell"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "''"},
		{"a word", "payment_intent.succeeded", "payment_intent.succeeded"},
		{"a URL", "http://localhost:4242/webhook", "http://localhost:4242/webhook"},
		{"a list", "invoice.paid,charge.refunded", "invoice.paid,charge.refunded"},
		{"an assignment", "data.object.amount=4200", "data.object.amount=4200"},
		{"what zsh takes for a command", "=ls", "'=ls'"},
		{"a JSON list, whose brackets belong to it", "data.object.x=[1]", "'data.object.x=[1]'"},
		{"brackets and nothing else", "[]", "'[]'"},
		{"a quote", "it's", `'it'\''s'`},
		{"a placeholder", "/ledger/{object.id}", "'/ledger/{object.id}'"},
		{"a line break", "a\nb", "'a\nb'"},
		{"an escape sequence", "a'\\\x1b[31m", `$'a\'\\\x1b[31m'`},
		{"no ASCII", "café", "'café'"},
	} {
		require.Equal(t, test.want, shell.Quote(test.text), test.name)
	}
	require.Equal(t, "'a\x1b'\\''b'", shell.Single("a\x1b'b"), "sh has no escapes in quotes")
}

// The shells themselves are the judges: what is quoted is one argument, unchanged.
func TestShellsReadIt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the shells of Windows read their arguments in another way")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash")
	}
	if testing.Short() {
		t.Skip("starts some hundred shells, which takes seconds")
	}
	text := rapid.OneOf(rapid.StringMatching("[-a-z=\\[\\]{}'\"\\\\$`!*?;&|~#<>() \t\n\x01\x1b\x7f]{0,12}"), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		var texts []string
		var quoted, single strings.Builder
		for _, one := range rapid.SliceOfN(text, 1, 8).Draw(t, "texts") {
			one = strings.ReplaceAll(one, "\x00", "")
			texts = append(texts, one)
			quoted.WriteString(" " + shell.Quote(one))
			single.WriteString(" " + shell.Single(one))
		}
		want := strings.Join(texts, "\x00") + "\x00"
		for name, line := range map[string]string{bash: quoted.String(), "sh": single.String()} {
			out, err := exec.Command(name, "-c", `printf '%s\0'`+line).Output()
			require.NoError(t, err)
			require.Equal(t, want, string(out), "%s: %s", name, line)
		}
	})
}
