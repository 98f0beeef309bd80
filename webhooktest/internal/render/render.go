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
	"unicode"

	"github.com/fakestripe/fakestripe/fixtures"
)

// Options say how events are rendered, whatever their type.
type Options struct {
	APIVersion string // as fixtures.FindVersion reads it; empty: fixtures.DefaultVersion
	Account    string // empty: none, or an invented one for types of connected accounts only
	Livemode   bool
	Facts      *Facts // optional: templates tell where an event has them
}

// ErrNotApplicable is in the errors of mutations that have nothing to change in an
// event: no verdict depends on them.
var ErrNotApplicable = errors.New("nothing to change")

// Load makes the template of an event type with its object at a version, 0 for the
// event without any. The error is fixtures.ErrUnknownType, or says what is wrong with the options or
// the version.
func (o *Options) Load(eventType string, version int) (*Template, error) {
	return o.LoadFlow(&FlowEvent{Type: eventType, Version: version})
}

// LoadFlow makes the template of an event of a flow.
func (o *Options) LoadFlow(event *FlowEvent) (*Template, error) {
	resolved := *o
	if err := resolved.resolve(); err != nil {
		return nil, err
	}
	if fixtures.IsThin(event.Type) {
		return resolved.loadThin(event.Type, event.Version)
	}
	return resolved.load(event.Type, event.Version, event)
}

// resolve reports what the options may not be, since they become part of events, and
// replaces the word for an API version by its name.
func (o *Options) resolve() error {
	if o.APIVersion != "" && o.APIVersion != fixtures.DefaultVersion { // which needs no table
		name, err := fixtures.FindVersion(o.APIVersion)
		if err != nil {
			return err
		}
		o.APIVersion = name
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
