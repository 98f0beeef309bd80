package webhooktest

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A sharedEdit is an edit of an event's object, kept for later events about the same
// objects.
type sharedEdit struct {
	typ, resource string // of the event
	path          string
	old, new      []byte // old is nil for a field that was added, new for one that was removed
}

// sharing returns the change that an edit makes in the event's object, given the text
// before.
func (e *Event) sharing(edit Edit, before []byte) (set sharedEdit, ok bool) {
	if !edit.set || edit.object != nil || edit.exists != nil || e.resource == "" || !strings.HasPrefix(edit.path, objectPath) {
		return set, false
	}
	set = sharedEdit{typ: e.typ, resource: e.resource, path: edit.path}
	if old, found := rawjson.Find(before, edit.path); found {
		set.old = old
	}
	if !edit.remove {
		raw, err := edit.raw(e.thin)
		if err != nil {
			return set, false
		}
		set.new = raw
	}
	return set, !bytes.Equal(set.old, set.new)
}

// share applies the edits of an earlier event to an event about the same objects: the
// object keeps all but its state, and IDs, facts and copies of metadata stay the same
// everywhere. A value that differed from the start stays. What the event's own edits remove
// is left to them: of a list, the next element would go as well.
func (s *Source) share(e, earlier *Event, own []Edit) (*Event, error) {
	if len(earlier.shared) == 0 {
		return e, nil
	}
	body := e.body
	for i := range earlier.shared {
		set := &earlier.shared[i]
		if slices.ContainsFunc(own, func(edit Edit) bool { return edit.remove && edit.path == set.path }) {
			continue
		}
		fields, err := s.fieldsOf(e, set)
		if err == nil {
			body, err = set.on(e, body, fields)
		}
		if err != nil {
			return nil, err
		}
	}
	followed, err := e.withBody(body)
	if err == nil {
		followed.shared = slices.Clip(earlier.shared)
	}
	return followed, err
}

// fieldsOf returns the paths in an event that hold the same fact as an edit.
func (s *Source) fieldsOf(e *Event, set *sharedEdit) ([]string, error) {
	if e.thin || string(set.old) == "0" { // 0 is too common to be a shared fact
		return nil, nil
	}
	mine, err := s.factsOf(e.typ)
	if err != nil {
		return nil, err
	}
	theirs, err := s.factsOf(set.typ)
	return fieldsOf(mine, theirs[set.path]), err
}

// on applies the edit to the text of an event, in the fields that hold the same fact.
func (set *sharedEdit) on(e *Event, body []byte, fields []string) (_ []byte, err error) {
	if set.isID() {
		return bytes.ReplaceAll(body, set.old[1:len(set.old)-1], set.new[1:len(set.new)-1]), nil
	}
	if e.thin {
		return body, nil
	}
	for _, field := range fields {
		value, ok := rawjson.Find(body, field)
		with := respelled(value, set.old, set.new)
		if with == nil && isTime(value) && same(value, set.old) {
			with = set.new
		}
		if ok && with != nil && set.new != nil {
			if body, err = rawjson.Set(body, field, with, false); err != nil {
				return nil, err
			}
		}
	}
	if e.resource == set.resource && !e.tells(set.path) {
		if body, err = set.at(body, set.path); err != nil {
			return nil, err
		}
	}
	return set.copied(e, body)
}

// isID reports whether the edit replaced an ID.
func (set *sharedEdit) isID() bool {
	_, _, wasID := render.SplitID(string(set.old))
	return wasID && len(set.new) > 0 && set.new[0] == '"'
}

// tells reports whether the event itself sets a field of the object: a state, or a value
// changed by its version.
func (e *Event) tells(path string) bool {
	field := path[len(objectPath):]
	return (render.IsState(field) || slices.Contains(news, field)) && !slices.Contains(lasting, field) ||
		slices.ContainsFunc(e.versioned, func(changed string) bool {
			return path == changed || strings.HasPrefix(path, changed+".")
		})
}

// at makes the change at a path, if the old value is there.
func (set *sharedEdit) at(body []byte, path string) ([]byte, error) {
	value, ok := rawjson.Find(body, path)
	if ok != (set.old != nil) || ok && !same(value, set.old) {
		return body, nil
	}
	var changed []byte
	var err error
	if set.new == nil {
		changed, err = rawjson.Remove(body, path)
	} else {
		changed, err = rawjson.Set(body, path, set.new, true)
	}
	if errors.Is(err, ErrNoPath) {
		return body, nil // does not fit there
	}
	return changed, err
}

// same reports whether two events have equal values. Times count from each event's
// creation, which for a paid invoice is an hour after the renewal.
func same(a, b []byte) bool {
	const moment = 2 * 60 * 60
	if isTime(a) && isTime(b) {
		one, _ := strconv.ParseInt(string(a), 10, 64)
		other, _ := strconv.ParseInt(string(b), 10, 64)
		return max(one, other)-min(one, other) < moment
	}
	return bytes.Equal(short(a), short(b))
}

// isTime reports whether a value is a time in seconds.
func isTime(value []byte) bool {
	n, err := strconv.ParseInt(string(value), 10, 64)
	return err == nil && n > 1e9
}

// copied makes a change of metadata in the places to which Stripe copies it.
func (set *sharedEdit) copied(e *Event, body []byte) (_ []byte, err error) {
	const metadata = objectPath + "metadata"
	key, isMetadata := strings.CutPrefix(set.path, metadata)
	if !isMetadata || key != "" && key[0] != '.' {
		return body, nil
	}
	for _, path := range copiesOf(set.resource, e.resource, body) {
		if body, err = set.at(body, path+key); err != nil {
			return nil, err
		}
	}
	return body, nil
}

// fieldsOf returns the paths that hold any of the facts, sorted.
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
