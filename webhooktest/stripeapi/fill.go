package stripeapi

import (
	"bytes"
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// fill makes an object from a template, with bindings for its placeholders.
func fill(b *render.Bindings, template *node) *node {
	if template.kind == '"' && bytes.IndexByte(template.raw, '{') >= 0 {
		return mustNode(b.Fill(template.raw))
	}
	out := &node{kind: template.kind, raw: template.raw, keys: append([]string(nil), template.keys...)}
	for _, child := range template.children {
		out.children = append(out.children, fill(b, child))
	}
	return out
}

// learn binds the placeholders of a template by comparing it to an object of its shape.
// It keeps existing bindings.
func learn(b *render.Bindings, template, actual *node) {
	switch {
	case template.kind == '"':
		learnText(b, template, actual)
	case template.kind == '{' && actual.kind == '"': // not expanded here
		if id := template.child("id"); id != nil {
			learn(b, id, actual)
		}
	case template.kind == actual.kind:
		for i, child := range template.children {
			key := strconv.Itoa(i)
			if template.kind == '{' {
				key = template.keys[i]
			}
			if there := actual.child(key); !there.isNull() {
				learn(b, child, there)
			}
		}
	}
}

func learnText(b *render.Bindings, pattern, actual *node) {
	if actual.kind == '{' { // expanded here
		actual = actual.child("id")
	}
	if actual != nil && actual.kind == '"' && bytes.IndexByte(pattern.raw, '{') >= 0 {
		b.Learn(pattern.raw, actual.raw)
	}
}

// learnTime sets the clock of bindings from an object's creation time.
func learnTime(b *render.Bindings, template, actual *node) {
	pattern, created := template.child("created"), actual.child("created")
	if pattern != nil && pattern.kind == '"' && created != nil {
		b.LearnTime(pattern.raw, created.int())
	}
	if livemode := actual.child("livemode"); livemode != nil {
		b.Livemode = livemode.plain() == "true"
	}
}

// linked reports whether a template's field refers to a bound object.
func linked(b *render.Bindings, field *node) bool {
	placeholder, ok := render.Placeholder(field.str())
	return ok && b.IDs[placeholder] != ""
}
