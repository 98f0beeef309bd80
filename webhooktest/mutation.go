package webhooktest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/suggest"
)

// A Mutation is a named change to a correct delivery. The name is the same in Go, on
// the command line and in reports: "unsigned", or "age=10m" with a value.
type Mutation struct {
	Name    string
	Example string // example of a value; empty if the mutation takes none
	Doc     string // the change, in one line
	Value   string // set by ParseMutation

	given  bool // Value was set, perhaps to ""
	stage  stage
	sets   string // the part it sets; two mutations that set the same part conflict
	apply  func(d *draft, value string) error
	forges func(value string) bool // depends on the value; nil: never a forgery
}

// Forgery reports whether the mutation makes a delivery that Stripe never sends and
// handlers must refuse: its signature is missing, wrong or more than five minutes old. If it
// has no value, that of the example counts.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func (m Mutation) Forgery() bool {
	value := m.Value
	if !m.given {
		value = m.Example
	}
	return m.forges != nil && m.forges(value)
}

// String returns the mutation as written, or with the example if it has no value. It
// hides secrets.
func (m Mutation) String() string {
	switch {
	case m.Example == "":
		return m.Name
	case !m.given:
		return m.Name + "=" + m.Example
	case m.Name == "secret":
		return m.Name + "=…"
	}
	return m.Name + "=" + m.Value
}

// A stage is the point at which a mutation applies, whatever the order given; within a
// stage, the order is that of the list. This makes mutations compose.
type stage int

const (
	inBody    stage = iota // the payload, before signing
	inSigning              // the inputs of the signature
	inHeader               // the rest of the signature header
	inForging              // faults of the signature header
	inTransit              // after signing: the work of an attacker or a proxy
	stages
)

// Mutations returns all mutations: of the signature, its age, the body and the request.
// fakestripe list prints them.
func Mutations() []Mutation { return slices.Clone(mutations) }

// ParseMutation parses "name" or "name=value". The error is for an unknown name, and for
// a missing or superfluous value; errors in a value appear on delivery.
func ParseMutation(text string) (Mutation, error) {
	name, value, hasValue := strings.Cut(text, "=")
	i := slices.IndexFunc(mutations, func(m Mutation) bool { return m.Name == name })
	if i < 0 {
		return Mutation{}, fmt.Errorf("unknown mutation %q%s", name, suggest.DidYouMean(name, mutationNames()))
	}
	m := mutations[i]
	switch {
	case m.Example == "" && hasValue:
		return Mutation{}, fmt.Errorf("mutation %s takes no value, got %q", name, value)
	case m.Example != "" && !hasValue:
		return Mutation{}, fmt.Errorf("mutation %s needs a value, such as %s", name, m)
	}
	m.Value, m.given = value, hasValue
	return m, nil
}

// parseMutations parses mutations and sorts them in the order of the list.
func parseMutations(texts []string) ([]Mutation, error) {
	chosen := make([]Mutation, len(texts))
	for i, text := range texts {
		var err error
		if chosen[i], err = ParseMutation(text); err != nil {
			return nil, err
		}
	}
	index := func(m Mutation) int {
		return slices.IndexFunc(mutations, func(row Mutation) bool { return row.Name == m.Name })
	}
	slices.SortStableFunc(chosen, func(a, b Mutation) int { return index(a) - index(b) })
	for i, a := range chosen {
		for _, b := range chosen[i+1:] {
			if a.sets != "" && a.sets == b.sets {
				return nil, fmt.Errorf("mutations %s and %s both set the %s: use one", a, b, a.sets)
			}
		}
	}
	return chosen, nil
}

func mutationNames() []string {
	names := make([]string, len(mutations))
	for i, m := range mutations {
		names[i] = m.Name
	}
	return names
}

// mutate applies the mutations to the draft.
func (d *draft) mutate(texts []string) error {
	chosen, err := parseMutations(texts)
	if err != nil {
		return err
	}
	for at := range stages {
		switch at {
		case inHeader:
			if err := d.sign(); err != nil {
				return err
			}
		case inTransit:
			d.signature = strings.Join(d.elements, ",")
			if !validHeader(SignatureHeader, d.signature) {
				return fmt.Errorf("signature %q: a header has no line breaks or control characters", d.signature)
			}
		}
		for _, m := range chosen {
			if m.stage != at {
				continue
			}
			if err := d.apply(m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *draft) apply(m Mutation) error {
	if err := m.apply(d, m.Value); err != nil {
		return fmt.Errorf("mutation %s: %w", m.Name, err)
	}
	return nil
}
