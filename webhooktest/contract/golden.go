package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/linediff"
)

// A golden file holds what the steps of a case did to the state: by place, how much
// a number moved and what came, with ids as the roles that they have in the case.

// goldenFolder is the name of the folders that golden files are in: they are not
// searched for cases, and an update writes nowhere else.
const goldenFolder = "golden"

// anyValue in a golden file stands for whatever is there.
const anyValue = "{any}"

// golden reports whether a step of the case compares the state with a golden file.
func (c *contractCase) golden() bool {
	return slices.ContainsFunc(c.Steps, func(s caseStep) bool { return s.Golden != "" })
}

// document is a diff as JSON: a number that moved as "+1", what came as a list.
func document(d statediff.Diff) any {
	doc := make(map[string]any)
	for _, place := range d.Places() {
		e := d[place]
		rows := make([]any, len(e.Records))
		for i, record := range e.Records {
			rows[i] = json.RawMessage(record.JSON())
		}
		moved := fmt.Sprintf("%+g", e.Delta)
		switch {
		case len(rows) == 0:
			doc[place] = moved
		case e.Delta == 0:
			doc[place] = rows
		default:
			doc[place] = map[string]any{"moved": moved, "came": rows}
		}
	}
	var decoded any
	_ = json.Unmarshal([]byte(statediff.Canonical(doc)), &decoded) // it was encoded just now
	return decoded
}

// sinceBegun is what has happened to the state since the case began.
func (p *play) sinceBegun(state any) any {
	return document(statediff.Between(p.before, state, p.roles).Without(p.idle))
}

// compareGolden compares the state after a step with the golden file of the step, or
// keeps it for an update.
func (p *play) compareGolden(ctx context.Context, step caseStep) error {
	if step.Golden == "" || p.broken {
		return nil
	}
	name, err := p.goldenFile(step)
	if err != nil {
		return err
	}
	if p.suite.Update {
		p.goldens[name], err = p.settled(ctx, func(found any) bool { return len(found.(map[string]any)) > 0 })
		return err
	}
	want, err := readGolden(p.suite.Dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		p.find(p.sentSoFar(), "the state of "+name, "there is no such file yet: --update writes it (FAKESTRIPE_UPDATE=1 go test)")
		return nil
	}
	if err != nil { // the other cases have files of their own
		p.find(p.sentSoFar(), "the state of "+name, "there is nothing to compare with: "+err.Error())
		return nil
	}
	found, err := p.settled(ctx, func(found any) bool { return reflect.DeepEqual(want, masked(want, found)) })
	if found = masked(want, found); err == nil && !reflect.DeepEqual(want, found) {
		p.differed = true
		diff := linediff.Unified(goldenText(want), goldenText(found))
		p.find(p.sentSoFar(), "the state of "+name, "another state (- "+name+", + now):\n"+diff)
	}
	return err
}

// sentSoFar is what was delivered; with the names that the case has for them, which
// are in the roles of ids, if there are several.
func (p *play) sentSoFar() string {
	names := make(map[*webhooktest.Event]string)
	if len(p.events) > 1 {
		for name, events := range p.events {
			for _, event := range events {
				names[event] = name + ": "
			}
		}
	}
	var sent []string
	for _, event := range p.sent {
		sent = append(sent, names[event]+event.String())
	}
	return strings.Join(sent, ", ")
}

// goldenFile is the path in the folder of a step's golden file, in the variant that
// is run.
func (p *play) goldenFile(step caseStep) (string, error) {
	name := p.fill(step.Golden)
	for _, event := range p.scene.Events {
		if len(event.payloads) > 1 {
			name = strings.ReplaceAll(name, "{payload}", event.payload(p.variant).name)
		}
	}
	return p.scene.resolveGolden(name)
}

// settled returns the change of the state, once it is as hoped for or will not be: a
// handler may work later than it answers, and a golden file is held against it only
// after that was waited for.
func (p *play) settled(ctx context.Context, hoped func(any) bool) (any, error) {
	state, err := p.read(ctx)
	if err != nil || hoped(p.sinceBegun(state)) {
		return p.sinceBegun(state), err
	}
	patience := effectTimeout
	switch {
	case p.suite.Update:
		patience = updatePatience
	case !p.careful && p.settle == 0 && !p.scene.exact():
		patience = DefaultSettle // a second look follows
	}
	took, ok, err := p.await(ctx, patience, func(state any) bool { return hoped(p.sinceBegun(state)) })
	if err != nil {
		return nil, err
	}
	if ok {
		p.pace(took)
		p.works(p.settle)
	}
	state, err = p.readStill(ctx) // there may be more to come
	return p.sinceBegun(state), err
}

// updatePatience is for how long an update waits for any change: a case may have none.
const updatePatience = 2 * time.Second

// masked is what was found, with anyValue where the golden file has it.
func masked(want, found any) any {
	if want == anyValue && found != nil {
		return anyValue
	}
	switch found := found.(type) {
	case map[string]any:
		wanted, _ := want.(map[string]any)
		result := make(map[string]any, len(found))
		for key, value := range found {
			result[key] = masked(wanted[key], value)
		}
		return result
	case []any:
		wanted, _ := want.([]any)
		result := make([]any, len(found))
		for i, value := range found {
			if i < len(wanted) {
				value = masked(wanted[i], value)
			}
			result[i] = value
		}
		return result
	}
	return found
}

// runOnce performs a case as it is written. Before a golden file is held against a
// handler of which is not known whether it works later than it answers, there is a
// second performance with waits: something sent before may still have been going on.
func (r *runner) runOnce(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	r.differed = false
	r.fresh()
	findings, err := r.try(ctx, c, v)
	if err != nil || !r.differed || r.settle > 0 || c.exact() {
		return findings, err
	}
	r.settle, r.differed, r.careful = DefaultSettle, false, true
	defer func() { r.careful = false }()
	r.fresh()
	again, err := r.try(ctx, c, v)
	if err != nil || r.differed {
		r.settle = 0
		return findings, err
	}
	r.works(r.settle)
	return again, nil
}

func goldenText(doc any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(doc) // it was decoded from JSON
	return out.String()
}

func readGolden(dir, name string) (doc any, err error) {
	root, err := file.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f := &folder{dir: dir, root: root}
	data, err := f.read(name)
	if err != nil {
		return nil, err
	}
	if _, err := webhooktest.ParseEvent(data); err != nil { // names line and column, and wants an object
		return nil, fmt.Errorf("%s: %w", f.name(name), err)
	}
	return doc, json.Unmarshal(data, &doc)
}
