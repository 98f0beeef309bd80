package stripeapi

import (
	_ "embed"
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A kind is what Stripe calls an object's type ("payment_intent"), and how one of
// that kind looks: a tree with placeholders, as fixtures/README.md describes them.
type kind struct {
	name     string
	template *node
	id       string // the placeholder of its id: "pi"; empty when it has no id or a fixed one
}

// A catalog describes the kinds of Stripe's objects. It does not change.
type catalog struct {
	kinds  map[string]*kind
	byID   map[string][]string // kinds by the placeholder of their ids
	shapes map[string]byte     // of fields by name, where all kinds agree
}

// bareKinds are objects that no event carries, and that the fixtures lack.
//
//go:embed objects.json
var bareKinds []byte

// known is read when the first request needs it: the start of a command should not
// pay for it.
var known = sync.OnceValue(func() *catalog {
	c := &catalog{kinds: make(map[string]*kind), byID: make(map[string][]string)}
	c.readKinds()
	c.learnShapes()
	return c
})

// mustDecode reads data that is part of the program.
func mustDecode(data []byte, v any) {
	if err := json.Unmarshal(data, v); err != nil {
		panic(err)
	}
}

func (c *catalog) readKinds() {
	files, err := fs.Glob(fixtures.FS, "2*/objects/*.json") // oldest version first
	if err != nil {
		panic(err) // the pattern is good
	}
	for _, file := range files {
		version, _, _ := strings.Cut(file, "/")
		name := strings.TrimSuffix(path.Base(file), ".json")
		object, err := render.Object(version, name)
		if err != nil {
			panic(err) // embedded
		}
		if c.kinds[name] == nil {
			c.add(name, mustNode(object))
		}
	}
	bare := mustNode(bareKinds)
	for i, name := range bare.keys {
		c.add(name, bare.children[i])
	}
	c.byID["py"], c.byID["pyr"] = []string{"charge"}, []string{"refund"} // of payments without a card
	// Items are part of what they belong to, and have paths of their own.
	c.add("subscription_item", c.kinds["subscription"].template.at("items.data.0").clone())
	c.add("line_item", c.kinds["invoice"].template.at("lines.data.0").clone())
}

func (c *catalog) add(name string, template *node) {
	k := &kind{name: name, template: template}
	if id, ok := render.Placeholder(template.child("id").str()); ok {
		k.id = id
		c.byID[k.id] = append(c.byID[k.id], name)
	}
	c.kinds[name] = k
}

// kind returns a kind by name. One that nothing is known of has the fields that
// nearly all objects have.
func (c *catalog) kind(name string) *kind {
	if k, ok := c.kinds[name]; ok {
		return k
	}
	template := mustNode([]byte(`{"id":"","object":"","created":"{now}","livemode":"{livemode}","metadata":{}}`))
	template.put("id", text("{"+strings.ReplaceAll(name, ".", "_")+"}"))
	template.put("object", text(name))
	return &kind{name: name, template: template, id: strings.ReplaceAll(name, ".", "_")}
}

// learnShapes notes what fields of a name hold, so that a parameter for a field
// that is null is not sent back as text when it is a number everywhere else.
func (c *catalog) learnShapes() {
	c.shapes = make(map[string]byte)
	for _, k := range c.kinds {
		k.template.walk(func(_, key string, v *node) {
			if v.isNull() {
				return
			}
			shape := shapeOf(v)
			if old, seen := c.shapes[key]; seen && old != shape {
				shape = mixed
			}
			c.shapes[key] = shape
		})
	}
}

const mixed = '?'

// shapeOf distinguishes objects, lists, text, numbers and booleans. "{now}" is a
// number.
func shapeOf(v *node) byte {
	switch s := v.plain(); {
	case v.kind == '"' && strings.HasPrefix(s, "{now"):
		return '0'
	case s == "true" || s == "false" || s == "{livemode}":
		return 't'
	}
	return v.kind
}

// byPrefix returns the kinds whose ids begin as an id does.
func (c *catalog) byPrefix(id string) []string {
	var longest string
	for placeholder := range c.byID {
		if strings.HasPrefix(id, placeholder+"_") && len(placeholder) > len(longest) {
			longest = placeholder
		}
	}
	return c.byID[longest]
}

// fits says whether an id may be of a kind: its prefix is not another kind's.
func (c *catalog) fits(kind, id string) bool {
	owners := c.byPrefix(id)
	if kind == "payment_method" && (slices.Contains(owners, "card") || slices.Contains(owners, "source") || slices.Contains(owners, "bank_account")) {
		return true // older ones, used as payment methods
	}
	return len(owners) == 0 || slices.Contains(owners, kind)
}

// lastPart returns what fields that refer to a kind are called: card for
// issuing.card.
func lastPart(kind string) string { return kind[strings.LastIndexByte(kind, '.')+1:] }
