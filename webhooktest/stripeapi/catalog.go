package stripeapi

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// A kind is what Stripe calls an object's type ("payment_intent"), and how one of
// that kind looks: a tree with placeholders, as fixtures/README.md describes them.
type kind struct {
	name     string
	template *node
	id       string // the placeholder of its id: "pi"; empty when it has no id or a fixed one
}

// A catalog is what is known of Stripe's objects. It does not change.
type catalog struct {
	kinds   map[string]*kind
	byID    map[string][]string // kinds by the placeholder of their ids
	shapes  map[string]byte     // of fields by name, where all kinds agree
	facts   map[string]*fact
	writing writing
	routes  []routes.Route
}

// A fact is told by several fields: "charge:amount" and "refund:amount".
type fact struct {
	Description string   `json:"description"`
	Fields      []string `json:"fields"`

	fields map[string][]string // paths by kind
}

// bareKinds are objects that no event carries, and that the fixtures lack.
//
//go:embed objects.json
var bareKinds []byte

// writesJSON says what creating, deleting and actions do to an object.
//
//go:embed writes.json
var writesJSON []byte

// known is read when the first request needs it: the start of a command should not
// pay for it.
var known = sync.OnceValue(func() *catalog {
	c := &catalog{kinds: make(map[string]*kind), byID: make(map[string][]string)}
	c.readKinds()
	c.learnShapes()
	c.readFacts()
	mustDecode(writesJSON, &c.writing)
	c.routes = routes.All()
	return c
})

// mustDecode reads data that is part of the program.
func mustDecode(data []byte, v any) {
	if err := json.Unmarshal(data, v); err != nil {
		panic(err)
	}
}

func (c *catalog) readKinds() {
	files, err := fs.Glob(fixtures.FS, path.Join(fixtures.DefaultVersion, "objects", "*.json"))
	if err != nil {
		panic(err) // the pattern is good
	}
	for _, file := range files {
		data, err := fixtures.FS.ReadFile(file)
		if err != nil {
			panic(err) // embedded
		}
		c.add(strings.TrimSuffix(path.Base(file), ".json"), mustNode(data).child("object"))
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
	if id := template.child("id").str(); strings.HasPrefix(id, "{") && strings.HasSuffix(id, "}") {
		k.id = id[1 : len(id)-1]
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

// shapeOf tells objects, lists, text, numbers and booleans apart. "{now}" is a
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

func (c *catalog) readFacts() {
	data, _, err := fixtures.Find(fixtures.DefaultVersion, "shared.json")
	if err != nil {
		panic(err) // embedded
	}
	var file struct {
		Facts map[string]*fact `json:"facts"`
	}
	mustDecode(data, &file)
	c.facts = file.Facts
	c.facts["amount"].Fields = append(c.facts["amount"].Fields, "balance_transaction:amount", "transfer_reversal:amount")
	c.facts["currency"].Fields = append(c.facts["currency"].Fields, "balance_transaction:currency", "transfer_reversal:currency")
	for _, f := range c.facts {
		f.fields = make(map[string][]string)
		for _, field := range f.Fields {
			kind, path, _ := strings.Cut(field, ":")
			f.fields[kind] = append(f.fields[kind], path)
		}
	}
}

// eventState is what an event's fixture says of its object.
type eventState struct {
	Object string                     `json:"object"`
	Set    map[string]json.RawMessage `json:"set"`
	Add    map[string]json.RawMessage `json:"add"`
	Remove []string                   `json:"remove"`
}

// asIn returns the template of a kind as it is in an event of a type.
func (c *catalog) asIn(kind, eventType string) (*node, error) {
	tree := c.kind(kind).template.clone()
	data, _, err := fixtures.Find(fixtures.DefaultVersion, "events/"+eventType+".json")
	if err != nil {
		return nil, err
	}
	var state eventState
	if err := json.Unmarshal(data, &state); err != nil {
		return nil, err
	}
	if state.Object != kind {
		return nil, fmt.Errorf("%s is about a %s, not a %s", eventType, state.Object, kind)
	}
	for _, changes := range []map[string]json.RawMessage{state.Set, state.Add} {
		for _, p := range slices.Sorted(maps.Keys(changes)) {
			if !tree.set(p, mustNode(changes[p])) {
				return nil, fmt.Errorf("%s: no place for %s", eventType, p)
			}
		}
	}
	for _, p := range state.Remove {
		parent, key := tree, p
		if i := strings.LastIndexByte(p, '.'); i >= 0 {
			parent, key = tree.at(p[:i]), p[i+1:]
		}
		parent.remove(key)
	}
	return tree, nil
}

// creation returns the type of the event that a kind's creation is, if there is one.
func (c *catalog) creation(kind string) string {
	underscored := strings.ReplaceAll(kind, ".", "_")
	for _, candidate := range []string{kind + ".created", underscored + ".created", "customer." + kind + ".created"} {
		if _, err := c.asIn(kind, candidate); err == nil {
			return candidate
		}
	}
	return ""
}
