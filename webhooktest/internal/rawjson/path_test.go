package rawjson_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

func TestGet(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"id":                     `"evt_1"`,
		"data.object.amount":     "1.0",
		"data.object.tax":        "1e2",
		"data.object.items.0":    `{"id":"a\u00e9\/"}`,
		"data.object.items.0.id": `"a\u00e9\/"`,
		"data.object.items.2":    "[]",
		`a\.b`:                   `"dotted"`,
		"big":                    "9007199254740993",
		"empty":                  "{ }",
		"zero":                   "null",
	} {
		got, err := rawjson.Get([]byte(document), path)
		require.NoError(t, err, path)
		require.Equal(t, want, string(got), path)
	}
}

func TestPathErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path string
		noPath     bool
		want       string
	}{
		{"a typo", "data.object.amuont", true, `no such path "data.object.amuont": did you mean data.object.amount`},
		{"its end only", "tax", true, "did you mean data.object.tax"},
		{"beyond the list", "data.object.items.3", true, "did you mean data.object.items.0, "},
		{"inside a string", "id.x", true, "did you mean id"},
		{"inside null", "zero.x", true, "did you mean zero"},
		{"an escape forgotten", "a.b", true, `did you mean a\.b`},
		{"nothing", "", false, `path "": empty key (write a.b.0.c)`},
		{"a dot", ".", false, `path ".": empty key`},
		{"a dot at the end", "data.", false, `path "data.": empty key`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, errGet := rawjson.Get([]byte(document), test.path)
			_, errSet := rawjson.Set([]byte(document), test.path, []byte("1"), false)
			for _, err := range []error{errGet, errSet} {
				require.ErrorContains(t, err, test.want)
				if test.noPath {
					require.ErrorIs(t, err, rawjson.ErrNoPath)
				}
			}
		})
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, raw string
		old, new        string // the only part that changes
	}{
		{"a string", "id", `"x"`, `"evt_1"`, `"x"`},
		{"a number as it is spelled", "data.object.amount", "2.00", "1.0", "2.00"},
		{"the last of a line", "data.object.items", "[]", `[ {"id":"a\u00e9\/"}, {} ,[]]`, "[]"},
		{"an element", "data.object.items.1", "true", " {} ,", " true ,"},
		{"a key with a dot", `a\.b`, "1", `"dotted"`, "1"},
		{"an object, laid out as the text is", "empty", `{"a":{"b":[1]}}`, "{ }", "{\n    \"a\": {\n      \"b\": [\n        1\n      ]\n    }\n  }"},
		{"the same again", "zero", "null", "null", "null"},
	}
	for _, test := range tests {
		for _, add := range []bool{false, true} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				require.Equal(t, 1, strings.Count(document, test.old))
				got, err := rawjson.Set([]byte(document), test.path, []byte(test.raw), add)
				require.NoError(t, err)
				require.Equal(t, strings.Replace(document, test.old, test.new, 1), string(got))
			})
		}
	}
}

func TestSetInOneLine(t *testing.T) {
	t.Parallel()
	got, err := rawjson.Set([]byte(`{"a":{"b":1},"c":2}`), "a", []byte(`{ "x": [1] }`), false)
	require.NoError(t, err)
	require.Equal(t, `{"a":{ "x": [1] },"c":2}`, string(got), "the value stays as it is given")
}

// A value is laid out as the text is, with empty objects and lists as Stripe delivers them
// or as its API answers.
func TestSetEmpty(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, path, raw, want string }{
		{"Stripe's delivery", "{\n  \"a\": 1,\n  \"b\": {\n  }\n}", "a", "[]", "{\n  \"a\": [\n\n  ],\n  \"b\": {\n  }\n}"},
		{"at a depth", "{\n  \"a\": {\n    \"b\": 1\n  }\n}", "a.b", `{"c":{},"d":[]}`, "{\n  \"a\": {\n    \"b\": {\n      \"c\": {\n      },\n      \"d\": [\n\n      ]\n    }\n  }\n}"},
		{"none before", "{\n  \"a\": 1\n}", "a", "{}", "{\n  \"a\": {\n  }\n}"},
		{"added", "{\n  \"a\": 1\n}", "b.c", "{}", "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": {\n    }\n  }\n}"},
		{"a response of the API", "{\n  \"a\": 1,\n  \"b\": []\n}", "a", `{"c":{}}`, "{\n  \"a\": {\n    \"c\": {}\n  },\n  \"b\": []\n}"},
		{"brackets in a text are nothing empty", "{\n  \"a\": 1,\n  \"b\": \"{}\"\n}", "a", "{}", "{\n  \"a\": {\n  },\n  \"b\": \"{}\"\n}"},
		{"one line", `{"a":1,"b":[]}`, "a", "{}", `{"a":{},"b":[]}`},
	}
	for _, test := range tests {
		got, err := rawjson.Set([]byte(test.text), test.path, []byte(test.raw), true)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, string(got), test.name)
	}
}

func TestRemoveTheLast(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":{"b":1}}`:                                     `{"a":{}}`,
		`{"a":[1]}`:                                         `{"a":[]}`,
		"{\n  \"a\": {\n    \"b\": 1\n  }\n}":               "{\n  \"a\": {\n  }\n}",
		"{\n  \"a\": [\n    1\n  ]\n}":                      "{\n  \"a\": [\n\n  ]\n}",
		"{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": []\n}": "{\n  \"a\": {},\n  \"c\": []\n}",
	} {
		root, err := rawjson.Parse([]byte(text))
		require.NoError(t, err)
		paths := root.Paths() // the first is a, the second what is in it
		got, err := rawjson.Remove([]byte(text), paths[1])
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
}

func TestSetErrors(t *testing.T) {
	t.Parallel()
	_, err := rawjson.Set([]byte("{\n]"), "a", []byte("1"), true)
	require.EqualError(t, err, "line 2, column 1: invalid character ']' looking for beginning of object key string")
	_, err = rawjson.Set([]byte("{}"), "a", []byte("{\n]"), true)
	require.EqualError(t, err, "value for a: line 2, column 1: invalid character ']' looking for beginning of object key string")
	_, err = rawjson.Set([]byte("{}"), "a", nil, true)
	require.EqualError(t, err, "value for a: line 1, column 1: empty, want a JSON value")
}

func TestAdd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, path string
		want             string
	}{
		{"to nothing", `{}`, "a", `{"a":1}`},
		{"to nothing, spread out", "{\n}", "a", "{\n  \"a\": 1\n}"},
		{"at the beginning", `{"b":0}`, "a", `{"a":1,"b":0}`},
		{"between", `{"a":0,"c":0}`, "b", `{"a":0,"b":1,"c":0}`},
		{"at the end", `{"a":0}`, "b", `{"a":0,"b":1}`},
		{"the id goes first", `{"object":"x","a":0}`, "id", `{"id":1,"object":"x","a":0}`},
		{"then the object", `{"id":"x","a":0}`, "object", `{"id":"x","object":1,"a":0}`},
		{"then the others", `{"id":"x","object":"y","b":0}`, "a", `{"id":"x","object":"y","a":1,"b":0}`},
		{"nested", `{}`, "a.b.c", `{"a":{"b":{"c":1}}}`},
		{"nested, spread out", "{\n  \"x\": 0\n}", "a.b", "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"x\": 0\n}"},
		{"metadata in the order in which it is set", `{"metadata":{"user":0,"plan":0}}`, "metadata.order", `{"metadata":{"user":0,"plan":0,"order":1}}`},
		{"what is inside metadata in its own order", `{"metadata":{"user":{"b":0}}}`, "metadata.user.a", `{"metadata":{"user":{"a":1,"b":0}}}`},
		{"deeper in", "{\n  \"x\": {\n    \"y\": 0\n  }\n}", "x.z", "{\n  \"x\": {\n    \"y\": 0,\n    \"z\": 1\n  }\n}"},
		{"to an empty object deeper in", "{\n  \"x\": {}\n}", "x.z", "{\n  \"x\": {\n    \"z\": 1\n  }\n}"},
		{"to a list", `[0]`, "1", `[0,1]`},
		{"to an empty list", `{"a":[]}`, "a.0", `{"a":[1]}`},
		{"an object to a list", `{"a":[]}`, "a.0.b", `{"a":[{"b":1}]}`},
		{"a number is a key of an object", `{}`, "0", `{"0":1}`},
		{"a key with a dot", `{}`, `a\.b.c`, `{"a.b":{"c":1}}`},
		{"a key with quotes", `{}`, `a"b`, `{"a\"b":1}`},
		{"the layout around stays", ` { "b" : 0 } `, "c", ` { "b" : 0,"c":1 } `},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := rawjson.Set([]byte(test.text), test.path, []byte("1"), true)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
		})
	}
}

func TestAddErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, path, want string }{
		{"a gap", `[0]`, "2", `no such path "2": the list has 1 elements: write position 1 to add one`},
		{"before the beginning", `{"a":[0]}`, "a.-1", `no such path "a.-1": the list has 1 elements`},
		{"a name in a list", `[]`, "a", `no such path "a": the list has 0 elements: write position 0 to add one`},
		{"inside a string", `{"a":"text"}`, "a.b.c", `no such path "a.b.c": b is inside "text", which is neither an object nor a list`},
		{"inside null", `{"a":null}`, "a.b", `b is inside null, which is neither`},
		{"at the root", `1`, "a", `a is inside 1, which is neither`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := rawjson.Set([]byte(test.text), test.path, []byte("1"), true)
			require.ErrorContains(t, err, test.want)
			require.ErrorIs(t, err, rawjson.ErrNoPath)
		})
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"id", "object", "data", "data.object", "data.object.amount", "data.object.tax",
		"data.object.items", "data.object.items.0", "data.object.items.0.id", "data.object.items.1", "data.object.items.2",
		`a\.b`, "big", "empty", "zero",
	}, parse(t, document).Paths())
	require.Empty(t, parse(t, "1").Paths())
}
