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

// A rule classifies the values at matching paths.
type rule struct {
	keys   []string // last keys of a path, each with an optional *
	inside bool     // includes everything inside such a value
	kind   kind
	given  Path         // from the user; empty for a rule of the table
	used   atomic.Int64 // number of values decided
}

// matches reports whether the rule applies to a path, split into keys.
func (r *rule) matches(keys []string) bool {
	if r.ends(keys) {
		return true
	}
	for len(keys) > 0 && (r.inside || keys[len(keys)-1] == "*") { // elements of a list are like the list
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
		if ok, _ := path.Match(pattern, keys[i]); !ok { // validated when parsed
			return false
		}
	}
	return true
}

// A Path is a path from the user, such as metadata.order_id.
type Path struct {
	Text string
	Keep bool // keep the value; otherwise redact it
}

// A PathError is a problem with a user's path.
type PathError struct {
	Path Path
	Err  error
}

// Error implements [error].
func (e *PathError) Error() string { return fmt.Sprintf("%q: %v", e.Path.Text, e.Err) }

// Unwrap returns the cause.
func (e *PathError) Unwrap() error { return e.Err }

// rule parses a path.
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

// parseRules parses the user's paths. It puts the longest first, as the most specific
// and, at equal length, those that redact.
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

// split splits a path at its dots; `\.` is a dot inside a key.
func split(text string) []string {
	keys := strings.Split(strings.ReplaceAll(text, `\.`, "\x00"), ".")
	for i, key := range keys {
		keys[i] = strings.ReplaceAll(key, "\x00", ".")
	}
	return keys
}

// maxPaths limits the cache of paths: a payload can be nothing but keys.
const maxPaths = 10_000

// A classifier returns the kind of the value at a path. The zero value has no user rules.
type classifier struct {
	rules []*rule // the user's

	mu    sync.Mutex
	paths map[string]decision // kind at a path; limited by maxPaths
}

// unused returns the user's paths without any value.
func (c *classifier) unused() []Path {
	var unused []Path
	for _, rule := range c.rules {
		if rule.used.Load() == 0 {
			unused = append(unused, rule.given)
		}
	}
	return unused
}

// kindAt returns the kind of the value at a path.
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

// decide applies the user's rules, then the table.
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
			return decision{usual, rule} // with a similar stand-in
		default:
			return decision{rule.kind, rule}
		}
	}
	return decision{usual, nil}
}
