// Package render turns the fixtures of an API version into the bytes of events, with
// fresh, consistent IDs.
//
// [Options.Load] compiles an event type once to a [Template]: the text of the event with
// blanks for IDs and times. [Template.Append] fills the blanks for an [Identity] of the
// event and its objects. Events about the same [Objects] agree on every ID without
// knowing about each other.
package render

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/fakestripe/fakestripe/fixtures"
)

// Options apply to events of all types.
type Options struct {
	APIVersion string // a word for fixtures.FindVersion; empty: fixtures.DefaultVersion
	Account    string // empty: none, or an invented one for types sent only by connected accounts
	Livemode   bool
	Facts      *Facts // optional: templates locate these
}

// ErrNotApplicable marks errors of mutations with nothing to change in an event: they
// lead to no verdict.
var ErrNotApplicable = errors.New("nothing to change")

// Load makes the template of an event type with a version of its object, 0 for none. The
// error is fixtures.ErrUnknownType, or a problem with the options or the version.
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

// resolve validates the options, which become part of events, and resolves the API
// version's name.
func (o *Options) resolve() error {
	if o.APIVersion != "" && o.APIVersion != fixtures.DefaultVersion { // needs no table
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
