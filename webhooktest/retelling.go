package webhooktest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A retelling is what an edit made of a value in an event's object: events that are made
// about the same objects later tell the same.
type retelling struct {
	path     string
	old, new []byte
}

// retold are the retellings of the event and those of edits that are about to be made.
func (e *Event) retold(edits []Edit) []retelling {
	told := slices.Clip(e.told)
	for _, edit := range edits {
		if !edit.set || edit.remove || edit.object != nil || !strings.HasPrefix(edit.path, objectPath) {
			continue
		}
		old, missing := rawjson.Get(e.body, edit.path)
		raw, err := edit.raw(e.thin)
		if missing == nil && err == nil && !bytes.Equal(old, raw) {
			told = append(told, retelling{edit.path, old, raw})
		}
	}
	return told
}

// following returns an event in which the fields that tell what was set in another one,
// about the same objects, tell it too: the payment of a session for 100 is one of 100.
// Where the fixtures have another value from the start, it stays.
func (s *Source) following(e, source *Event) (*Event, error) {
	if len(source.told) == 0 || e.thin || source.thin {
		return e, nil
	}
	mine, err := s.factsOf(e.typ)
	if err != nil {
		return nil, err
	}
	theirs, err := s.factsOf(source.typ)
	if err != nil {
		return nil, err
	}
	body, told := e.body, []retelling(nil)
	for _, set := range source.told {
		for _, field := range fieldsTelling(mine, theirs[set.path]) {
			value, missing := rawjson.Get(body, field)
			with := respelled(value, set.old, set.new)
			if missing != nil || with == nil || string(set.old) == "0" {
				continue
			}
			told = append(told, retelling{field, value, with})
			if body, err = rawjson.Set(body, field, with, false); err != nil {
				return nil, err
			}
		}
	}
	if len(told) == 0 {
		return e, nil
	}
	followed, err := e.withBody(body)
	if err == nil {
		followed.told = told
	}
	return followed, err
}

// fieldsTelling are the paths at which any of some facts is told, sorted.
func fieldsTelling(told map[string][]string, facts []string) (paths []string) {
	for field, names := range told {
		if slices.ContainsFunc(names, func(name string) bool { return slices.Contains(facts, name) }) {
			paths = append(paths, field)
		}
	}
	slices.Sort(paths)
	return paths
}

// factsOf are what events of a type tell that others tell too, by path.
func (s *Source) factsOf(eventType string) (map[string][]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.facts[eventType]; ok {
		return known, nil
	}
	options := s.options()
	if err := readFacts(options); err != nil {
		return nil, err
	}
	t, err := options.Load(eventType, 0)
	if err != nil {
		return nil, err
	}
	if s.facts == nil {
		s.facts = make(map[string]map[string][]string)
	}
	s.facts[eventType] = t.Facts
	return t.Facts, nil
}

// readFacts makes templates tell what they share with others.
func readFacts(options *render.Options) error {
	options.Facts = new(render.Facts)
	_, err := render.Read(fixtures.DefaultVersion, "shared.json", options.Facts)
	return err
}
