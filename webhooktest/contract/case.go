package contract

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/internal/suggest"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A Case is one requirement of the contract.
type Case struct {
	ID          string            `json:"-"` // signature/unsigned
	Title       string            `json:"title"`
	Finding     string            `json:"finding"` // the handler's failure, in a few words
	Cause       string            `json:"cause"`   // the common cause of such findings, if shared with other cases
	Level       string            `json:"level"`   // must, should or info
	Requirement string            `json:"requirement"`
	Source      string            `json:"source"`
	Needs       []string          `json:"needs"`
	Hint        string            `json:"hint"`
	Why         string            `json:"why"`     // the consequence of not meeting it
	Mistake     string            `json:"mistake"` // the usual mistake
	Fix         map[string]string `json:"fix"`     // code, by language: go, node, python, ruby
}

// A contractCase is a file of fixtures/contract or of a user's folder. fixtures/README.md
// specifies the format.
type contractCase struct {
	Case
	Schema    string               `json:"$schema"` // for editors
	Format    int                  `json:"format"`
	Vars      values               `json:"vars"`
	Given     map[string]string    `json:"given"`
	Each      []string             `json:"each"`
	Events    map[string]caseEvent `json:"events"`
	Steps     []caseStep           `json:"steps"`
	Reference []caseStep           `json:"reference"`
	Witness   []caseStep           `json:"witness"`
	Against   []caseStep           `json:"against"`
	State     string               `json:"state"`
	Compare   string               `json:"compare"`
	Either    bool                 `json:"either"`
	Refusable bool                 `json:"refusable"`
	Effective bool                 `json:"effective"`
	Seen      bool                 `json:"seen"`
	Repeats   bool                 `json:"repeats"`
	Bursts    int                  `json:"bursts"`
	Check     string               `json:"check"`
}

// A caseEvent is an event that a case delivers.
type caseEvent struct {
	Type      string         `json:"type"`
	File      string         `json:"file"`
	Payloads  string         `json:"payloads"`
	Exact     bool           `json:"exact"`
	About     string         `json:"about"`
	Customer  string         `json:"customer"`
	Renewal   string         `json:"renewal"`
	Alike     string         `json:"alike"`
	Unchanged bool           `json:"unchanged"`
	Changed   bool           `json:"changed"`
	Late      bool           `json:"late"`
	Foreign   bool           `json:"foreign"`
	Version   int            `json:"version"`
	Variant   string         `json:"variant"`
	Count     int            `json:"count"`
	Set       render.Changes `json:"set"`
	Add       render.Changes `json:"add"`

	payloads []payload // File, or the files that Payloads matches
}

// plain reports whether an event is an ordinary event of its type.
func (e *caseEvent) plain() bool {
	return e.About == "" && e.Alike == "" && e.sibling() == "" && !e.Late && e.Version == 0 && e.Variant == "" && len(e.Set) == 0 && len(e.Add) == 0 && len(e.payloads) == 0 && !e.Foreign
}

// sibling names the event that this one shares a customer, or a subscription, with.
func (e *caseEvent) sibling() string { return cmp.Or(e.Customer, e.Renewal) }

// A caseStep is one action of a case.
type caseStep struct {
	Send         names           `json:"send"`
	Mutate       []string        `json:"mutate"`
	Times        int             `json:"times"`
	Together     bool            `json:"together"`
	Expect       string          `json:"expect"`
	AnyExpect    string          `json:"any_expect"`
	Prefer       string          `json:"prefer"`
	Within       render.Duration `json:"within"`
	PreferWithin render.Duration `json:"prefer_within"`
	Hook         string          `json:"hook"`
	Redeliver    string          `json:"redeliver"`

	ExpectHeader map[string]string `json:"expect_header"`
	ExpectBody   bodyExpectation   `json:"expect_body"`
	Capture      map[string]string `json:"capture"`
	Golden       string            `json:"golden"`
}

// names is a single name or a list.
type names []string

// UnmarshalJSON implements json.Unmarshaler.
func (n *names) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*n = names{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(n))
}

// group returns the part of the ID before the slash.
func (c *contractCase) group() string { return path.Dir(c.ID) }

// refuses reports whether the step expects a refusal.
func (s *caseStep) refuses() bool {
	return s.Expect == "!2xx" || strings.HasPrefix(s.Expect, "4")
}

// exact reports whether an event is delivered as written in its file. The second delivery
// is a redelivery.
func (c *contractCase) exact() bool {
	for _, event := range c.Events {
		if event.Exact {
			return true
		}
	}
	return false
}

// golden reports whether a step compares the state with a golden file.
func (c *contractCase) golden() bool {
	return slices.ContainsFunc(c.Steps, func(s caseStep) bool { return s.Golden != "" })
}

// contractCases returns the shipped suite, ordered by group.
func contractCases() ([]contractCase, error) {
	cases, err := shippedCases()
	return slices.Clone(cases), err
}

// shippedCases reads the shipped suite once. Nobody changes a case.
var shippedCases = sync.OnceValues(readCases)

func readCases() ([]contractCase, error) {
	var cases []contractCase
	for _, group := range contractGroups {
		files, err := fs.Glob(fixtures.FS, "contract/"+group+"/*.json")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			data, err := fixtures.FS.ReadFile(file)
			if err != nil {
				return nil, err
			}
			var c contractCase
			if err := rawjson.DecodeStrictly(data, "fixtures/"+file, &c); err != nil {
				return nil, err
			}
			c.ID = strings.TrimSuffix(strings.TrimPrefix(file, "contract/"), ".json")
			if err := c.validate(); err != nil {
				return nil, fmt.Errorf("fixtures/%s: %w", file, err)
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}

// contractGroups lists the groups in the order of their runs: first the ones that others
// rely on.
var contractGroups = []string{
	"control", "signature", "freshness", "body", "dispatch", "idempotency", "ordering",
	"resilience", "http", "version", "connect", "mode", "thin",
}

// levels are the possible levels of a requirement.
var levels = []string{"must", "should", "info"}

// validate finds errors that strict decoding does not.
func (c *contractCase) validate() error {
	switch {
	case c.Format != 1:
		return fmt.Errorf("format %d: want 1", c.Format)
	case c.Title == "" || c.Requirement == "" || c.Source == "":
		return errors.New("a case needs title, requirement and source")
	case !slices.Contains(levels, c.Level):
		return fmt.Errorf("level %q: want must, should or info", c.Level)
	case !slices.Contains([]string{"", "same", "none", "differs", "moves"}, c.State):
		return fmt.Errorf("state %q: want same, none, differs or moves", c.State)
	case c.State != "" && c.State != "none" && len(c.Reference) == 0:
		return fmt.Errorf("state %s: a reference is missing", c.State)
	case c.Either && c.State != "same":
		return errors.New("either: want state same")
	case len(c.Against) > 0 && !toldBefore(c) && (c.State != "differs" || len(c.Witness) == 0):
		return errors.New("against: want state differs and a witness, or compare object")
	case c.Seen && !toldBefore(c):
		return errors.New("seen: want against, and compare object")
	case c.Bursts < 0 || c.Bursts > 0 && c.State != "same":
		return errors.New("bursts: want a number above zero, and state same")
	case c.Compare != "" && c.Compare != "object":
		return fmt.Errorf("compare %q: want object", c.Compare)
	case (c.Check == "") == (len(c.Steps) == 0):
		return errors.New("a case has either steps or a check")
	}
	for key, steps := range c.stepLists() {
		for i, step := range steps {
			if err := c.validateStep(step); err != nil {
				return at(fmt.Sprintf("%s.%d", key, i), fmt.Errorf("step %d: %w", i+1, err))
			}
		}
	}
	return nil
}

// hasAlternative reports whether the case has two references with possibly different
// results.
func (c *contractCase) hasAlternative() bool { return c.State == "same" && len(c.Witness) > 0 }

// stepLists returns the lists of steps, by key.
func (c *contractCase) stepLists() map[string][]caseStep {
	return map[string][]caseStep{"steps": c.Steps, "reference": c.Reference, "witness": c.Witness, "against": c.Against}
}

func (c *contractCase) validateStep(s caseStep) error {
	for _, name := range s.Send {
		if _, ok := c.Events[name]; !ok {
			return fmt.Errorf("no event is named %q", name)
		}
	}
	for _, expected := range []string{s.Expect, s.AnyExpect, s.Prefer} {
		if expected == "" {
			continue
		}
		if _, err := expect.Parse(expected); err != nil {
			return err
		}
	}
	for _, mutation := range s.Mutate {
		if strings.Contains(mutation, "{each}") {
			continue
		}
		if _, err := webhooktest.ParseMutation(mutation); err != nil {
			return err
		}
	}
	return nil
}

// selectCases keeps the cases selected by ID or group.
func selectCases(cases []contractCase, only, skip []string, level string) ([]contractCase, error) {
	for _, id := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(cases, func(c contractCase) bool { return c.is(id) }) {
			return nil, fmt.Errorf("no case or group %q%s", id, suggest.DidYouMean(id, caseIDs(cases)))
		}
	}
	if level != "" && !slices.Contains(levels, level) {
		return nil, fmt.Errorf("level %q: want must, should or info", level)
	}
	chosen := slices.DeleteFunc(slices.Clone(cases), func(c contractCase) bool {
		wanted := len(only) == 0 || slices.ContainsFunc(only, c.is)
		return !wanted || slices.ContainsFunc(skip, c.is) || level != "" && c.Level != level
	})
	if len(chosen) == 0 {
		return nil, errors.New("no case is left: all chosen cases are skipped, or have another level")
	}
	return chosen, nil
}

func (c *contractCase) is(id string) bool { return c.ID == id || c.group() == id }

func caseIDs(cases []contractCase) (ids []string) {
	for _, c := range cases {
		if group := c.group(); group != "." && !slices.Contains(ids, group) {
			ids = append(ids, group)
		}
	}
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	return ids
}
