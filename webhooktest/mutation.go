package webhooktest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/suggest"
)

// A Mutation is one way in which a delivery can differ from a good one. It is
// named by a string, the same in Go, on the command line and in reports:
// "unsigned", or with a value "age=10m".
type Mutation struct {
	Name    string
	Example string // of a value; empty when the mutation takes none
	Doc     string // what is different, in one line
	Value   string // set by ParseMutation

	given  bool // Value was set, if only to the empty text
	stage  stage
	sets   string // what it decides alone: two that set the same cannot be combined
	apply  func(d *draft, value string) error
	forges func(value string) bool // nil: whatever the value, it does not
}

// Forgery reports whether the mutation makes a delivery that Stripe never sends, and
// that a handler must therefore refuse: one whose signature is missing, wrong or more
// than five minutes old.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func (m Mutation) Forgery() bool { return m.forges != nil && m.forges(m.Value) }

// String returns the mutation as it is written, with the example where it has no
// value. A secret is left out.
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

// A stage is when a mutation is applied, whatever the order in which it was given;
// within a stage the order is that of the list. This is why mutations compose.
type stage int

const (
	inBody    stage = iota // the payload, before it is signed
	inSigning              // what it is signed with
	inHeader               // what else is in the signature header
	inForging              // what is wrong with the signature header
	inTransit              // after signing: what an attacker or a proxy does
	stages
)

// Mutations returns all mutations: those of the signature, of its age, of the body
// and of the request. fakestripe list prints them.
func Mutations() []Mutation { return slices.Clone(mutations) }

// ParseMutation reads "name" or "name=value". The error is for a mutation that is not
// in the list, and for a value that is missing or not wanted; what is wrong with a value
// itself shows when it is delivered.
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

// parseMutations reads several and puts them in the order of the list.
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

// mutate turns the draft into what goes out.
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
