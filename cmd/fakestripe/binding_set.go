package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A setting is one --set or --remove.
type setting struct {
	path string
	of   string           // the type whose events have it; empty: any
	try  webhooktest.Edit // fails if the path is missing
	made webhooktest.Edit // does not: a later event may lack the path

	value string // with placeholders: differs per object; empty for none
}

func (s setting) constant() bool { return s.value == "" }

// read parses a --set or a --remove.
func (b *bindings) read(flag, text string, parse func(string) (setting, error)) error {
	path, _, _ := strings.Cut(text, "=")
	eventType, _, colon := strings.Cut(path, ":")
	_, unknown := fixtures.DescribeEvent(eventType)
	if colon && unknown == nil {
		one, err := parse(text[len(eventType)+1:])
		if err == nil {
			err = b.rendered(eventType, b.edits(eventType), one.try)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", flag, text, creatable(flag, err))
		}
		b.typed[eventType] = append(b.typed[eventType], one)
		return nil
	}
	one, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s %q: %w", flag, text, err)
	}
	if err := b.has(one, b.handled); err != nil {
		if err = creatable(flag, err); colon { // not in any existing path: it ends a type
			err = fmt.Errorf("%w (see fakestripe list)", unknown)
		}
		return fmt.Errorf("%s %q: %w", flag, text, err)
	}
	b.untyped = append(b.untyped, one)
	return nil
}

// creatable adds to the error for a path that --set could create it.
func creatable(flag string, err error) error {
	if flag == "--set" {
		return explain(err)
	}
	return err
}

// has returns an error for a setting if no type has its path.
func (b *bindings) has(one setting, eventTypes []string) (first error) {
	for _, eventType := range eventTypes {
		err := b.rendered(eventType, b.edits(eventType), one.try)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err // names the type
		}
	}
	return first
}

func (b *bindings) newSetting(text string) (setting, error) {
	path, value, found := strings.Cut(text, "=")
	if !found || path == "" {
		return setting{}, errors.New("want PATH=VALUE or TYPE:PATH=VALUE, such as data.object.amount=4200")
	}
	one := setting{path: path}
	var typed any = value
	var err error
	if hasPlaceholder(value) {
		one.value = value
	} else if typed, err = parsedFor(path, value); err != nil {
		return one, err
	}
	one.try, one.made = webhooktest.Set(path, typed), webhooktest.Add(path, typed)
	if b.add {
		one.try = one.made
	}
	return one, nil
}

func newRemoval(path string) (setting, error) {
	if path == "" || strings.Contains(path, "=") {
		return setting{}, errors.New("want PATH or TYPE:PATH, such as data.object.receipt_email")
	}
	edit := webhooktest.Remove(path)
	return setting{path: path, try: edit, made: edit}, nil
}
