package contract

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// maxCaseFile limits a file in a folder of cases, maxPayloads all payloads of its cases
// together, in bytes.
const (
	maxCaseFile = 8 << 20
	maxPayloads = 512 << 20
)

// A folder holds a user's cases. Nothing outside it is read or written, not even through a
// link.
type folder struct {
	dir  string
	root *os.Root
	held int // bytes of payloads
}

// folderCases reads the cases of a folder, in the order of their paths.
func folderCases(dir string) ([]contractCase, error) {
	root, err := file.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("folder of cases %s: %w", dir, err)
	}
	defer root.Close()
	f := &folder{dir: dir, root: root}
	files, err := f.files()
	if err != nil {
		return nil, fmt.Errorf("folder of cases: %w", err)
	}
	var cases []contractCase
	ids := make(map[string]string)
	for _, name := range files {
		c, err := f.readCase(name)
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		// Some file systems ignore the case of letters.
		if other := ids[strings.ToLower(c.ID)]; other != "" {
			return nil, fmt.Errorf("%s: line 1: another case has the id %s too, %s: rename one", f.name(name), c.ID, f.name(other))
		}
		ids[strings.ToLower(c.ID)] = name
		cases = append(cases, *c)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("no cases in %s: a case is a .json file with steps (fakestripe init writes a first suite)", dir)
	}
	return cases, nil
}

// files lists the files that may be cases.
func (f *folder) files() (files []string, err error) {
	err = fs.WalkDir(f.root.FS(), ".", func(file string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "payloads" || name == goldenFolder || name != "." && name[0] == '.'):
			return fs.SkipDir
		case !entry.IsDir() && strings.EqualFold(path.Ext(name), ".json") && name[0] != '.':
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

// name returns the name of a file in errors.
func (f *folder) name(file string) string { return filepath.Join(f.dir, filepath.FromSlash(file)) }

// read returns a file of the folder, in bounded memory.
func (f *folder) read(name string) ([]byte, error) {
	data, err := file.ReadRegular(f.root, filepath.FromSlash(name), maxCaseFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name(name), err)
	}
	return data, nil
}

// readCase reads a file, nil if it is not a case.
func (f *folder) readCase(file string) (*contractCase, error) {
	data, err := f.read(file)
	if err != nil {
		return nil, err
	}
	c, err := decodeCase(data)
	if err == nil && c != nil {
		c.ID = strings.TrimSuffix(file, path.Ext(file))
		err = f.complete(c)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name(file), located(data, err))
	}
	return c, nil
}

// decodeCase decodes a user's case, nil if the JSON is something else.
func decodeCase(data []byte) (*contractCase, error) {
	root, err := rawjson.Parse(data)
	if err != nil {
		return nil, err // names line and column
	}
	if root.Child("steps") == nil {
		if root.Child("events") != nil && root.Child("format") != nil {
			return nil, at("events", errors.New("events without steps to deliver them"))
		}
		return nil, nil
	}
	c := new(contractCase)
	if err := decodeLocated(data, &root, c); err != nil {
		return nil, err
	}
	if c.Level == "" {
		c.Level = "must"
	}
	return c, nil
}

// complete adds what a user may leave out and the contents of other files, and finds
// errors.
func (f *folder) complete(c *contractCase) error {
	if c.Title == "" {
		c.Title = c.ID
	}
	if c.Requirement == "" {
		c.Requirement = c.Title
	}
	source := c.Source
	c.Source = "of one's own" // needs no source
	err := c.validate()
	c.Source = source
	if err == nil {
		err = f.readPayloads(c)
	}
	if err == nil {
		err = c.validateOwn()
	}
	for _, need := range c.implied() {
		if !slices.Contains(c.Needs, need) {
			c.Needs = append(c.Needs, need)
		}
	}
	return err
}

// implied returns the needs that follow from a case's steps.
func (c *contractCase) implied() (needs []string) {
	if c.golden() {
		needs = append(needs, "state")
	}
	for _, steps := range c.stepLists() {
		for _, step := range steps {
			switch step.Hook {
			case "restart":
				needs = append(needs, "restart")
			case "break", "heal":
				needs = append(needs, "faults")
			}
		}
	}
	return needs
}

// resolve returns the path in the folder of a file that a case refers to.
func (c *contractCase) resolve(name string) (string, error) {
	file := path.Join(path.Dir(c.ID), name)
	if name == "" || path.IsAbs(name) || strings.Contains(name, `\`) || !filepath.IsLocal(filepath.FromSlash(file)) {
		return "", fmt.Errorf("%q: want a path inside the folder of cases, such as payloads/paid.json", name)
	}
	return file, nil
}
