package webhooktest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/nearest"
)

// ErrUnknownMutation is the error for a mutation that is not in the list.
var ErrUnknownMutation = errors.New("unknown mutation")

// A Mutation is one way in which a delivery can differ from a good one. It is
// named by a string, the same in Go, on the command line and in reports:
// "unsigned", or with a value "age=10m".
type Mutation struct {
	Name    string
	Example string // of a value; empty when the mutation takes none
	Doc     string // what is different, in one line

	stage stage
	apply func(d *draft, value string) error
}

// String returns the mutation as it is written, with the example for a value.
func (m Mutation) String() string {
	if m.Example == "" {
		return m.Name
	}
	return m.Name + "=" + m.Example
}

// A stage is when a mutation is applied, whatever the order in which it was
// given: this is why mutations compose.
type stage int

const (
	inBody    stage = iota // the payload, before it is signed
	inSigning              // what it is signed with
	inHeader               // the signature header
	inTransit              // after signing: what an attacker or a proxy does
	stages
)

// Mutations returns all mutations, in the order of the documentation.
func Mutations() []Mutation { return slices.Clone(mutations) }

// A step is a mutation with its value.
type step struct {
	Mutation
	value string
}

// parseMutation reads "name" or "name=value".
func parseMutation(text string) (step, error) {
	name, value, hasValue := strings.Cut(text, "=")
	i := slices.IndexFunc(mutations, func(m Mutation) bool { return m.Name == name })
	if i < 0 {
		return step{}, fmt.Errorf("%w %q: nearest are %s", ErrUnknownMutation, name, nearest.List(name, mutationNames()))
	}
	switch m := mutations[i]; {
	case m.Example == "" && hasValue:
		return step{}, fmt.Errorf("mutation %s takes no value, got %q", name, value)
	case m.Example != "" && !hasValue:
		return step{}, fmt.Errorf("mutation %s needs a value, such as %s", name, m)
	default:
		return step{m, value}, nil
	}
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
	steps := make([]step, len(texts))
	for i, text := range texts {
		var err error
		if steps[i], err = parseMutation(text); err != nil {
			return err
		}
	}
	for at := range stages {
		if at == inHeader {
			d.sign()
		}
		if at == inTransit {
			d.signature = strings.Join(d.elements, ",")
		}
		for _, s := range steps {
			if s.stage != at {
				continue
			}
			if err := s.apply(d, s.value); err != nil {
				return fmt.Errorf("mutation %s: %w", s.Name, err)
			}
		}
	}
	return nil
}
