package stripeapi

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// apply merges the parameters of a request into an object. Other fields for the same fact
// change with a field.
func apply(g *graph, b *render.Bindings, kind string, tree *node, params *param) *apiError {
	before := tree.clone()
	_, isKnown := known().kinds[kind]
	m := merge{graph: g, bindings: b, free: !isKnown}
	params = params.without("expand", "id")
	if failed := m.hash(tree, params, known().kind(kind).template, ""); failed != nil {
		return failed
	}
	for _, f := range sharedFacts() {
		paths := f.fields[kind]
		for _, path := range paths {
			was, is := before.at(path), tree.at(path)
			if was.isNull() || is.isNull() || was.plain() == is.plain() {
				continue
			}
			setEqual(tree, slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return params.given(p) }), was, is)
			break
		}
	}
	if kind == "subscription" && params.given("items") {
		ofItems(tree)
	}
	return nil
}

// A merge merges parameters into an object. The object and the template of its kind
// decide which parameters are fields, and of which type.
type merge struct {
	graph    *graph
	bindings *render.Bindings
	free     bool // unknown kind: every parameter is a field
}

// hash merges the parameters that match fields of the object. In metadata, every key is a
// field.
func (m *merge) hash(tree *node, params *param, template *node, name string) *apiError {
	free := name == "metadata" || name == "" && m.free
	for i, key := range params.keys {
		p := params.fields[i]
		if free && p.kind == scalar && p.text == "" {
			tree.remove(key)
			continue
		}
		field := tree.child(key)
		if field == nil && !free {
			continue // not all parameters are fields
		}
		if name == "metadata" {
			tree.putLast(key, text(p.text))
			continue
		}
		v, failed := m.value(key, field, template.child(key), p)
		if failed != nil {
			return failed
		}
		tree.put(key, v)
	}
	return nil
}

// value returns the new value of a field, or nil to leave it.
func (m *merge) value(key string, field, template *node, p *param) (*node, *apiError) {
	if field == nil || field.isNull() && !template.isNull() {
		field = m.empty(template)
	}
	switch {
	case p.kind == scalar && p.text == "" && p.typed == nil || p.kind == scalar && string(p.typed) == "null":
		return m.cleared(key, field), nil
	case p.kind == scalar:
		return m.scalar(key, field, p)
	case field != nil && field.child("object").str() == "list":
		return m.items(key, field, template, p)
	case p.kind == array && (field.isNull() || field.kind == '['):
		return m.array(key, field, template, p)
	case p.kind == hash && field.isNull():
		field = object()
		return field, m.all(field, p)
	case p.kind == hash && field.kind == '{':
		field = field.clone()
		return field, m.hash(field, p, template, key)
	}
	return nil, nil // not a field of this kind
}

// empty returns an object with the fields of a template, all null.
func (m *merge) empty(template *node) *node {
	if template == nil || template.kind != '{' {
		return template
	}
	e := object()
	for _, key := range template.keys {
		e.put(key, null())
	}
	return e
}

// cleared is the value for an empty parameter.
func (m *merge) cleared(key string, field *node) *node {
	switch {
	case key == "metadata":
		return object()
	case field != nil && field.kind == '[':
		return listOf()
	case field.child("object").str() == "list":
		return nil
	}
	return null()
}

// all makes a field of every parameter of an unknown hash.
func (m *merge) all(tree *node, p *param) *apiError {
	for i, key := range p.keys {
		v, failed := m.value(key, nil, nil, p.fields[i])
		if failed != nil {
			return failed
		}
		tree.put(key, v)
	}
	return nil
}

func (m *merge) array(key string, field, template *node, p *param) (*node, *apiError) {
	out := listOf()
	for i, element := range p.fields {
		var model, like *node
		if field != nil && field.kind == '[' {
			model = field.child(strconv.Itoa(i))
		}
		if template != nil && template.kind == '[' {
			like = template.child("0")
		}
		if model == nil && like != nil {
			model = fill(m.bindings, like)
		}
		v, failed := m.value(key+"[]", model, like, element)
		if failed != nil {
			return nil, failed
		}
		if v != nil {
			out.children = append(out.children, v)
		}
	}
	return out, nil
}

// scalar returns a field's new value, of its existing type.
func (m *merge) scalar(key string, field *node, p *param) (*node, *apiError) {
	shape := known().shapes[key]
	if !field.isNull() {
		shape = shapeOf(field)
	}
	switch shape {
	case '{':
		return m.object(key, field, p.text), nil
	case '[':
		return listOf(text(p.text)), nil
	case '"':
		return text(p.text), nil
	case 't':
		return boolean(p.text), nil
	}
	if p.text == "now" && (shape == '0' || isNumber(key)) {
		return value(m.graph.now().Unix()), nil
	}
	if _, ok := new(big.Rat).SetString(p.text); ok && json.Valid([]byte(p.text)) && (shape == '0' || isNumber(key)) {
		if isAmount(key) && strings.ContainsAny(p.text, ".eE") {
			return nil, notInteger(key, p.text)
		}
		return &node{kind: '0', raw: []byte(p.text)}, nil
	}
	if isAmount(key) {
		return nil, notInteger(key, p.text)
	}
	switch {
	case p.typed != nil:
		return mustNode(p.typed), nil
	case shape == '0', isNumber(key):
		return nil, nil // "inf", "auto" and the like
	case p.text == "true", p.text == "false":
		return boolean(p.text), nil
	}
	return text(p.text), nil
}

func boolean(s string) *node { return value(s == "true") }

func notInteger(key, text string) *apiError {
	e := invalid(key, "Invalid integer: %s", text)
	e.code = "parameter_invalid_integer"
	return e
}

// object returns the object for an expanded field.
func (m *merge) object(key string, field *node, id string) *node {
	kind := field.child("object").str()
	if kind == "" {
		if kind, _ = m.graph.kindOf(id, key); kind == "" {
			return nil
		}
	}
	r := ref{kind: kind, id: id}
	if o, ok := m.graph.objects.get(r); ok {
		return o.tree()
	}
	return m.graph.infer(r).tree()
}

// isAmount reports whether a field is an amount of money, an integer in the smallest
// currency unit.
func isAmount(key string) bool {
	return key == "amount" || strings.HasSuffix(key, "_amount")
}

// isNumber reports, by the name, whether a field without any example is a number.
func isNumber(key string) bool {
	if isAmount(key) {
		return true
	}
	return slices.ContainsFunc(numberEndings, func(ending string) bool { return strings.HasSuffix(key, ending) })
}

var numberEndings = []string{
	"_at", "_count", "_date", "_days", "_end", "_gte", "_in_months", "_length", "_redemptions", "_start", "_until_due",
	"amount_off", "atm_fee", "day_of_month", "divide_by", "hour", "maximum", "minimum", "minute", "month", "percent", "percent_off", "preset",
	"quantity", "second", "timestamp", "up_to",
}
