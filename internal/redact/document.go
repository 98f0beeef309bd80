package redact

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A Document is a payload and its related texts: a value redacted in one is redacted in
// all.
type Document struct {
	fields *classifier
	found  *findings
	search search
}

// JSON redacts JSON text. prefix, unless empty, begins the paths of its findings. The
// error for invalid JSON names line and column.
func (d *Document) JSON(prefix string, data []byte) ([]byte, error) {
	found, err := leaves(data)
	if err != nil {
		return nil, err
	}
	d.search.allow(len(data))
	kinds := d.collect(found)
	if d.search.marks.tooMany() {
		return nil, fmt.Errorf("more than %d different values to redact: no event of Stripe has so many", maxMarks)
	}
	var out bytes.Buffer
	copied := 0
	for i := range found {
		l := &found[i]
		if stand, changed := d.leaf(prefix, l, kinds[i]); changed {
			out.Write(data[copied:l.start])
			out.Write(stand)
			copied = l.end
		}
	}
	out.Write(data[copied:])
	return out.Bytes(), nil
}

// collect classifies each leaf and marks redacted values, to find them in earlier leaves
// as well.
func (d *Document) collect(found []leaf) []kind {
	kinds := make([]kind, len(found))
	for i, l := range found {
		if l.kind == keyLeaf {
			continue
		}
		k := d.fields.kindAt(l.path)
		switch {
		case k == kindURL && strings.HasPrefix(l.text, "/"):
			k = kindPath
		case k == kindText && tellsNothing(l.text):
			k = kindPlain
		}
		kinds[i] = k
		switch {
		case k.redacted() && (l.kind == stringLeaf || len(l.text) >= shortestPart):
			d.search.marks.add(k, l.text)
		case l.kind == stringLeaf && k != kindKept && !isStripesWord(l.text):
			d.search.marks.addFound(byPattern(l.text, k))
		}
	}
	return kinds
}

// tellsNothing reports whether a text at a redacted field reveals nothing: a catalog ID,
// a switch in metadata.
func tellsNothing(text string) bool {
	return isCatalogID(text) || slices.Contains([]string{"true", "false", "yes", "no", "0", "1"}, text)
}

// leaf returns the stand-in for a leaf, as JSON.
func (d *Document) leaf(prefix string, l *leaf, k kind) (stand []byte, changed bool) {
	path := join(prefix, l.path)
	switch {
	case l.kind == boolLeaf && k == kindAsked:
		d.count(path, k)
		return []byte("false"), true
	case l.kind == boolLeaf, k == kindKept && l.kind == numberLeaf:
		return nil, false
	case l.kind == numberLeaf:
		return d.number(path, l, k)
	case !k.redacted() && isStripesWord(l.text):
		return nil, false
	}
	clean := d.value(path, l.text, k)
	return quote(clean), clean != l.text
}

func (d *Document) number(path string, l *leaf, k kind) ([]byte, bool) {
	switch {
	case k.redacted():
	case d.search.marks.isNumber(l.text), isCard(l.text):
		k = kindNumber
	default:
		return nil, false
	}
	d.count(path, k)
	return []byte(d.search.names.numberStandIn(k, l.text)), true
}

// value returns the stand-in for a text of a kind, and counts it.
func (d *Document) value(path, value string, k kind) string {
	clean, found := d.search.clean(value, k)
	for _, k := range found {
		d.count(path, k)
	}
	return clean
}

// count records a redaction.
func (d *Document) count(path string, k kind) { d.found.add(d.shown(path), k) }

// shown returns a path for the list of findings: a key can be personal, too.
func (d *Document) shown(path string) string {
	keys := split(path)
	for i, key := range keys {
		if key != "*" && !isStripesWord(key) {
			keys[i], _ = d.search.clean(key, kindPlain)
		}
		keys[i] = strings.ReplaceAll(keys[i], ".", `\.`)
	}
	return strings.Join(keys, ".")
}

// Text redacts text that is not JSON, such as a handler's response.
func (d *Document) Text(path, value string) string {
	d.search.allow(len(value))
	d.search.marks.addFound(byPattern(value, kindPlain))
	return d.value(path, value, kindPlain)
}

// Header redacts headers: any header not known to be harmless may be a credential.
func (d *Document) Header(prefix string, header http.Header) http.Header {
	clean := make(http.Header, len(header))
	for name, values := range header {
		k := kindHeader
		if slices.Contains(plainHeaders, name) {
			k = kindPlain
		}
		for _, value := range values {
			d.search.allow(len(value))
			clean.Add(name, d.value(join(prefix, name), value, k))
		}
	}
	return clean
}
