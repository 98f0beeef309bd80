package capture

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A word is an argument of a command line.
type word struct {
	text   string
	line   int
	filled bool // has a $(…), to be filled in by a shell
}

// words splits a command line like a POSIX shell, including $'…', up to the end of the
// command: a pipe, a redirection, a second command.
func words(text string) ([]word, error) {
	if isCmd(text) {
		text = fromCmd(text)
	}
	l := &lexer{text: text, line: 1}
	for l.pos < len(l.text) && !l.ended {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	l.finish()
	return l.words, nil
}

// A lexer reads a command line byte by byte.
type lexer struct {
	text   string
	pos    int
	line   int
	ended  bool
	inWord bool
	start  int // first line of the word
	filled bool
	word   strings.Builder
	words  []word
}

func (l *lexer) next() error {
	switch c := l.text[l.pos]; {
	case c == '\'':
		return l.single()
	case c == '"':
		return l.double()
	case c == '$' && strings.HasPrefix(l.text[l.pos:], "$'"):
		return l.ansi()
	case c == '\\' || c == '`' && strings.HasPrefix(strings.TrimPrefix(l.text[l.pos+1:], "\r"), "\n"): // PowerShell's
		l.escape()
	case c == ' ' || c == '\t' || c == '\r':
		l.finish()
		l.pos++
	case c == '\n' && len(l.words) == 0 && !l.inWord:
		l.newline()
	case c == '#' && len(l.words) == 0 && !l.inWord: // a comment above the command
		comment, _, _ := strings.Cut(l.text[l.pos:], "\n")
		l.pos += len(comment)
	case c == '\n' || c == '|' || c == '<' || c == '>' || c == '#' && !l.inWord || (c == '&' || c == ';') && l.endsHere():
		l.ended = true
	default:
		l.add(c)
		l.pos++
	}
	return nil
}

// endsHere reports whether an & or ; ends the command. Inside a word, it belongs to an
// unquoted URL.
func (l *lexer) endsHere() bool {
	rest := l.text[l.pos+1:]
	return !l.inWord || rest == "" || strings.IndexByte(" \t\r\n&;", rest[0]) >= 0
}

func (l *lexer) add(c byte) {
	l.begin()
	if c == '$' && strings.HasPrefix(l.text[l.pos:], "$(") || c == '`' {
		l.filled = true
	}
	l.word.WriteByte(c)
}

func (l *lexer) begin() {
	if !l.inWord {
		l.inWord, l.start = true, l.line
	}
}

func (l *lexer) newline() {
	l.line++
	l.pos++
}

func (l *lexer) finish() {
	if l.inWord {
		l.words = append(l.words, word{l.word.String(), l.start, l.filled})
	}
	l.word.Reset()
	l.inWord, l.filled = false, false
}

// escape handles a backslash outside of quotes: before a line break, it continues the
// line.
func (l *lexer) escape() {
	rest := l.text[l.pos+1:]
	if end := strings.TrimPrefix(strings.TrimLeft(rest, " \t"), "\r"); strings.HasPrefix(end, "\n") { // also with trailing white space
		l.finish()
		l.pos = len(l.text) - len(end)
		l.newline()
		return
	}
	l.begin()
	if rest != "" {
		l.word.WriteByte(rest[0])
	}
	l.pos += 1 + min(1, len(rest))
}

func (l *lexer) single() error {
	l.begin()
	end := strings.IndexByte(l.text[l.pos+1:], '\'')
	if end < 0 {
		return l.open("'")
	}
	inside := l.text[l.pos+1 : l.pos+1+end]
	l.word.WriteString(inside)
	l.line += strings.Count(inside, "\n")
	l.pos += end + 2
	return nil
}

func (l *lexer) double() error {
	l.begin()
	start := l.pos
	for l.pos++; l.pos < len(l.text); l.pos++ {
		switch c := l.text[l.pos]; {
		case c == '"':
			l.pos++
			return nil
		case c == '\\' && l.pos+1 < len(l.text) && strings.IndexByte("\"\\$`\n", l.text[l.pos+1]) >= 0:
			l.pos++
			if l.text[l.pos] == '\n' {
				l.line++
				continue
			}
			l.word.WriteByte(l.text[l.pos])
		default:
			if c == '\n' {
				l.line++
			}
			l.add(c)
		}
	}
	l.pos = start
	return l.open(`"`)
}

func (l *lexer) open(quote string) error {
	return fmt.Errorf("line %d: a quote (%s) that is not closed: is the command complete?", l.start, quote)
}

// ansi parses $'…', with C escapes.
//
// Source: https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html
func (l *lexer) ansi() error {
	l.begin()
	for l.pos += 2; l.pos < len(l.text); {
		switch c := l.text[l.pos]; {
		case c == '\'':
			l.pos++
			return nil
		case c == '\\' && l.pos+1 < len(l.text):
			l.pos += 1 + l.ansiEscape(l.text[l.pos+1:])
		default:
			if c == '\n' {
				l.line++
			}
			l.word.WriteByte(c)
			l.pos++
		}
	}
	return l.open("$'")
}

// ansiEscape decodes the escape after a backslash, and returns its length.
func (l *lexer) ansiEscape(s string) int {
	if i := strings.IndexByte(`abefnrtvE\'"?`, s[0]); i >= 0 {
		l.word.WriteByte("\a\b\x1b\f\n\r\t\v\x1b\\'\"?"[i])
		return 1
	}
	for _, form := range []struct {
		letter       string
		base, digits int
	}{{"x", 16, 2}, {"u", 16, 4}, {"U", 16, 8}, {"", 8, 3}} {
		digits, ok := strings.CutPrefix(s, form.letter)
		n := 0
		for n < min(form.digits, len(digits)) && isDigit(digits[n], form.base) {
			n++
		}
		if !ok || n == 0 {
			continue
		}
		value, _ := strconv.ParseUint(digits[:n], form.base, 32) // these digits fit
		if form.letter == "x" || form.letter == "" {
			l.word.WriteByte(byte(value))
		} else if value <= utf8.MaxRune {
			l.word.WriteRune(rune(value))
		}
		return len(form.letter) + n
	}
	l.word.WriteString(`\` + s[:1])
	return 1
}

func isDigit(c byte, base int) bool {
	_, err := strconv.ParseUint(string(c), base, 8)
	return err == nil
}

// isCmd reports whether a command line is for Windows' cmd, as copied by browsers, with a
// caret before special characters.
func isCmd(text string) bool {
	return strings.Contains(text, "^\"") || strings.Contains(text, "^\n") || strings.Contains(text, "^\r\n")
}

// fromCmd converts cmd's carets to shell syntax.
func fromCmd(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, "^\n\n"): // a line break in an argument
			out.WriteByte('\n')
			i += 2
		case strings.HasPrefix(rest, "^\n"):
			out.WriteString("\\\n")
			i++
		case rest[0] == '^' && len(rest) > 1:
			i++
			out.WriteByte(rest[1])
		default:
			out.WriteByte(rest[0])
		}
	}
	return out.String()
}
