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

// A kind is a Stripe object type ("payment_intent") and its template: a tree with
// placeholders, as described in fixtures/README.md.
type kind struct {
	name     string
	template *node
	id       string // placeholder of its ID: "pi"; empty without an ID or with a fixed one
}

// A catalog describes the kinds of Stripe's objects. It is immutable.
type catalog struct {
	kinds  map[string]*kind
	byID   map[string][]string // kinds by placeholder of their IDs
	shapes map[string]byte     // of fields by name, if all kinds agree
}

// bareKinds are objects without fixtures, as no event contains them.
//
//go:embed objects.json
var bareKinds []byte

// known is loaded by the first request that needs it, to keep the command's startup fast.
var known = sync.OnceValue(func() *catalog {
	c := &catalog{kinds: make(map[string]*kind), byID: make(map[string][]string)}
	c.readKinds()
	c.learnShapes()
	return c
})

// mustDecode decodes embedded data.
func mustDecode(data []byte, v any) {
	if err := json.Unmarshal(data, v); err != nil {
		panic(err)
	}
}

func (c *catalog) readKinds() {
	files, err := fs.Glob(fixtures.FS, "2*/objects/*.json") // oldest version first
	if err != nil {
		panic(err) // the pattern is valid
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
	// Items belong to another object, and have their own paths.
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

// kind returns a kind by name. An unknown one has the fields common to nearly all
// objects.
func (c *catalog) kind(name string) *kind {
	if k, ok := c.kinds[name]; ok {
		return k
	}
	template := mustNode([]byte(`{"id":"","object":"","created":"{now}","livemode":"{livemode}","metadata":{}}`))
	template.put("id", text("{"+strings.ReplaceAll(name, ".", "_")+"}"))
	template.put("object", text(name))
	return &kind{name: name, template: template, id: strings.ReplaceAll(name, ".", "_")}
}

// learnShapes records the type of a field by name: a parameter for a null field that is a
// number everywhere else must not come back as text.
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

// shapeOf distinguishes objects, lists, text, numbers and booleans. "{now}" is a number.
func shapeOf(v *node) byte {
	switch s := v.plain(); {
	case v.kind == '"' && strings.HasPrefix(s, "{now"):
		return '0'
	case s == "true" || s == "false" || s == "{livemode}":
		return 't'
	}
	return v.kind
}

// byPrefix returns the kinds whose IDs have the same prefix.
func (c *catalog) byPrefix(id string) []string {
	var longest string
	for placeholder := range c.byID {
		if strings.HasPrefix(id, placeholder+"_") && len(placeholder) > len(longest) {
			longest = placeholder
		}
	}
	return c.byID[longest]
}

// fits reports whether an ID may belong to a kind: its prefix belongs to no other.
func (c *catalog) fits(kind, id string) bool {
	owners := c.byPrefix(id)
	if kind == "payment_method" && (slices.Contains(owners, "card") || slices.Contains(owners, "source") || slices.Contains(owners, "bank_account")) {
		return true // older IDs, used as payment methods
	}
	return len(owners) == 0 || slices.Contains(owners, kind)
}

// lastPart returns the name of fields that refer to a kind: card for issuing.card.
func lastPart(kind string) string { return kind[strings.LastIndexByte(kind, '.')+1:] }
