package contract

import (
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// Many apps handle no creation: the checkout session in mode subscription creates the
// account that later events change. A case about an unhandled creation uses the event that
// creates such an app's records instead.

// bind binds the type variables of a case, as Subject.bind does, but replaces unhandled
// creations by the event that creates the handler's records.
func (p precedence) bind(given map[string]string) (bindings []map[string]string, unhandled string, err error) {
	begun := make(map[string]string)
	given = maps.Clone(given)
	for name, pattern := range given {
		if strings.ContainsAny(pattern, "* ") || !strings.HasSuffix(pattern, ".created") {
			continue
		}
		handled, shape, err := p.beginning(pattern)
		if err != nil {
			return nil, "", err
		}
		if handled != "" {
			given[name], begun[name] = "any "+handled, shape
		}
	}
	bindings, unhandled = p.sender.subject.bind(given)
	if bindings, err = ofOnePayment(p.sender.edited, bindings); err != nil {
		return nil, "", err
	}
	if len(bindings) == 0 && unhandled == "" {
		unhandled = strings.Join(tellPaid[:2], " or ")
	}
	for _, types := range bindings {
		for name, shape := range begun {
			types[name+beginsAs] = shape
		}
		if err := p.begin(given, types); err != nil {
			return nil, "", err
		}
	}
	return bindings, unhandled, nil
}

// begin replaces the unhandled creations that a pattern bound.
func (p precedence) begin(given, types map[string]string) error {
	for name, pattern := range given {
		if pattern != "any *.created" && pattern != createdOrNone {
			continue
		}
		handled, shape, err := p.beginning(types[name])
		if err != nil {
			return err
		}
		if handled != "" {
			types[name], types[name+beginsAs] = handled, shape
		}
	}
	return nil
}

// beginning returns the handled type, and its shape, that introduces a new object whose own
// creation is not handled, or "".
func (p precedence) beginning(creation string) (handled, shape string, err error) {
	described, err := fixtures.DescribeEvent(creation)
	if err != nil || slices.Contains(p.sender.subject.Handles, creation) {
		return "", "", nil //nolint:nilerr // an unknown type begins nothing
	}
	for _, handled := range p.sender.subject.Handles {
		for _, v := range fixtures.Variants(handled) {
			if !slices.Contains(v.Creates, described.Object) {
				continue
			}
			if links, err := p.links(creation, handled, v.Name, described.Object); links || err != nil {
				return handled, v.Name, err
			}
		}
	}
	return "", "", nil
}
