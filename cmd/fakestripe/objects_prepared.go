package main

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// preparedIDs are the ids of Stripe's objects that a command was told of before: what it makes
// for the refund of a payment may be there since the payment itself.
type preparedIDs map[string]bool

// add adds the ids of an event's object, for which the command has run.
func (p *preparedIDs) add(event *webhooktest.Event) {
	if *p == nil {
		*p = make(preparedIDs)
	}
	for _, id := range idsOf(event) {
		(*p)[id] = true
	}
}

// variable names the ids of an event's object that the command knows, separated by spaces.
func (p preparedIDs) variable(event *webhooktest.Event) string {
	known := slices.DeleteFunc(idsOf(event), func(id string) bool { return !p[id] })
	return "PREPARED_IDS=" + strings.Join(known, " ")
}

// idsOf returns the ids of an event's object, and those that it refers to, sorted.
func idsOf(event *webhooktest.Event) []string {
	ids := make(map[string]bool)
	for _, variable := range environment(event) {
		name, value, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "OBJECT_") && looksLikeID(value) {
			ids[value] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// looksLikeID distinguishes an id from a name such as requires_payment_method.
func looksLikeID(value string) bool {
	rest := value[strings.LastIndexByte(value, '_')+1:]
	return len(rest) >= 8 && len(rest) < len(value) && strings.ContainsFunc(rest, unicode.IsDigit)
}
