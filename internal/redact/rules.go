package redact

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// A rule says what the values at the paths that it matches are.
type rule struct {
	keys   []string // the last keys of a path, each of which may hold a *
	inside bool     // what stands inside such a value is meant too
	kind   kind
	given  Path         // of the user's, empty for a rule of the table
	used   atomic.Int64 // how many values it decided about
}

// matches reports whether the rule is about the value at a path, cut into keys.
func (r *rule) matches(keys []string) bool {
	if r.ends(keys) {
		return true
	}
	for len(keys) > 0 && (r.inside || keys[len(keys)-1] == "*") { // the elements of a list are what the list is
		keys = keys[:len(keys)-1]
		if r.ends(keys) {
			return true
		}
	}
	return false
}

// ends reports whether the path ends with the keys of the rule.
func (r *rule) ends(keys []string) bool {
	if len(keys) < len(r.keys) {
		return false
	}
	keys = keys[len(keys)-len(r.keys):]
	for i, pattern := range r.keys {
		if ok, _ := path.Match(pattern, keys[i]); !ok { // checked when it was parsed
			return false
		}
	}
	return true
}

// A Path is one that the user gave, such as metadata.order_id.
type Path struct {
	Text string
	Keep bool // the value; else it is redacted
}

// A PathError says what is wrong with a path that the user gave.
type PathError struct {
	Path Path
	Err  error
}

// Error implements [error].
func (e *PathError) Error() string { return fmt.Sprintf("%q: %v", e.Path.Text, e.Err) }

// Unwrap returns the cause.
func (e *PathError) Unwrap() error { return e.Err }

// rule reads a path.
func (p Path) rule() (*rule, error) {
	keys := split(p.Text)
	if slices.Contains(keys, "") {
		return nil, &PathError{p, errors.New("empty key: want a path such as metadata.order_id")}
	}
	for _, key := range keys {
		if strings.Trim(key, "0123456789") == "" {
			return nil, &PathError{p, errors.New("write * for a position of a list")}
		}
		if _, err := path.Match(key, ""); errors.Is(err, path.ErrBadPattern) {
			return nil, &PathError{p, err}
		}
	}
	kind := kindAsked
	if p.Keep {
		kind = kindKept
	}
	return &rule{keys: keys, inside: true, kind: kind, given: p}, nil
}

// parseRules reads the user's paths. The longest come first, since they say most;
// of two that are as long, the one that redacts.
func parseRules(keep, redact []string) ([]*rule, error) {
	var paths []Path
	for _, text := range redact {
		paths = append(paths, Path{Text: text})
	}
	for _, text := range keep {
		paths = append(paths, Path{Text: text, Keep: true})
	}
	var rules []*rule
	for _, p := range paths {
		r, err := p.rule()
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	slices.SortStableFunc(rules, func(a, b *rule) int { return len(b.keys) - len(a.keys) })
	return rules, nil
}

// split cuts a path at its dots; `\.` is a dot inside a key.
func split(text string) []string {
	keys := strings.Split(strings.ReplaceAll(text, `\.`, "\x00"), ".")
	for i, key := range keys {
		keys[i] = strings.ReplaceAll(key, "\x00", ".")
	}
	return keys
}

// maxPaths bounds what is remembered of paths: a payload can be nothing but keys.
const maxPaths = 10_000

// A classifier tells what the value at a path is. The zero value has no rules of the
// user's.
type classifier struct {
	rules []*rule // the user's

	mu    sync.Mutex
	paths map[string]decision // what is at a path; bounded by maxPaths
}

// unused returns the user's paths at which there was nothing.
func (c *classifier) unused() []Path {
	var unused []Path
	for _, rule := range c.rules {
		if rule.used.Load() == 0 {
			unused = append(unused, rule.given)
		}
	}
	return unused
}

// kindAt returns what the value at a path is.
func (c *classifier) kindAt(text string) kind {
	c.mu.Lock()
	defer c.mu.Unlock()
	decided, known := c.paths[text]
	if !known {
		decided = c.decide(split(text))
		if c.paths == nil || len(c.paths) >= maxPaths {
			c.paths = make(map[string]decision)
		}
		c.paths[text] = decided
	}
	if decided.rule != nil {
		decided.rule.used.Add(1)
	}
	return decided.kind
}

type decision struct {
	kind kind
	rule *rule // the user's
}

// decide asks the user's rules, then the table.
func (c *classifier) decide(keys []string) decision {
	usual := kindPlain
	for _, rule := range fieldRules() {
		if rule.matches(keys) {
			usual = rule.kind
			break
		}
	}
	for _, rule := range c.rules {
		switch {
		case !rule.matches(keys):
		case rule.kind == kindAsked && usual.redacted():
			return decision{usual, rule} // with a stand-in that looks like it
		default:
			return decision{rule.kind, rule}
		}
	}
	return decision{usual, nil}
}
