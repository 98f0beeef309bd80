// Package shell writes texts as words of a shell: for a person to paste (Quote), and
// for a command line that sh -c runs (Single).
package shell

import (
	"fmt"
	"slices"
	"strings"
)

// Quote makes a text one word of a command line that is shown to be copied. Control
// characters are spelled out, which bash, zsh and ksh read: pasted as they are, a
// terminal would act on them.
func Quote(text string) string {
	if plain(text) || !slices.ContainsFunc([]byte(text), control) {
		return Single(text)
	}
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case control(c):
			fmt.Fprintf(&b, `\x%02x`, c)
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}

// Single makes a text one word of any POSIX shell: every byte of it stays as it is.
func Single(text string) string {
	if plain(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// plain reports whether no shell sees more in a text than itself. zsh looks for a
// command behind an = that comes first.
func plain(text string) bool {
	if text == "" || text[0] == '=' {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		return !letter && !('0' <= r && r <= '9') && !strings.ContainsRune("-_./:,=@+", r)
	})
}

func control(c byte) bool { return c < ' ' && c != '\n' || c == 0x7f }
