package stripeapi

import (
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A fact is a value common to several fields: "charge:amount" and "refund:amount".
type fact struct {
	Description string   `json:"description"`
	Fields      []string `json:"fields"`

	fields map[string][]string // paths by kind
}

// sharedFacts is loaded by the first request that needs it.
var sharedFacts = sync.OnceValue(func() map[string]*fact {
	data, _, err := fixtures.Find(fixtures.DefaultVersion, "shared.json")
	if err != nil {
		panic(err) // embedded
	}
	var file struct {
		Facts map[string]*fact `json:"facts"`
	}
	mustDecode(data, &file)
	file.Facts["amount"].Fields = append(file.Facts["amount"].Fields, "balance_transaction:amount", "transfer_reversal:amount")
	file.Facts["currency"].Fields = append(file.Facts["currency"].Fields, "balance_transaction:currency", "transfer_reversal:currency")
	for _, f := range file.Facts {
		f.fields = make(map[string][]string)
		for _, field := range f.Fields {
			kind, path, _ := strings.Cut(field, ":")
			f.fields[kind] = append(f.fields[kind], path)
		}
	}
	return file.Facts
})

// shareFacts copies facts between objects: a field that differs from its template in one
// object is set in the other's fields for the same fact.
func shareFacts(b *render.Bindings, fromKind string, from *node, toKind string, to *node) {
	for _, f := range sharedFacts() {
		there, here := f.fields[fromKind], f.fields[toKind]
		if len(there) == 0 || len(here) == 0 {
			continue
		}
		for _, path := range there {
			was, is := known().kind(fromKind).template.at(path), from.at(path)
			if was == nil || is.isNull() || is.plain() == "0" {
				continue
			}
			if setEqual(to, here, fill(b, was), is) {
				break
			}
		}
	}
}

// setEqual replaces one value by another in the given fields, and reports whether any
// changed.
func setEqual(to *node, fields []string, was, is *node) (changed bool) {
	for _, path := range fields {
		field := to.at(path)
		if field.isNull() || field.plain() != was.plain() || field.plain() == is.plain() {
			continue
		}
		changed = true
		if field.kind == '"' {
			to.set(path, text(is.plain()))
		} else {
			to.set(path, is)
		}
	}
	return changed
}
