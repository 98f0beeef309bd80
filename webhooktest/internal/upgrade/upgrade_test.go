package upgrade_test

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/upgrade"
)

func TestChange(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, change, object, want string }{
		{"a field is removed", `{"remove": ["b"]}`, `{"a":1,"b":2,"c":3}`, `{"a":1,"c":3}`},
		{"in each element", `{"remove": ["l.*.b"]}`, `{"l":[{"b":1},{"a":1,"b":2}]}`, `{"l":[{},{"a":1}]}`},
		{"what is not there is not removed", `{"remove": ["x.y"]}`, `{"a":1}`, `{"a":1}`},

		{"a field is added in the order of keys", `{"add": {"b": {"x":null}}}`, `{"id":"1","object":"o","a":1,"c":3}`, `{"id":"1","object":"o","a":1,"b":{"x":null},"c":3}`},
		{"the id comes first", `{"add": {"id": "x"}}`, `{"object":"o","a":1}`, `{"id":"x","object":"o","a":1}`},
		{"to each element", `{"add": {"l.*.b": 1}}`, `{"l":[{},{"c":1}]}`, `{"l":[{"b":1},{"b":1,"c":1}]}`},
		{"what is there stays", `{"add": {"a": 2}}`, `{"a":1}`, `{"a":1}`},
		{"null stays too", `{"add": {"a": 2}}`, `{"a":null}`, `{"a":null}`},
		{"no parent comes to be", `{"add": {"p.a": 2}}`, `{"p":null}`, `{"p":null}`},

		{"a field is renamed", `{"move": {"a": "b"}}`, `{"a":[1],"c":2}`, `{"b":[1],"c":2}`},
		{"a field is moved into a new object", `{"move": {"a": "p.q.a"}}`, `{"a":1}`, `{"p":{"q":{"a":1}}}`},
		{"and into one that was null", `{"move": {"a": "p.a"}}`, `{"a":1,"p":null}`, `{"p":{"a":1}}`},
		{"to each element", `{"move": {"end": "l.*.end"}}`, `{"end":5,"l":[{"id":"a"},{"id":"b"}]}`, `{"l":[{"id":"a","end":5},{"id":"b","end":5}]}`},
		{"within each element", `{"move": {"l.*.a": "l.*.p.a"}}`, `{"l":[{"a":1},{"a":2}]}`, `{"l":[{"p":{"a":1}},{"p":{"a":2}}]}`},
		{"what is not there is not moved", `{"move": {"a": "b"}}`, `{"c":1}`, `{"c":1}`},
		{"a field is copied", `{"copy": {"a": "b"}}`, `{"a":{"x":1}}`, `{"a":{"x":1},"b":{"x":1}}`},
		{"into an element", `{"copy": {"a": "l.0.b"}}`, `{"a":1,"l":[{}]}`, `{"a":1,"l":[{"b":1}]}`},
		{"a number as a decimal", `{"decimal": {"n": "d"}}`, `{"n":12}`, `{"d":"12","n":12}`},
		{"null as a decimal", `{"decimal": {"n": "d"}}`, `{"n":null}`, `{"d":null,"n":null}`},
		{"an enum's value", `{"replace": {"m": {"old":"new"}}}`, `{"m":"old"}`, `{"m":"new"}`},
		{"another value of the enum", `{"replace": {"m": {"old":"new"}}}`, `{"m":"x"}`, `{"m":"x"}`},

		{"a move comes before what it leaves empty is filled", `{"move": {"a":"p.a"}, "add": {"p": null}}`, `{"a":1}`, `{"p":{"a":1}}`},
		{"if there is a value", `{"if": {"a": "*"}, "remove": ["b"]}`, `{"a":0,"b":1}`, `{"a":0}`},
		{"if there is none", `{"if": {"a": null}, "remove": ["b"]}`, `{"a":0,"b":1}`, `{"a":0,"b":1}`},
		{"if null, which a missing field is too", `{"if": {"a": null}, "remove": ["b"]}`, `{"b":1}`, `{}`},
		{"if this value", `{"if": {"a.b": "x"}, "remove": ["a"]}`, `{"a":{"b":"x"}}`, `{}`},
		{"if all", `{"if": {"a": 1, "b": true}, "remove": ["a"]}`, `{"a":1,"b":false}`, `{"a":1,"b":false}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file, err := upgrade.Decode([]byte(`{"format":1,"changes":[`+test.change+`]}`), "test")
			require.NoError(t, err)
			object := parse(t, test.object)
			require.NoError(t, object.Apply(file.Changes))
			require.Equal(t, test.want, string(object.Text()))
		})
	}
}

func parse(t *testing.T, text string) *upgrade.Object {
	t.Helper()
	root, err := rawjson.Parse([]byte(text))
	require.NoError(t, err)
	return upgrade.New([]byte(text), &root)
}

func TestDecodeIsStrict(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"format":1,"changes":[{"removed":["a"]}]}`:           `unknown field "removed"`,
		`{"format":1,"changes":[{"add":{"a":1}}],"more":true}`: `unknown field "more"`,
		`{"format":1,"changes":[{"remove":"a"}]}`:              "remove",
		`{"format":1,"changes":[`:                              "line 1",
	} {
		_, err := upgrade.Decode([]byte(text), "fixtures/file.json")
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "fixtures/file.json")
	}
}

func TestLabelsStayWithTheirValues(t *testing.T) {
	t.Parallel()
	file, err := upgrade.Decode([]byte(`{"format":1,"changes":[
		{"move": {"end": "l.*.end"}, "copy": {"n": "m"}, "decimal": {"n": "d"}, "remove": ["gone"], "nullable": ["m", "n"]}, {"not_null": ["n", "nowhere", "void"]}]}`), "test")
	require.NoError(t, err)
	object := parse(t, `{"end":5,"gone":1,"l":[{"id":"a"},{"id":"b"}],"n":1,"void":null}`)
	for _, path := range []string{"end", "gone", "n", "nowhere"} {
		object.Label(path, path)
	}
	require.NoError(t, object.Apply(file.Changes))
	var got []string
	object.Labeled(func(label, path string) { got = append(got, label+": "+path) })
	require.Equal(t, []string{"n: d", "end: l.0.end", "end: l.1.end", "n: m", "nullable: m", "n: n"}, got)
}

func TestBefore(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, object, previous, want string }{
		{"a value", `{"a":1,"b":2}`, `{"b":3}`, `{"a":1,"b":3}`},
		{"inside an object", `{"a":{"x":1,"y":2}}`, `{"a":{"y":3}}`, `{"a":{"x":1,"y":3}}`},
		{"a list as a whole", `{"l":[1,2]}`, `{"l":[3]}`, `{"l":[3]}`},
		{"an object that was null", `{"a":{"x":1}}`, `{"a":null}`, `{"a":null}`},
		{"a key that has gone", `{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
	}
	for _, test := range tests {
		object := parse(t, test.object)
		previous, err := rawjson.Parse([]byte(test.previous))
		require.NoError(t, err, test.name)
		before := object.Before([]byte(test.previous), &previous)
		require.Equal(t, test.want, string(before.Text()), test.name)
		require.Equal(t, test.object, string(object.Text()), test.name)
	}
}

func TestChangesReachWhatIsInside(t *testing.T) {
	t.Parallel()
	object := parse(t, `{"object":"invoice","lines":{"data":[{"object":"line_item","price":{"object":"price","id":"price_1","product":"prod_1","recurring":{"aggregate_usage":null},"unit_amount_decimal":"5"},"type":"x"}]},"subscription":"sub_1"}`)
	require.NoError(t, object.To("2025-02-24.acacia", "2025-03-31.basil"))
	parent, err := rawjson.Get(object.Text(), "parent.subscription_details.subscription")
	require.NoError(t, err)
	require.JSONEq(t, `"sub_1"`, string(parent))
	pricing, err := rawjson.Get(object.Text(), "lines.data.0.pricing")
	require.NoError(t, err)
	require.JSONEq(t, `{"price_details":{"price":"price_1","product":"prod_1"},"type":"price_details","unit_amount_decimal":"5"}`, string(pricing))
}

// A path of a change that no object has is a typo. Every event of every type, version and
// flow is carried from the version that its object was written in to the newest.
func TestEveryPathIsUsed(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	unused := declared(t)
	versions := fixtures.Versions()
	newest := versions[len(versions)-1].Name
	used := func(file, path string) { delete(unused, file+": "+path) }
	for _, version := range versions {
		for _, event := range eventsFirstAt(t, version.Name) {
			raw, err := rawjson.Get(event.Body(), "data.object")
			require.NoError(t, err)
			object := parse(t, string(raw))
			object.Used = used
			require.NoError(t, object.To(version.Name, newest))
		}
	}
	assert.Empty(t, unused)
}

// declared returns each path that a change names, beside its file.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	paths := make(map[string]bool)
	files, err := fs.Glob(fixtures.FS, "2*/changes/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		require.Contains(t, versionNames(), path.Dir(path.Dir(file)), "a version that is not in versions.json")
		data, err := fixtures.FS.ReadFile(file)
		require.NoError(t, err)
		changes, err := upgrade.Decode(data, file)
		require.NoError(t, err)
		require.Equal(t, 1, changes.Format, file)
		for _, change := range changes.Changes {
			for _, name := range named(t, &change) {
				paths[file+": "+name] = true
			}
		}
	}
	return paths
}

func versionNames() (names []string) {
	for _, version := range fixtures.Versions() {
		names = append(names, version.Name)
	}
	return names
}

func named(t *testing.T, change *upgrade.Change) (paths []string) {
	t.Helper()
	for _, group := range []any{change.Move, change.Copy, change.Decimal, change.Add, change.Replace} {
		var members map[string]json.RawMessage
		text, err := json.Marshal(group)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &members))
		for name := range members {
			paths = append(paths, name)
		}
	}
	paths = slices.Concat(paths, change.Remove, change.Nullable, change.NotNull)
	for name := range change.If {
		require.False(t, strings.Contains(name, "*"), "%s: if takes no stars", name)
	}
	return paths
}

// eventsFirstAt returns the events of the types that a version brought, and at the first
// version those of the flows.
func eventsFirstAt(t *testing.T, version string) (events []*webhooktest.Event) {
	t.Helper()
	source := &webhooktest.Source{APIVersion: version, Seed: 1}
	for _, eventType := range fixtures.Types(version) {
		if first, _ := fixtures.Since(eventType); first != version {
			continue
		}
		described, err := fixtures.DescribeEvent(eventType)
		require.NoError(t, err)
		for n := range described.Versions + 1 {
			event, err := source.Event(eventType, webhooktest.Version(n))
			require.NoError(t, err)
			events = append(events, event)
		}
	}
	if version != fixtures.DefaultVersion {
		return events
	}
	for _, name := range fixtures.Flows() {
		flow, err := source.Flow(name)
		require.NoError(t, err)
		for _, step := range flow.Steps {
			events = append(events, step.Event)
		}
	}
	return events
}
