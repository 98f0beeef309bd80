package stripeapi

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
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
		w.names[placeholder] = newID(w.rand, placeholder)
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
		if offset, ok := relativeTime(name); ok {
			return value(w.now + offset)
		}
		if offset, ok := relativeTime(strings.Replace(name, "time", "now", 1)); ok {
			return text(time.Unix(w.now+offset, 0).UTC().Format("2006-01-02T15:04:05.000Z"))
		}
	}
	return text(replaceHoles(s, w.fill))
}

// whole returns the name of the placeholder that a string consists of.
func whole(s string) (name string, ok bool) {
	holes := 0
	replaceHoles(s, func(placeholder string) string {
		holes++
		name = placeholder
		return ""
	})
	return name, holes == 1 && len(s) == len(name)+2
}

// replaceHoles replaces the placeholders in a string. Braces around capitals are
// plain text.
func replaceHoles(s string, fill func(name string) string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		out.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		switch {
		case !found:
			return out.String()
		case closed && name != "" && name[0] >= 'a' && name[0] <= 'z':
			out.WriteString(fill(name))
			s = after
		default:
			out.WriteByte('{')
			s = rest
		}
	}
}

// relativeTime reads now, now-90s and now+30d as seconds.
func relativeTime(name string) (seconds int64, ok bool) {
	rest, ok := strings.CutPrefix(name, "now")
	if !ok || rest == "" {
		return 0, ok
	}
	unit := int64(1)
	if days, isDays := strings.CutSuffix(rest, "d"); isDays {
		rest, unit = days+"h", 24
	}
	offset, err := time.ParseDuration(rest)
	return int64(offset/time.Second) * unit, err == nil
}

// idForms are the kinds of id that are not of the usual form: the kind, "_1" and 23
// letters and digits. Stripe publishes no grammar, and handlers must not depend on
// one (https://docs.stripe.com/upgrades).
var idForms = map[string]struct {
	prefix string
	length int
}{
	"acct":        {"acct_1", 15},
	"ch":          {"ch_3", 23},
	"coupon":      {"", 8},
	"cs":          {"cs_test_a1", 56},
	"cus":         {"cus_", 14},
	"pi":          {"pi_3", 23},
	"prod":        {"prod_", 14},
	"re":          {"re_3", 23},
	"req":         {"req_", 14},
	"si":          {"si_", 14},
	"whsec":       {"whsec_", 32},
	"fingerprint": {"", 16},
	"handle":      {"", 6},
	"number":      {"", 8},
	"order":       {"order_", 6},
	"secret":      {"", 25},
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID invents what a placeholder stands for.
func newID(r *rand.Rand, placeholder string) string {
	kind, _, _ := strings.Cut(placeholder, ":")
	form, special := idForms[kind]
	if !special {
		form.prefix, form.length = kind+"_1", 23
	}
	digits := make([]byte, form.length)
	for i := range digits {
		digits[i] = base62[r.IntN(len(base62))]
	}
	id := form.prefix + string(digits)
	switch kind {
	case "handle":
		return strings.ToLower(id)
	case "number":
		return strings.ToUpper(id)
	case "uuid":
		return newUUID(r)
	}
	return id
}

func newUUID(r *rand.Rand) string {
	hex := func(n int) string {
		digits := strconv.FormatUint(r.Uint64()|1<<63, 16)
		return digits[len(digits)-n:]
	}
	return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-8" + hex(3) + "-" + hex(12)
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
		if _, isTime := relativeTime(name); isTime || name == "livemode" || actual.kind != '"' {
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
	filled := replaceHoles(pattern, func(name string) string {
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
	if offset, isTime := relativeTime(name); ok && isTime && created != nil && created.int() > 0 {
		w.now = created.int() - offset
	}
	if livemode := actual.child("livemode"); livemode != nil {
		w.livemode = livemode.plain() == "true"
	}
}
