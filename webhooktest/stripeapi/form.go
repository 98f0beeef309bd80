package stripeapi

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Limits of a form, far above the needs of any SDK.
const (
	maxParams = 5000
	maxDepth  = 12
)

// decodeForm decodes parameters from Stripe's SDKs: a[b][c]=1, a[0][b]=1, a[]=1, and
// sequences of a[][b]=1&a[][c]=2 (https://docs.stripe.com/api: form encoded, nested as in
// Rack).
func decodeForm(form string) (*param, error) {
	root := &param{kind: hash}
	n := 0
	for pair := range strings.FieldsFuncSeq(form, func(r rune) bool { return r == '&' }) {
		if n++; n > maxParams {
			return nil, fmt.Errorf("more than %d parameters", maxParams)
		}
		key, text, err := unescapePair(pair)
		if err != nil {
			return nil, err
		}
		if key == "" {
			continue
		}
		path, err := splitKey(key)
		if err != nil {
			return nil, err
		}
		if err := root.insert(path, text); err != nil {
			return nil, fmt.Errorf("parameter %q: %w", key, err)
		}
	}
	for _, field := range root.fields {
		field.listify()
	}
	return root, nil
}

func unescapePair(pair string) (key, text string, err error) {
	key, text, _ = strings.Cut(pair, "=")
	if key, err = url.QueryUnescape(key); err == nil {
		text, err = url.QueryUnescape(text)
	}
	if err != nil {
		return "", "", fmt.Errorf("parameter %.60q is not form encoded: %w", pair, err)
	}
	return key, text, nil
}

// splitKey splits a[b][] into a, b and an empty step.
func splitKey(key string) ([]string, error) {
	name, rest, nested := strings.Cut(key, "[")
	if name == "" {
		return nil, fmt.Errorf("parameter %q has no name", key)
	}
	path := []string{name}
	for nested {
		step, after, closed := strings.Cut(rest, "]")
		if !closed || after != "" && after[0] != '[' {
			return nil, fmt.Errorf("parameter %q: brackets do not match (write a[b][c])", key)
		}
		if path = append(path, step); len(path) > maxDepth {
			return nil, fmt.Errorf("parameter %.60q is nested more than %d deep", key, maxDepth)
		}
		nested = after != ""
		rest = strings.TrimPrefix(after, "[")
	}
	return path, nil
}

func (p *param) insert(path []string, text string) error {
	for i, step := range path {
		want := hash
		switch {
		case i == len(path)-1:
			want = scalar
		case path[i+1] == "":
			want = array
		}
		next, err := p.step(step, want, path[i+1:])
		if err != nil {
			return err
		}
		p = next
	}
	p.text = text
	return nil
}

// step returns the field or element for a step of a key, creating it if necessary.
func (p *param) step(step string, want paramKind, rest []string) (*param, error) {
	if step == "" {
		return p.element(want, rest), nil
	}
	i := slices.Index(p.keys, step)
	if i < 0 {
		p.keys = append(p.keys, step)
		p.fields = append(p.fields, &param{kind: want})
		return p.fields[len(p.fields)-1], nil
	}
	if p.fields[i].kind != want {
		return nil, errors.New("given both as one value and as several")
	}
	return p.fields[i], nil
}

// element returns the element for a[]: the last one, if it is a hash without the key, or
// a new one.
func (p *param) element(want paramKind, rest []string) *param {
	if n := len(p.fields); n > 0 && want == hash {
		last := p.fields[n-1]
		if last.kind == hash && !last.has(rest) {
			return last
		}
	}
	p.fields = append(p.fields, &param{kind: want})
	return p.fields[len(p.fields)-1]
}

// has reports whether the scalar for a key is already set.
func (p *param) has(path []string) bool {
	for _, step := range path {
		if p = p.field(step); p == nil {
			return false
		}
	}
	return true
}

// listify converts hashes with the keys 0, 1, 2 … to lists.
func (p *param) listify() {
	for _, field := range p.fields {
		field.listify()
	}
	if p.kind != hash || len(p.keys) == 0 {
		return
	}
	for _, key := range p.keys {
		if _, err := strconv.ParseUint(key, 10, 31); err != nil {
			return
		}
	}
	order := make([]int, len(p.keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return position(p.keys[a]) - position(p.keys[b]) })
	fields := make([]*param, len(order))
	for i, from := range order {
		fields[i] = p.fields[from]
	}
	p.kind, p.keys, p.fields = array, nil, fields
}

func position(key string) int {
	n, _ := strconv.Atoi(key)
	return n
}
