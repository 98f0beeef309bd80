package verify

// Where two bodies differ, without secrets.

import (
	"bytes"
	"regexp"
	"strings"
)

// difference returns where two bodies begin to differ. Nil: nowhere.
func difference(signed, received []byte) *Difference {
	if bytes.Equal(signed, received) {
		return nil
	}
	at := 0
	for at < min(len(signed), len(received)) && signed[at] == received[at] {
		at++
	}
	before := signed[:at]
	return &Difference{
		Offset: at,
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: at - bytes.LastIndexByte(before, '\n'),
		Signed: excerpt(signed, at), Received: excerpt(received, at),
		SignedBytes: len(signed), ReceivedBytes: len(received),
	}
}

// excerpt returns a few bytes from a position on, without anything like a secret.
func excerpt(body []byte, at int) string {
	const before, length = 40, 36
	from := max(0, at-before)
	text := masked(string(body[from:min(len(body), at+length)]))
	if cut := at - from; cut <= len(text) {
		text = text[cut:]
	}
	if at+length < len(body) {
		text += "…"
	}
	return text
}

// masked replaces what follows the prefix of a secret with as many stars.
func masked(text string) string {
	secrets := regexp.MustCompile(`(whsec_|[srp]k_(?:live|test)_|_secret_)([0-9A-Za-z_+/=-]+)`)
	return secrets.ReplaceAllStringFunc(text, func(found string) string {
		parts := secrets.FindStringSubmatch(found)
		return parts[1] + strings.Repeat("*", len(parts[2]))
	})
}
