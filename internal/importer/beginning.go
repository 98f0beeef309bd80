package importer

import (
	"bytes"
	"encoding/json"
	"io"
)

// A beginning reads an input and keeps its start for as long as needed.
type beginning struct {
	in   io.Reader
	kept []byte
	lost bool // the start is incomplete
}

// Read implements io.Reader.
func (b *beginning) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.lost || len(b.kept)+n > maxEvent {
		b.forget()
	} else {
		b.kept = append(b.kept, p[:n]...)
	}
	return n, err
}

func (b *beginning) forget() { b.kept, b.lost = nil, true }

// all returns the whole input, if it is no longer than an event.
func (b *beginning) all() (text []byte, ok bool) {
	if _, err := io.Copy(io.Discard, io.LimitReader(b, maxEvent)); err != nil || b.lost {
		return nil, false
	}
	return b.kept, true
}

// beginsAsJSON reports whether a text is JSON up to its second value: {"id"=>"evt_1"} is not,
// nor is a log whose lines begin with a number, as in 2026-11-21 or [0].
func beginsAsJSON(text []byte) bool {
	const first = 3 // a bracket, a key and a value
	if text = bytes.TrimSpace(text); len(text) == 0 || text[0] != '{' && (text[0] != '[' || !opensList(text)) {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	for range first {
		if _, err := decoder.Token(); err != nil {
			return false
		}
	}
	return true
}
