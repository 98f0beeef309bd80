// Package redact takes personal data and secrets out of recordings.
//
// It finds them by field (the table in fields.go) or by pattern (patterns.go), such as an
// e-mail address anywhere. It then looks for each redacted value in the rest of the
// payload and the response, in any case, percent-encoded, escaped or in base64. Layout,
// key order, numbers and everything that handlers branch on stay as they are, byte for
// byte.
//
// A value has one stand-in throughout a recording, so links survive: an e-mail address
// always becomes the same other one, and the ID of a customer becomes another of the same
// prefix and length everywhere, including URLs and client secrets. Stand-ins use a random
// key that is never stored. Without it, no one can recover the values, not even by
// guessing.
//
// Catalog IDs (prices, products, coupons) identify no person, and handlers are configured
// with them: they are kept.
package redact

import "crypto/rand"

// A Redactor redacts one recording. It is safe for concurrent use.
type Redactor struct {
	names  pseudonyms
	fields classifier
	found  findings
}

// New returns a redactor with a new key. Values at the paths in keep are kept, except for
// keys and signing secrets; values at those in redact are replaced. A path matches from
// the end ("metadata.order_id"), may use * for any part of a key or any list position,
// and includes everything inside. The longer path wins and, at equal length, the one that
// redacts. The error is a [PathError].
func New(keep, redact []string) (*Redactor, error) {
	rules, err := parseRules(keep, redact)
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return &Redactor{names: pseudonyms{key}, fields: classifier{rules: rules}}, nil
}

// Document returns an empty document.
func (r *Redactor) Document() *Document {
	return &Document{fields: &r.fields, found: &r.found, search: search{names: r.names, left: freeBytes}}
}

// Found returns the findings so far, sorted by path.
func (r *Redactor) Found() []Finding { return r.found.list() }

// Unused returns the user's paths without any value. Without this warning, a typo would
// first be noticed by readers of the unredacted data.
func (r *Redactor) Unused() []Path { return r.fields.unused() }
