package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A golden file holds the effect of a case's steps on the state: by place, how much a
// number changed and which records were added, with ids replaced by their roles in the
// case.

// anyValue in a golden file matches any value.
const anyValue = "{any}"

// document encodes a diff as JSON: the change of a number as "+1", additions as a list.
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
	_ = json.Unmarshal([]byte(statediff.Canonical(doc)), &decoded) // just encoded
	return decoded
}

// masked returns the found state, with anyValue where the golden file has it.
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

// common returns the first of two runs, with anyValue where the second differs: the handler
// generates such values.
func common(first, second any) any {
	switch value := first.(type) {
	case map[string]any:
		other, _ := second.(map[string]any)
		result := make(map[string]any, len(value))
		for key, member := range value {
			result[key] = member
			if counterpart, ok := other[key]; ok {
				result[key] = common(member, counterpart)
			}
		}
		return result
	case []any:
		other, _ := second.([]any)
		result := slices.Clone(value)
		for i := range min(len(value), len(other)) {
			result[i] = common(value[i], other[i])
		}
		return result
	}
	switch second.(type) {
	case map[string]any, []any:
		return first
	}
	if first != second {
		return anyValue
	}
	return first
}

// goldenFiles are the golden files of a folder of cases.
type goldenFiles struct {
	dir string

	mu      sync.Mutex
	written map[string]string // the files this run has written
}

// update writes a golden file if it has changed. It keeps the owner's anyValue marks.
func (g *goldenFiles) update(name string, found any) (changed bool, err error) {
	if before, err := readGolden(g.dir, name); err == nil {
		found = masked(before, found)
	}
	text := goldenText(found)
	g.mu.Lock()
	defer g.mu.Unlock()
	if now, ok := g.written[name]; ok && now != text {
		return false, fmt.Errorf("%s would be written with two states: give each a file, with {payload} or {each} in the name", name)
	}
	if g.written == nil {
		g.written = make(map[string]string)
	}
	g.written[name] = text
	return writeGolden(g.dir, name, text)
}

func goldenText(doc any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(doc) // just decoded
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
	if _, err := webhooktest.ParseEvent(data); err != nil { // names line and column, and requires an object
		return nil, fmt.Errorf("%s: %w", f.name(name), err)
	}
	return doc, json.Unmarshal(data, &doc)
}

// writeGolden replaces a file atomically, so that it is never half-written.
func writeGolden(dir, name, text string) (changed bool, err error) {
	root, err := file.OpenRoot(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	if old, err := (&folder{dir: dir, root: root}).read(name); err == nil && string(old) == text {
		return false, nil
	}
	place := filepath.FromSlash(name)
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o777); err != nil {
		return false, err
	}
	if err := file.Replace(root, place, []byte(text), 0); err != nil {
		return false, fmt.Errorf("%s: %w", filepath.Join(dir, place), err)
	}
	return true, nil
}
