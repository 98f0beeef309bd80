package importer

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"
	"unicode"
)

// encodings are recognized by the first bytes of a file.
var encodings = []struct{ start, fix string }{
	{"\x1f\x8b", "compressed by gzip: run gunzip first"},
	{"PK\x03\x04", "a ZIP archive: unpack it first"},
	{"\x28\xb5\x2f\xfd", "compressed by zstd: unpack it first"},
	{"\xff\xfe", "UTF-16, as PowerShell writes it: save it as UTF-8"},
	{"\xfe\xff", "UTF-16: save it as UTF-8"},
}

func (s *scanner) checkEncoding() error {
	first, err := s.in.Peek(4)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", s.at, err)
	}
	for _, e := range encodings {
		if bytes.HasPrefix(first, []byte(e.start)) {
			return fmt.Errorf("%s: %s", s.at, e.fix)
		}
	}
	const mark = "\xef\xbb\xbf"
	if bytes.HasPrefix(first, []byte(mark)) { // as some editors write it
		for range len(mark) {
			_, _ = s.next()
		}
	}
	return nil
}

// said are the marks of the lines that stripe listen prints around events.
//
// Source: the output of stripe listen 1.50, and https://docs.stripe.com/cli/listen.
var said = []string{
	"-->", "<--", "[ERROR]", "[WARN", "[INFO", "[DEBUG", "Getting ready", "Ready!", "Session expired", "Checking for new versions",
	"A newer version of the Stripe CLI", "Your webhook signing secret", "has been deprecated", "You're using an outdated",
	"Your API key has expired", "stripe login", "Please note: this key will expire", "^C",
}

// levels matches the lines of its log: [Fri, 20 Nov 2026 08:39:32 UTC] DEBUG …, or logrus
// without a terminal: time="…" level=debug ….
var levels = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\x1b\[[0-9;]*m)*(\[[^\]]*\]\s*(\x1b\[[0-9;]*m)*\s*(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|PANIC)\b|time="?[^ ]+.*\blevel=[a-z]+)`)
})

// line skips a line that is not JSON. Errors do not quote it: it may contain a secret.
func (s *scanner) line() error {
	start, first := s.at, byte(0)
	var text []byte
	for {
		c, err := s.peek()
		if err == io.EOF || c == '\n' {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.at, err)
		}
		if c, err = s.next(); err != nil {
			return err
		}
		if text = append(text, c); len(text) == 1 {
			first = c
		}
		if len(text) > maxLine {
			return fmt.Errorf("%s: a line of more than %d KiB that is not JSON", start, maxLine>>10)
		}
	}
	if bytes.IndexByte(text, '{') >= 0 {
		if events, form := taken(text); len(events) > 0 {
			s.some = true
			return s.printed(events, form, start)
		}
	}
	if levels().Match(text) || slices.ContainsFunc(said, func(mark string) bool { return bytes.Contains(text, []byte(mark)) }) {
		return nil
	}
	if s.some && isProse(text) {
		s.prose++
		return nil
	}
	s.strays = true
	return fmt.Errorf("%s: got %q, want JSON, or what stripe listen prints", start, first)
}

// isProse reports whether a line is text for people, such as a shell's prompt or the end of a
// process, and no part of a JSON value that was cut off.
func isProse(text []byte) bool {
	control := func(c rune) bool { return c < ' ' && c != '\t' && c != '\r' && c != 0x1b }
	letters := bytes.ContainsFunc(text, unicode.IsLetter)
	return letters && !bytes.ContainsAny(text, `"{}`) && !bytes.HasSuffix(bytes.TrimSpace(text), []byte(",")) && !bytes.ContainsFunc(text, control)
}
