// Package render turns the fixtures of an API version into the bytes of events, with
// fresh ids that agree with each other.
//
// [Options.Load] compiles an event type once to a [Template]: the text of the event
// with holes where ids and times go. [Template.Append] fills the holes for an
// [Identity], which says which event it is and what it is about. Events about the
// same [Objects] agree on every id without knowing of each other.
package render

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/fakestripe/fakestripe/fixtures"
)

// Options say how events are rendered, whatever their type.
type Options struct {
	APIVersion string // empty: fixtures.DefaultVersion
	Account    string // empty: none, or an invented one for types of connected accounts only
	Livemode   bool
}

// ErrNotApplicable is in the errors of mutations that have nothing to change in an
// event: no verdict depends on them.
var ErrNotApplicable = errors.New("nothing to change")

// Load makes the template of an event type with its object at a version, 0 for the
// event without any. Set and add are what a flow changes, by paths inside the event.
// The error is ErrUnknownType, or says what is wrong with the options or the version.
func (o *Options) Load(eventType string, version int, set, add Changes) (*Template, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if fixtures.IsThin(eventType) {
		return o.loadThin(eventType, version)
	}
	return o.load(eventType, version, set, add)
}

// validate reports what the options may not be: they become part of events.
func (o *Options) validate() error {
	date, train, _ := strings.Cut(o.version(), ".")
	if _, err := time.Parse(time.DateOnly, date); err != nil || strings.ContainsFunc(train, notWord) {
		return fmt.Errorf("API version %q: want a date such as 2023-10-16 or 2025-03-31.basil", o.APIVersion)
	}
	if strings.ContainsFunc(o.Account, notWord) {
		return fmt.Errorf("account %q: want an id such as acct_1Qd0…", o.Account)
	}
	return nil
}

func notWord(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func (o *Options) version() string {
	if o.APIVersion == "" {
		return fixtures.DefaultVersion
	}
	return o.APIVersion
}
