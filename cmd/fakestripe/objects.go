package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// appObjects assigns each new Stripe object one of the app's: from a list, with fresh
// values, or made by a command, in this order.
type appObjects struct {
	bindings *bindings
	command  string // --prepare-cmd
	file     string // --set-from
	rows     [][]setting
	made     int // number of objects so far, those of earlier runs included
	before   int // those of earlier runs
	prepared preparedIDs
}

// newAppObjects returns nil if all events are about the same objects of the app.
func newAppObjects(b *bindings, command, file string, used int) (*appObjects, error) {
	o := &appObjects{bindings: b, command: command, file: file, made: used, before: used}
	if file != "" {
		if err := o.readRows(); err != nil {
			return nil, fmt.Errorf("--set-from %s: %w", file, err)
		}
	}
	switch {
	case used < 0:
		return nil, fmt.Errorf("--objects-used %d: must not be negative", used)
	case used > 0 && !o.numbered():
		return nil, fmt.Errorf("--objects-used %d: nothing counts objects: give --set PATH=order-{n}, --set-from FILE, or a --prepare-cmd with $OBJECT_N", used)
	case file != "" && used >= len(o.rows):
		return nil, fmt.Errorf("--objects-used %d: %s has only %s", used, file, plural(len(o.rows), "object"))
	}
	fresh := slices.ContainsFunc(b.untyped, func(s setting) bool { return !s.constant() })
	for _, typed := range b.typed {
		fresh = fresh || slices.ContainsFunc(typed, func(s setting) bool { return !s.constant() })
	}
	if !fresh && command == "" && file == "" {
		return nil, nil
	}
	return o, nil
}

// numbered reports whether each run begins with the same objects: the numbers of {n} and
// $OBJECT_N, or the lines of --set-from.
func (o *appObjects) numbered() bool {
	counts := func(s setting) bool { return strings.Contains(s.value, "{n}") }
	return o.file != "" || strings.Contains(o.command, "OBJECT_N") || slices.ContainsFunc(o.bindings.untyped, counts) ||
		slices.ContainsFunc(slices.Collect(maps.Values(o.bindings.typed)), func(typed []setting) bool { return slices.ContainsFunc(typed, counts) })
}

// usedUp says which objects the next run cannot use, or "".
func (o *appObjects) usedUp() string {
	if o == nil || !o.numbered() || o.made == o.before {
		return ""
	}
	return fmt.Sprintf("objects %d to %d of the app are used: if it keeps them, add --objects-used %d the next time", o.first(), o.made, o.made)
}

// first is the number of the first object of this run.
func (o *appObjects) first() int { return o.before + 1 }

// readRows reads the app's objects: one line of JSON each, a map from paths to values.
func (o *appObjects) readRows() error {
	text, err := readRegular(o.file, maxObject)
	if err != nil {
		return err
	}
	for i, line := range bytes.Split(text, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		row, err := readRow(line)
		if err == nil {
			err = o.bindings.hasAll(row)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		o.rows = append(o.rows, row)
	}
	if len(o.rows) == 0 {
		return errors.New("no objects: want a line of JSON for each, such as " + exampleRow)
	}
	return nil
}

const exampleRow = `{"data.object.metadata.order_id": "order-17"}`

// readRow parses fields to set, as JSON from paths to values. A path may be that of one type:
// TYPE:PATH.
func readRow(line []byte) (row []setting, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, fmt.Errorf("want paths and values as JSON, such as %s: %w", exampleRow, err)
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		eventType, path := typeAndPath(key)
		one := setting{path: path, of: eventType, try: webhooktest.Set(path, fields[key])}
		if eventType != "" {
			one.try = one.try.For(eventType)
		}
		row = append(row, one)
	}
	return row, nil
}

// typeAndPath splits TYPE:PATH. Without a known type, all is the path.
func typeAndPath(text string) (eventType, path string) {
	eventType, path, _ = strings.Cut(text, ":")
	if _, unknown := fixtures.DescribeEvent(eventType); unknown != nil {
		return "", text
	}
	return eventType, path
}

// hasAll returns a path missing from all handled types, if any.
func (b *bindings) hasAll(row []setting) error {
	for _, one := range row {
		types := b.handled
		if one.of != "" {
			types = []string{one.of}
		}
		if err := b.has(one, types); err != nil {
			return err
		}
	}
	return nil
}

// prepare returns the edits for an event about the app's own object.
func (o *appObjects) prepare(ctx context.Context, event *webhooktest.Event) (edits []webhooktest.Edit, err error) {
	row, err := o.next()
	if err != nil {
		return nil, err
	}
	own, err := o.filled(event, o.bindings.fresh(event.Type()))
	if err != nil {
		return nil, err
	}
	if edits, err = o.later(event); err != nil {
		return nil, err
	}
	if event, edits, err = fitting(event, append(row, own...), edits); err != nil || o.command == "" {
		return edits, err
	}
	made, err := o.run(ctx, event)
	var failed *failed
	if errors.As(err, &failed) {
		err = failed.brief()
	}
	if err != nil {
		return nil, fmt.Errorf("--prepare-cmd: %w", err)
	}
	_, edits, err = fitting(event, made, edits)
	return edits, err
}

// filled fills in the values of settings for the current object.
func (o *appObjects) filled(event *webhooktest.Event, settings []setting) (row []setting, err error) {
	for _, one := range settings {
		typed, err := parsedFor(one.path, event.Fill(strings.ReplaceAll(one.value, "{n}", strconv.Itoa(o.made))))
		if err != nil {
			return nil, fmt.Errorf("--set %s=%s: %w", one.path, one.value, err)
		}
		one.try = webhooktest.Set(one.path, typed)
		if o.bindings.add {
			one.try = webhooktest.Add(one.path, typed)
		}
		row = append(row, one)
	}
	return row, nil
}

// later returns the edits for events of other types that are about the same object.
func (o *appObjects) later(event *webhooktest.Event) (edits []webhooktest.Edit, err error) {
	for _, eventType := range slices.Sorted(maps.Keys(o.bindings.typed)) {
		if eventType == event.Type() {
			continue
		}
		settings := slices.DeleteFunc(slices.Clone(o.bindings.typed[eventType]), setting.constant)
		row, err := o.filled(event, settings)
		if err != nil {
			return nil, err
		}
		for _, one := range row {
			edits = append(edits, one.try.For(eventType))
		}
	}
	return edits, nil
}

// next counts a new object and takes the next one of any list.
func (o *appObjects) next() ([]setting, error) {
	o.made++
	switch {
	case o.file == "":
		return nil, nil
	case o.made > len(o.rows):
		return nil, fmt.Errorf("all %d of %s are used: %w", len(o.rows), o.file, contract.ErrNoObject)
	}
	return slices.Clip(o.rows[o.made-1]), nil
}

// fitting makes the settings whose paths exist in an event. Those of another type are for
// later events about the object.
func fitting(event *webhooktest.Event, row []setting, edits []webhooktest.Edit) (*webhooktest.Event, []webhooktest.Edit, error) {
	for _, one := range row {
		if !one.try.Fits(event.Type()) {
			edits = append(edits, one.try)
			continue
		}
		edited, err := event.Edit(one.try)
		switch {
		case errors.Is(err, webhooktest.ErrNoPath): // another type has the path
		case err != nil:
			return nil, nil, err
		default:
			event, edits = edited, append(edits, one.try)
		}
	}
	return event, edits, nil
}

// run runs the command that makes an object of the app, and parses its output.
func (o *appObjects) run(ctx context.Context, event *webhooktest.Event) ([]setting, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, hookTimeout, fmt.Errorf("did not finish within %s", hookTimeout))
	defer cancel()
	output, err := printed(ctx, o.command, maxPrinted, append(environment(event), "OBJECT_N="+strconv.Itoa(o.made), o.prepared.variable(event))...)
	if err != nil {
		return nil, err
	}
	o.prepared.add(event)
	if output = bytes.TrimSpace(output); len(output) == 0 {
		return nil, nil
	}
	row, err := readRow(output)
	if err == nil {
		err = o.bindings.hasAll(row)
	}
	if err != nil {
		return nil, fmt.Errorf("%s printed: %w", o.command, err)
	}
	return row, nil
}

// maxVariable limits a value in the environment of a command.
const maxVariable = 16 << 10

// environment describes an event to a command: EVENT_ID, EVENT_TYPE, and a variable for
// each scalar field of its object, such as OBJECT_METADATA_ORDER_ID.
func environment(event *webhooktest.Event) []string {
	variables := []string{"EVENT_ID=" + event.ID(), "EVENT_TYPE=" + event.Type()}
	object, found := event.Lookup("data.object")
	if !found {
		object, _ = event.Lookup("related_object")
	}
	return appendVariables(variables, "OBJECT", object)
}

func appendVariables(variables []string, name string, value any) []string {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			variables = appendVariables(variables, name+"_"+strings.ToUpper(noVariable().ReplaceAllString(key, "_")), value[key])
		}
	case []any:
		for i, element := range value {
			variables = appendVariables(variables, name+"_"+strconv.Itoa(i), element)
		}
	case string:
		if len(value) <= maxVariable && !strings.Contains(value, "\x00") {
			variables = append(variables, name+"="+value)
		}
	case float64:
		variables = append(variables, name+"="+strconv.FormatFloat(value, 'f', -1, 64))
	case bool:
		variables = append(variables, name+"="+strconv.FormatBool(value))
	}
	return variables
}

var noVariable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[^A-Za-z0-9]+`)
})
