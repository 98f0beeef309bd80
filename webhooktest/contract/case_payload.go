package contract

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A payload is a file beside a case. Its bytes are delivered.
type payload struct {
	name  string // of the file, without .json
	event *webhooktest.Event
}

// payload returns the payload of the event in a variant, or nil if the event is made from
// a fixture.
func (e *caseEvent) payload(v variant) *payload {
	switch len(e.payloads) {
	case 0:
		return nil
	case 1:
		return &e.payloads[0]
	}
	return &e.payloads[v.payload]
}

// payloads returns how many payloads to run the case with, one after the other.
func (c *contractCase) payloads() int {
	n := 1
	for _, event := range c.Events {
		n = max(n, len(event.payloads))
	}
	return n
}

// readPayloads reads the payload files of a case's events.
func (f *folder) readPayloads(c *contractCase) error {
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		event := c.Events[name]
		files, err := f.payloadFiles(c, &event)
		for _, file := range files {
			var p payload
			if p, err = f.readPayload(file); err != nil {
				break
			}
			event.payloads = append(event.payloads, p)
		}
		if err != nil {
			key := "file"
			if event.Payloads != "" {
				key = "payloads"
			}
			return at("events."+name+"."+key, fmt.Errorf("event %q: %w", name, err))
		}
		c.Events[name] = event
	}
	return nil
}

// payloadFiles returns the files that an event refers to.
func (f *folder) payloadFiles(c *contractCase, event *caseEvent) ([]string, error) {
	name := cmp.Or(event.File, event.Payloads)
	if name == "" {
		return nil, nil
	}
	file, err := c.resolve(name)
	if err != nil {
		return nil, err
	}
	if event.File != "" {
		return []string{file}, nil
	}
	files, err := fs.Glob(f.root.FS(), file)
	if err == nil && len(files) == 0 {
		err = errors.New("no file has this name")
	}
	if err != nil {
		err = fmt.Errorf("%q: %w", name, err)
	}
	return files, err
}

func (f *folder) readPayload(file string) (payload, error) {
	data, err := f.read(file)
	if f.held += len(data); err == nil && f.held > maxPayloads {
		err = fmt.Errorf("%s: the payloads of all cases are larger than %d MiB: split the folder", f.name(file), maxPayloads>>20)
	}
	if err != nil {
		return payload{}, err
	}
	event, err := webhooktest.ParseEvent(data)
	if err != nil {
		return payload{}, fmt.Errorf("%s: %w", f.name(file), err)
	}
	return payload{strings.TrimSuffix(path.Base(file), path.Ext(file)), event}, nil
}

// renamer replaces the ids of events and of their requests in all payloads of a case: a
// handler that remembers the last run would take them for duplicates. Equal ids stay
// equal.
func (c *contractCase) renamer(who render.Identity, v variant) *strings.Replacer {
	fresh := make(map[string]string)
	for _, spec := range c.Events {
		from := spec.payload(v)
		if from == nil || spec.Exact {
			continue
		}
		for _, path := range []string{"id", "request.id", "request.idempotency_key", "request"} {
			value, _ := from.event.Lookup(path)
			if id, _ := value.(string); len(id) >= shortestID {
				fresh[id] = freshID(id, who)
			}
		}
	}
	var pairs []string
	for _, id := range slices.SortedFunc(maps.Keys(fresh), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) {
		pairs = append(pairs, id, fresh[id])
	}
	return strings.NewReplacer(pairs...)
}

// shortestID is the minimum length of a text to be replaced as an id wherever it appears.
const shortestID = 8

// freshID returns another id of the same form: it keeps the prefix, and every character
// that is neither a letter nor a digit.
func freshID(id string, who render.Identity) string {
	prefix := strings.LastIndexByte(id, '_') + 1
	if prefix > 0 && prefix < len(id) && (id[prefix] == '1' || id[prefix] == '3') {
		prefix++ // evt_1…, evt_3…
	}
	alphabet := render.Base62
	if strings.Trim(id[prefix:], render.Lowercase+"-") == "" {
		alphabet = render.Lowercase
	}
	digits := render.AppendDigits(nil, alphabet, max(len(id), 14), who.Event^render.Hash(id))
	out := []byte(id)
	for i := prefix; i < len(out); i++ {
		if strings.IndexByte(render.Base62, out[i]) >= 0 {
			out[i] = digits[i]
		}
	}
	if rest := 14 - (len(out) - prefix); rest > 0 {
		out = append(out, digits[:rest]...) // too short to differ each time
	}
	return string(out)
}

// validate finds keys that contradict each other.
func (e *caseEvent) validate(given map[string]string) error {
	sources := 0
	for _, source := range []string{e.Type, e.File, e.Payloads} {
		if source != "" {
			sources++
		}
	}
	if sources != 1 {
		return errors.New("want one of type, file and payloads")
	}
	if e.Type == "" {
		if e.About != "" || e.sibling() != "" || e.Version != 0 || e.Variant != "" || e.Count != 0 {
			return errors.New("about, customer, renewal, version, variant and count are for events made by type: a payload already says what it is about")
		}
		return nil
	}
	if e.Exact {
		return errors.New("exact is for an event from a file")
	}
	if e.Count < 0 || e.Count > maxTimes || e.Version < 0 {
		return fmt.Errorf("count %d, version %d: want 0 or more, and a count of at most %d", e.Count, e.Version, maxTimes)
	}
	return knownType(strings.TrimSuffix(e.Type, thenIs), given)
}

// knownType refuses a type that is neither a variable nor one of Stripe's.
func knownType(eventType string, given map[string]string) error {
	if _, isVariable := given[eventType]; isVariable {
		return nil
	}
	_, err := fixtures.DescribeEvent(eventType)
	return err
}
