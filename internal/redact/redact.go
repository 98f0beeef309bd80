// Package redact takes personal data and secrets out of what is recorded.
//
// What is redacted is known by its field (a table, fields.go) or by how it looks
// (patterns.go): an e-mail address is found wherever it stands. A value that was
// redacted is also looked for in all the rest of the payload and of what was said
// about it, in capitals and small letters, percent-encoded, escaped, in base64.
// Layout, key order, numbers and everything that decides how a handler reads an
// event stay as they are, byte for byte.
//
// A value has one stand-in throughout a recording, so that what belonged together
// still does: the same e-mail address is the same other one, and the id of a
// customer is another id of the same prefix and length wherever it is mentioned,
// inside URLs and client secrets too. Stand-ins are made with a random key that is
// never stored. Without it nobody can tell what they stand for, not even by
// trying.
//
// Ids of the catalog (prices, products, coupons) name nobody, and handlers are
// configured with them: they are kept.
package redact

import "crypto/rand"

// A Redactor redacts all that belongs to one recording. It is safe for use by
// several goroutines.
type Redactor struct {
	names  pseudonyms
	fields classifier
	found  findings
}

// New returns a redactor with a key of its own. Paths of keep stay as they are,
// except for keys and signing secrets; what is at a path of redact is replaced. A
// path is the end of one ("metadata.order_id"), with a * for any text of a key or
// any position of a list, and is about all that is inside, too. The longer path
// counts, and of two as long the one that redacts. The error is a [PathError].
func New(keep, redact []string) (*Redactor, error) {
	rules, err := parseRules(keep, redact)
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return &Redactor{names: pseudonyms{key}, fields: classifier{rules: rules}}, nil
}

// Document returns an empty one.
func (r *Redactor) Document() *Document {
	return &Document{fields: &r.fields, found: &r.found, search: search{names: r.names, left: freeBytes}}
}

// Found returns what was redacted so far, sorted by path.
func (r *Redactor) Found() []Finding { return r.found.list() }

// Unused returns the user's paths at which there was nothing. Without a warning, the
// readers of what should have been redacted would be the first to notice a typo.
func (r *Redactor) Unused() []Path { return r.fields.unused() }
