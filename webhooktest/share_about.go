package webhooktest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A sharedEdit is a changed value in an event's object, for later events about the same
// objects.
type sharedEdit struct {
	path     string
	old, new []byte
}

// sharing returns the shared edits of the event, with those of edits to come.
func (e *Event) sharing(edits []Edit) []sharedEdit {
	shared := slices.Clip(e.shared)
	for _, edit := range edits {
		if !edit.set || edit.remove || edit.object != nil || !strings.HasPrefix(edit.path, objectPath) {
			continue
		}
		old, ok := rawjson.Find(e.body, edit.path)
		raw, err := edit.raw(e.thin)
		if ok && err == nil && !bytes.Equal(old, raw) {
			shared = append(shared, sharedEdit{edit.path, old, raw})
		}
	}
	return shared
}

// share gives an event the facts that were set in another about the same objects: the
// payment of a session for 100 is one of 100. A value that differed from the start stays.
func (s *Source) share(e, source *Event) (*Event, error) {
	if len(source.shared) == 0 || e.thin || source.thin {
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
	body, shared := e.body, []sharedEdit(nil)
	for _, set := range source.shared {
		for _, field := range fieldsOf(mine, theirs[set.path]) {
			value, ok := rawjson.Find(body, field)
			with := respelled(value, set.old, set.new)
			if !ok || with == nil || string(set.old) == "0" {
				continue
			}
			shared = append(shared, sharedEdit{field, value, with})
			if body, err = rawjson.Set(body, field, with, false); err != nil {
				return nil, err
			}
		}
	}
	if len(shared) == 0 {
		return e, nil
	}
	followed, err := e.withBody(body)
	if err == nil {
		followed.shared = shared
	}
	return followed, err
}

// fieldsOf returns the paths that hold any of some facts, sorted.
func fieldsOf(known map[string][]string, facts []string) (paths []string) {
	for field, names := range known {
		if slices.ContainsFunc(names, func(name string) bool { return slices.Contains(facts, name) }) {
			paths = append(paths, field)
		}
	}
	slices.Sort(paths)
	return paths
}

// factsOf returns the facts that events of a type share with others, by path.
func (s *Source) factsOf(eventType string) (map[string][]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reset()
	if known, ok := s.facts[eventType]; ok {
		return known, nil
	}
	options := s.options
	if err := readFacts(&options); err != nil {
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
