package capture

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Limits of a search. Programs save captures of a few MB; logs are printed in lines.
const (
	maxNested  = 6        // texts in texts
	maxFound   = 1 << 14  // deliveries of one text
	maxPrinted = 8 << 20  // bytes of what a program printed
	maxTried   = 16 << 20 // bytes read in tries that found nothing
)

// Find finds the deliveries in what people have of them: captures, envelopes, log lines and
// printed objects. The forms are tables: see form and reading. It never takes an envelope for
// the event in it. Nil: there is none.
//
// A delivery whose body is an event stands as it is only if it is the whole text: what Find
// returns has been taken out of something.
func Find(text []byte) []*Request {
	f := finder{tries: maxTried}
	f.search(place{text: bytes.TrimPrefix(text, []byte("\ufeff")), base: len(text) - len(bytes.TrimPrefix(text, []byte("\ufeff")))})
	return f.found
}

// A finder searches texts in texts.
type finder struct {
	found []*Request
	tries int // bytes that may still be read in vain
}

// A place is a text to search, and how to find it in the outermost one.
type place struct {
	text   []byte
	form   string // of what it was taken from
	path   string
	start  int         // in the outermost text
	base   int         // of text in the outermost text, -1 if it is no part of that
	header http.Header // of the delivery, nil if unknown
	inside bool        // in a JSON value of text
	parsed bool        // the text was written anew by Find
	depth  int
}

// within returns the place of a text that was taken out of this one.
func (p place) within(text []byte) place {
	p.text, p.base, p.inside = text, -1, false
	p.depth++
	return p
}

// signed returns the place with the signature that stands in the text.
func (p place) signed() place {
	if p.header == nil {
		p.header = signatureNear(p.text)
	}
	return p
}

// search reports whether a text has a delivery.
func (f *finder) search(p place) bool {
	if p.depth > maxNested || len(f.found) >= maxFound {
		return false
	}
	before := len(f.found)
	for _, r := range readings() {
		q := p
		if q.form == "" && r.name != "JSON" {
			q.form = r.name
		}
		if r.read(f, q); len(f.found) > before {
			return true
		}
		if r.name == "JSON" && json.Valid(p.text) {
			return false // it is JSON through and through, and was searched
		}
	}
	return false
}

// add adds a delivery with a body.
func (f *finder) add(p place, body []byte, parsed bool) {
	if len(f.found) >= maxFound {
		return
	}
	f.found = append(f.found, &Request{
		Header: p.header, Body: body, Form: p.form, Path: p.path, Start: p.start, Parsed: parsed || p.parsed,
	})
}

// tree searches a JSON value.
func (f *finder) tree(p place, n *node) {
	q := p
	if q.base >= 0 {
		q.start = q.base + n.start
	}
	if form := formOf(n); form != "" && p.form == "" {
		q.form = form
	}
	switch {
	case len(f.found) >= maxFound:
		return
	case n.isEvent():
		f.add(q, n.text, p.inside)
		return
	case n.kind == '"':
		f.string(q, n)
		return
	}
	if printed := n.buffer(); printed != nil {
		if q.parsed = false; isEventText(printed) {
			f.add(q, printed, false)
		}
		return
	}
	own := headerIn(n, 3)
	if own != nil && n.kind == '{' {
		q.header = own
	}
	before := len(f.found)
	for i := range n.children {
		child := &n.children[i]
		inner := q
		inner.inside = true
		inner.path = strings.TrimPrefix(q.path+"."+child.key, ".")
		if n.kind == '[' {
			inner.path = q.path + "[" + child.key + "]"
		}
		f.tree(inner, child)
	}
	f.preferExact(before)
	if len(f.found) == before {
		f.barely(q, n, own != nil)
	}
}

// string searches a string: for JSON, a request or a log line, as text or in base64. What it
// stands for is exact, even in a value that was printed.
func (f *finder) string(p place, n *node) {
	const shortest = 20
	if len(n.text) < shortest {
		return
	}
	p.parsed = false
	text := n.word()
	for _, inner := range [][]byte{[]byte(text), fromBase64(text)} {
		if len(inner) < shortest {
			continue
		}
		if isEventText(inner) {
			f.add(p, inner, false)
			return
		}
		if mayHold(inner) && f.search(p.within(inner)) {
			return
		}
	}
}

// mayHold reports whether a text is worth a search: it begins like JSON or a request, or it
// has a word that is in every event.
func mayHold(text []byte) bool {
	first := bytes.TrimSpace(text)
	return len(first) > 0 && strings.IndexByte(`{["`, first[0]) >= 0 || isRequest(text) || bytes.Contains(text, []byte("event"))
}

// isEventText reports whether a text is JSON of an event.
func isEventText(text []byte) bool {
	if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || trimmed[0] != '{' {
		return false
	}
	root, end, err := readTree(text)
	return err == nil && len(bytes.TrimSpace(text[end:])) == 0 && root.isEvent()
}

// preferExact drops what was parsed where the same record has the bytes themselves: both
// are the same delivery.
func (f *finder) preferExact(from int) {
	signature := func(r *Request) string { return r.Signature() }
	found := f.found[from:]
	exact := make(map[string]bool)
	for _, r := range found {
		if s := signature(r); s != "" && !r.Parsed {
			exact[s] = true
		}
	}
	f.found = append(f.found[:from], slices.DeleteFunc(slices.Clone(found), func(r *Request) bool {
		return r.Parsed && exact[signature(r)]
	})...)
}

// bodies are where captures keep a body, the most exact first.
var bodies = []string{
	"rawBody", "raw_body", "bodyRaw", "postData.text", "request.postData.text", "body.raw", "request.body.raw", "rawRequest",
	"body", "request.body", "payload", "content", "data", "text", "raw",
}

// barely adds a delivery with a signature whose body is no event.
func (f *finder) barely(p place, n *node, own bool) {
	if !own || !hasSignature(p.header) {
		return
	}
	for _, path := range bodies {
		body := n.at(path)
		if body == nil || body.kind == 'n' {
			continue
		}
		text, parsed := []byte(body.word()), false
		if body.kind != '"' {
			text, parsed = body.text, true
		}
		if encoded := n.child("isBase64Encoded"); encoded != nil && encoded.kind == 't' {
			text = fromBase64(string(text))
		}
		p.path = strings.TrimPrefix(p.path+"."+path, ".")
		f.add(p, text, parsed)
		return
	}
}
