package stripeapi

import (
	"slices"
	"strconv"
	"strings"
)

// passes reports whether an object matches the filters of a list. It ignores filters for
// unknown fields.
func passes(kind string, tree *node, filter *param) bool {
	if kind == "subscription" && !passesStatus(tree.child("status").str(), filter.get("status")) {
		return false
	}
	for i, key := range filter.keys {
		if kind == "subscription" && key == "status" {
			continue
		}
		if !passesField(tree, key, filter.fields[i], true) {
			return false
		}
	}
	return true
}

// passesStatus excludes ended subscriptions from lists by default
// (https://docs.stripe.com/api/subscriptions/list).
func passesStatus(status, requested string) bool {
	switch requested {
	case "all":
		return true
	case "":
		return status != "canceled"
	case "ended":
		return status == "canceled" || status == "incomplete_expired"
	}
	return status == requested
}

// passesField compares a field. A field missing inside a hash differs.
func passesField(tree *node, key string, p *param, missing bool) bool {
	field := tree.child(key)
	if field == nil && p.kind == array { // types, lookup_keys
		field = tree.child(strings.TrimSuffix(key, "s"))
	}
	switch {
	case field == nil:
		return missing
	case p.kind == array:
		return slices.Contains(p.texts(), idOf(field))
	case p.kind == scalar:
		return idOf(field) == p.text
	case isRange(p):
		return inRange(field.int(), p)
	}
	for i, inner := range p.keys {
		if !passesField(field, inner, p.fields[i], false) {
			return false
		}
	}
	return true
}

func isRange(p *param) bool {
	return slices.ContainsFunc(p.keys, func(key string) bool { return slices.Contains([]string{"gt", "gte", "lt", "lte"}, key) })
}

func inRange(n int64, p *param) bool {
	for i, key := range p.keys {
		bound, err := strconv.ParseInt(p.fields[i].text, 10, 64)
		if err != nil {
			continue
		}
		switch {
		case key == "gt" && n <= bound, key == "gte" && n < bound, key == "lt" && n >= bound, key == "lte" && n > bound:
			return false
		}
	}
	return true
}
