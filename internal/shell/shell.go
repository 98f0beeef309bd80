// Package shell quotes text as a word of a shell command: to copy and paste (Quote), or
// for sh -c (Single).
package shell

import (
	"fmt"
	"slices"
	"strings"
)

// Quote quotes text for a command line to be copied. It escapes control characters, in
// syntax for bash, zsh and ksh: pasted raw, a terminal would act on them.
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

// Single quotes text for any POSIX shell, and keeps every byte.
func Single(text string) string {
	if plain(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// plain reports whether no shell gives a text any special meaning. zsh expands a leading
// = to a command's path.
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
