package verify

// Where two bodies differ, without secrets.

import (
	"bytes"

	"github.com/fakestripe/fakestripe/internal/credential"
)

// difference returns where two bodies begin to differ, or nil.
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

// excerpt returns a few bytes at an offset, without secrets. It masks them in the whole
// body first: a part of a secret is not recognized.
func excerpt(body []byte, at int) string {
	const length = 36
	masked := credential.Mask(string(body))
	text := masked[at:min(len(masked), at+length)]
	if at+length < len(masked) {
		text += "…"
	}
	return text
}
