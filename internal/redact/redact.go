// Package redact takes personal data and secrets out of recordings.
//
// It finds them by field (the table in fields.go) or by pattern (patterns.go): an e-mail
// address is found wherever it stands. It then looks for each redacted value in the rest
// of the payload and of the answer, in upper and lower case, percent-encoded, escaped and
// in base64. Layout, key order, numbers and everything that decides how a handler reads
// an event stay as they are, byte for byte.
//
// A value has one stand-in throughout a recording, so links survive: an e-mail address
// always becomes the same other one, and the id of a customer becomes another id of the
// same prefix and length wherever it is mentioned, also inside URLs and client secrets.
// Stand-ins are made with a random key that is never stored. Without the key nobody can
// find out what they stand for, not even by trying values.
//
// Ids of the catalog (prices, products, coupons) identify no person, and handlers are
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
