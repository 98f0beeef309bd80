package contract

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/file"
)

// update performs a case and writes its golden files. What differs between two
// performances is left open, unless the events are the same to the byte: the second
// performance would be a redelivery.
func (r *runner) update(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	r.fresh()
	if r.subject.Settle == 0 {
		r.settle = max(r.settle, DefaultSettle) // what is written must be complete,
	}
	r.stirred.Store(true) // and no work that somebody else left
	first, err := r.act(ctx, c, v)
	if err != nil || len(first.findings) > 0 {
		if first == nil {
			return nil, err
		}
		return first.findings, err
	}
	second := first
	if !c.exact() {
		r.fresh()
		if second, err = r.act(ctx, c, v); err != nil {
			return nil, err
		}
	}
	if err := first.refuseTaken(r.suite.Dir); err != nil || len(first.findings) > 0 {
		return first.findings, err
	}
	for name, found := range first.goldens {
		if other, ok := second.goldens[name]; ok {
			found = common(found, other)
		}
		if err := r.write(name, found); err != nil {
			return nil, fmt.Errorf("golden file: %w", err)
		}
	}
	return nil, nil
}

// refuseTaken finds fault with golden files that cannot be replaced, before any is
// written: a folder, or a pipe that somebody waits at.
func (p *play) refuseTaken(dir string) error {
	root, err := file.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(p.goldens)) {
		info, err := root.Stat(filepath.FromSlash(name))
		if err == nil && !info.Mode().IsRegular() {
			p.find(p.sentSoFar(), "a file to write the state to", (&folder{dir: dir}).name(name)+": not a regular file: remove it, or let the case name another golden file")
		}
	}
	return nil
}

func (c *contractCase) exact() bool {
	for _, event := range c.Events {
		if event.Exact {
			return true
		}
	}
	return false
}

// write writes a golden file, if it is another one than before. What its owner left
// open stays so.
func (r *runner) write(name string, found any) error {
	if before, err := readGolden(r.suite.Dir, name); err == nil {
		found = masked(before, found)
	}
	text := goldenText(found)
	r.mu.Lock()
	defer r.mu.Unlock()
	if now, ok := r.written[name]; ok && now != text {
		return fmt.Errorf("%s would be written with two states: give each a file, with {payload} or {each} in the name", name)
	}
	r.written[name] = text
	changed, err := writeGolden(r.suite.Dir, name, text)
	if changed {
		r.wrote = append(r.wrote, name)
	}
	return err
}

// updated says what was written.
func (r *runner) updated() string {
	if len(r.wrote) == 0 {
		return ""
	}
	return "written: " + strings.Join(r.wrote, ", ")
}

// common is the first of two performances, with anyValue where the second differs:
// what the handler makes up.
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

// writeGolden replaces a file at once, so that it is never there in half.
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
