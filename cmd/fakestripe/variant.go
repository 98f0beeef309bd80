package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// variants are the values of --variant, the shape of a type's events: TYPE=NAME, or NAME
// if only one type is possible.
type variants []string

func (v *variants) flag(flags *pflag.FlagSet, usage string) {
	flags.StringArrayVar((*[]string)(v), "variant", nil, usage)
}

// of returns the variant requested for a type, or "".
func (v variants) of(eventType string) (name string) {
	for _, text := range v {
		if of, variant, typed := strings.Cut(text, "="); !typed || of == eventType {
			name = variant
			if !typed {
				name = text
			}
		}
	}
	return name
}

// check rejects variants that the types lack, and types not among the payloads.
func (v variants) check(eventTypes ...string) error {
	for _, text := range v {
		eventType, name, typed := strings.Cut(text, "=")
		switch {
		case !typed && len(eventTypes) != 1:
			return fmt.Errorf("--variant %q: of which type? Write TYPE=NAME, such as checkout.session.completed=subscription", text)
		case !typed:
			eventType, name = eventTypes[0], text
		case !slices.Contains(eventTypes, eventType):
			return fmt.Errorf("--variant %q: no event of the type %s is sent", text, eventType)
		}
		if _, err := fixtures.FindVariant(eventType, name); err != nil {
			return fmt.Errorf("--variant: %w (see fakestripe list --variants)", err)
		}
	}
	return nil
}

// typed returns the variants with their types, where only one of several types has a variant
// of a name.
func (v variants) typed(eventTypes []string) variants {
	all := slices.Clone(v)
	for i, text := range all {
		has := slices.DeleteFunc(slices.Clone(eventTypes), func(eventType string) bool {
			_, err := fixtures.FindVariant(eventType, text)
			return err != nil
		})
		if len(has) == 1 && !strings.Contains(text, "=") {
			all[i] = has[0] + "=" + text
		}
	}
	return all
}

// among adds the types with a given shape to types.
func (v variants) among(eventTypes []string) []string {
	for _, text := range v {
		if eventType, _, typed := strings.Cut(text, "="); typed && !slices.Contains(eventTypes, eventType) {
			eventTypes = append(slices.Clip(eventTypes), eventType)
		}
	}
	return eventTypes
}

// typesAmong returns the payloads that are event types.
func typesAmong(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), isFile)
}

// edits returns the edit for an event's shape, if any.
func (v variants) edits(eventType string) []webhooktest.Edit {
	if name := v.of(eventType); name != "" {
		return []webhooktest.Edit{webhooktest.Variant(name)}
	}
	return nil
}

// byType maps the types to their variants.
func (v variants) byType(eventTypes []string) map[string]string {
	named := make(map[string]string)
	for _, eventType := range eventTypes {
		if name := v.of(eventType); name != "" {
			named[eventType] = name
		}
	}
	return named
}
