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
	asked  string       // the flag that asks for it, "" for a rule of the table
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

// parseRule reads a path that the user gave, such as metadata.order_id.
func parseRule(flag, text string, k kind) (*rule, error) {
	keys := split(text)
	if slices.Contains(keys, "") {
		return nil, fmt.Errorf("%s %q: empty key: want a path such as metadata.order_id", flag, text)
	}
	for _, key := range keys {
		if strings.Trim(key, "0123456789") == "" {
			return nil, fmt.Errorf("%s %q: write * for a position of a list", flag, text)
		}
		if _, err := path.Match(key, ""); errors.Is(err, path.ErrBadPattern) {
			return nil, fmt.Errorf("%s %q: %w", flag, text, err)
		}
	}
	return &rule{keys: keys, inside: true, kind: k, asked: flag + " " + text}, nil
}

// parseRules reads the user's paths. The longest come first, since they say most;
// of two that are as long, the one that redacts.
func parseRules(keep, redact []string) ([]*rule, error) {
	var rules []*rule
	for _, given := range []struct {
		flag  string
		paths []string
		kind  kind
	}{{"--redact", redact, kindAsked}, {"--keep", keep, kindKept}} {
		for _, text := range given.paths {
			r, err := parseRule(given.flag, text, given.kind)
			if err != nil {
				return nil, err
			}
			rules = append(rules, r)
		}
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

// unused returns the user's flags that were about nothing that came by.
func (c *classifier) unused() []string {
	var unused []string
	for _, rule := range c.rules {
		if rule.used.Load() == 0 {
			unused = append(unused, rule.asked)
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
