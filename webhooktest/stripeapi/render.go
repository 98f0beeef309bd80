package stripeapi

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A world is what the placeholders of templates stand for: the objects that belong
// together. The same placeholder is the same id in all objects of a world.
type world struct {
	names    map[string]string
	now      int64 // what {now} is, in Unix seconds
	livemode bool
	rand     *rand.Rand // of what is invented
}

// newWorld returns a world without objects. What is invented in it depends on the
// seed and the name alone.
func newWorld(seed uint64, name string, now int64) *world {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &world{names: make(map[string]string), now: now, rand: rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// fill returns what a placeholder stands for, and invents it if need be.
func (w *world) fill(placeholder string) string {
	if _, ok := w.names[placeholder]; !ok {
		w.names[placeholder] = render.NewID(placeholder, w.rand.Uint64())
	}
	return w.names[placeholder]
}

// render fills the placeholders of a template.
func (w *world) render(template *node) *node {
	if template.kind == '"' && strings.Contains(string(template.raw), "{") {
		return w.renderText(template.str())
	}
	out := &node{kind: template.kind, raw: template.raw, keys: append([]string(nil), template.keys...)}
	for _, child := range template.children {
		out.children = append(out.children, w.render(child))
	}
	return out
}

func (w *world) renderText(s string) *node {
	if name, ok := whole(s); ok {
		if name == "livemode" {
			return value(w.livemode)
		}
		if offset, ok := render.RelativeTime("now", name); ok {
			return value(w.now + offset)
		}
		if offset, ok := render.RelativeTime("time", name); ok {
			return text(time.Unix(w.now+offset, 0).UTC().Format(render.ThinTime))
		}
	}
	return text(render.Fill(s, w.fill))
}

// whole returns the name of the placeholder that a string consists of.
func whole(s string) (name string, ok bool) {
	holes := 0
	render.Fill(s, func(placeholder string) string {
		holes++
		name = placeholder
		return ""
	})
	return name, holes == 1 && len(s) == len(name)+2
}

// learn notes what the placeholders of a template stand for in an object that was
// made from it, or from one like it. What is known already stays.
func (w *world) learn(template, actual *node) {
	switch {
	case template.kind == '"':
		w.learnText(template.str(), actual)
	case template.kind == '{' && actual.kind == '"': // not expanded here
		if id := template.child("id"); id != nil {
			w.learn(id, actual)
		}
	case template.kind == actual.kind:
		for i, child := range template.children {
			key := strconv.Itoa(i)
			if template.kind == '{' {
				key = template.keys[i]
			}
			if there := actual.child(key); !there.isNull() {
				w.learn(child, there)
			}
		}
	}
}

func (w *world) learnText(pattern string, actual *node) {
	if !strings.Contains(pattern, "{") {
		return
	}
	if actual.kind == '{' { // expanded here
		if actual = actual.child("id"); actual.isNull() {
			return
		}
	}
	if name, ok := whole(pattern); ok {
		if _, isTime := render.RelativeTime("now", name); isTime || name == "livemode" || actual.kind != '"' {
			return
		}
		w.name(name, actual.str())
		return
	}
	w.learnPart(pattern, actual.str())
}

// learnPart learns from a string that holds one unknown placeholder among others.
func (w *world) learnPart(pattern, actual string) {
	const hole = "\x00"
	unknown := ""
	filled := render.Fill(pattern, func(name string) string {
		if id, ok := w.names[name]; ok {
			return id
		}
		unknown = name
		return hole
	})
	before, after, found := strings.Cut(filled, hole)
	if found && !strings.Contains(after, hole) && len(actual) > len(before)+len(after) && strings.HasPrefix(actual, before) && strings.HasSuffix(actual, after) {
		w.name(unknown, actual[len(before):len(actual)-len(after)])
	}
}

func (w *world) name(placeholder, id string) {
	if _, ok := w.names[placeholder]; !ok {
		w.names[placeholder] = id
	}
}

// learnTime sets the clock of a world by when an object of it was created.
func (w *world) learnTime(template, actual *node) {
	name, ok := whole(template.child("created").str())
	created := actual.child("created")
	if offset, isTime := render.RelativeTime("now", name); ok && isTime && created != nil && created.int() > 0 {
		w.now = created.int() - offset
	}
	if livemode := actual.child("livemode"); livemode != nil {
		w.livemode = livemode.plain() == "true"
	}
}
