package capture

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Limits of a search. Programs save captures of a few MB; logs have a line for each record.
const (
	maxNested  = 6        // levels of texts inside texts
	maxFound   = 1 << 14  // deliveries in one text
	maxPrinted = 8 << 20  // bytes of a printed value
	maxTried   = 16 << 20 // bytes read in failed attempts
)

// Find finds the deliveries in a capture, an envelope, log lines or printed objects. The
// formats are tables: see form and reading. It never mistakes an envelope for the event
// inside. It returns nil if there is no delivery.
//
// It does not return an event that is the whole text: its results are always parts of
// something.
func Find(text []byte) []*Request {
	f := finder{tries: maxTried}
	f.search(place{text: bytes.TrimPrefix(text, []byte("\ufeff")), base: len(text) - len(bytes.TrimPrefix(text, []byte("\ufeff")))})
	return f.found
}

// A finder searches texts in texts.
type finder struct {
	found []*Request
	tries int // bytes left for failed attempts
}

// A place is a text to search, and how to find it in the outermost one.
type place struct {
	text   []byte
	form   string // source format
	path   string
	start  int         // in the outermost text
	base   int         // of text in the outermost text, -1 if it is not part of that
	header http.Header // of the delivery, nil if unknown
	inside bool        // inside a JSON value of text
	parsed bool        // Find wrote the text anew
	depth  int
}

// within returns the place of a text taken out of this one.
func (p place) within(text []byte) place {
	p.text, p.base, p.inside = text, -1, false
	p.depth++
	return p
}

// signed returns the place with the signature found in the text.
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
			return false // it is JSON throughout, and was searched
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

// string searches a string: for JSON, a request or a log line, as text or in base64. Its
// content is exact, even inside a printed value.
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
// contains a word found in every event.
func mayHold(text []byte) bool {
	first := bytes.TrimSpace(text)
	return len(first) > 0 && strings.IndexByte(`{["`, first[0]) >= 0 || isRequest(text) || bytes.Contains(text, []byte("event"))
}

// isEventText reports whether a text is the JSON of an event.
func isEventText(text []byte) bool {
	if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || trimmed[0] != '{' {
		return false
	}
	root, end, err := readTree(text)
	return err == nil && len(bytes.TrimSpace(text[end:])) == 0 && root.isEvent()
}

// preferExact drops parsed bodies of a record that also has the original bytes: both are
// the same delivery.
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

// bodies are the fields in which captures store a body, the most exact first.
var bodies = []string{
	"rawBody", "raw_body", "bodyRaw", "postData.text", "request.postData.text", "body.raw", "request.body.raw", "rawRequest",
	"body", "request.body", "payload", "content", "data", "text", "raw",
}

// barely adds a delivery with a signature whose body is not an event.
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
