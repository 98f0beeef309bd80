package contract

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/file"
)

// update runs a case and writes its golden files, with anyValue where two runs differ. It
// runs a case only once if the events would be the same to the byte: the second run would
// be a redelivery.
func (j *judge) update(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	s := j.session
	s.renew()
	if s.subject.Settle == 0 {
		s.probe.settle = max(s.probe.settle, asyncSettle) // the written state must be complete,
	}
	s.probe.dirty.Store(true) // without the rest of earlier work
	first, err := s.execute(ctx, c, v)
	if err != nil || len(first.findings) > 0 {
		if first == nil {
			return nil, err
		}
		return first.findings, err
	}
	second := first
	if !c.exact() {
		s.renew()
		if second, err = s.execute(ctx, c, v); err != nil {
			return nil, err
		}
	}
	if err := first.refuseTaken(s.run.suite.Dir); err != nil || len(first.findings) > 0 {
		return first.findings, err
	}
	for name, found := range first.goldens {
		if other, ok := second.goldens[name]; ok {
			found = common(found, other)
		}
		changed, err := s.run.golden.update(name, found)
		if err != nil {
			return nil, fmt.Errorf("golden file: %w", err)
		}
		if changed {
			j.wrote = append(j.wrote, name)
		}
	}
	return nil, nil
}

// refuseTaken rejects golden files that cannot be replaced, such as a folder or a pipe,
// before it writes any.
func (e *execution) refuseTaken(dir string) error {
	root, err := file.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(e.goldens)) {
		info, err := root.Stat(filepath.FromSlash(name))
		if err == nil && !info.Mode().IsRegular() {
			e.find(e.sentSoFar(), "a file to write the state to", (&folder{dir: dir}).name(name)+": not a regular file: remove it, or let the case name another golden file")
		}
	}
	return nil
}

// updated lists the golden files that were written, and the unchanged ones.
func (j *judge) updated() string {
	var said []string
	if len(j.wrote) > 0 {
		said = append(said, "written: "+strings.Join(j.wrote, ", "))
	}
	if idle := j.session.idleGoldens; len(idle) > 0 {
		said = append(said, "nothing changed in the state by "+strings.Join(idle, ", ")+": does the handler do anything for these events?")
	}
	return strings.Join(said, "; ")
}
