package layout_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/internal/layout"
)

func TestIndent(t *testing.T) {
	t.Parallel()
	const text = ` {"data":[],"a" : {"metadata":{ },"b":[[ ],{}],"c":"[] {} \" \\"},"n":[1.0,-1e2,null]} ` + "\n"
	const opened = `{
  "data": [

  ],
  "a": {
    "metadata": {
    },
    "b": [
      [

      ],
      {
      }
    ],
    "c": "[] {} \" \\"
  },
  "n": [
    1.0,
    -1e2,
    null
  ]
}`
	require.Equal(t, opened, string(layout.Opened.Indent([]byte(text), "")))
	require.Equal(t, opened, string(layout.Opened.Indent([]byte(opened), "")), "what is laid out stays")
	for _, test := range []struct {
		name, text, prefix string
		how                layout.Layout
		want               string
	}{
		{"a list inside a line", "[ ]", "  ", layout.Opened, "[\n\n  ]"},
		{"an object inside a line", "{\n}", "  ", layout.Opened, "{\n  }"},
		{"a value inside a line", `{"a":[{}]}`, "  ", layout.Opened, "{\n    \"a\": [\n      {\n      }\n    ]\n  }"},
		{"closed", `{"a":[{` + "\n\n" + `},[]]}`, "", layout.Closed, "{\n  \"a\": [\n    {},\n    []\n  ]\n}"},
		{"a scalar", " 1e2 ", "  ", layout.Opened, "1e2"},
		{"a text", "\t\"a\\\\\"\n", "", layout.Opened, `"a\\"`},
	} {
		require.Equal(t, test.want, string(test.how.Indent([]byte(test.text), test.prefix)), test.name)
	}
}

// encoding/json indents as Closed does.
func TestGoJudges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.Marshal(anyJSON(3).Draw(t, "value"))
		require.NoError(t, err)
		prefix := rapid.StringMatching(" {0,4}").Draw(t, "prefix")
		var want, compact bytes.Buffer
		require.NoError(t, json.Indent(&want, text, prefix, "  "))
		require.Equal(t, want.String(), string(layout.Closed.Indent(text, prefix)))

		opened := layout.Opened.Indent(text, prefix)
		require.NoError(t, json.Compact(&compact, opened))
		require.Equal(t, string(text), compact.String(), "nothing but white space is written")
		require.Equal(t, want.String(), string(layout.Closed.Indent(opened, prefix)))
	})
}

func anyJSON(depth int) *rapid.Generator[any] {
	scalars := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Int(), func(n int) any { return n }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.SampledFrom([]any{"[]", "{}", `"`, `\`, `\"`, "a: [", true}),
	)
	if depth == 0 {
		return scalars
	}
	return rapid.OneOf(
		scalars,
		rapid.Map(rapid.SliceOfN(anyJSON(depth-1), 0, 3), func(list []any) any { return list }),
		rapid.Map(rapid.MapOfN(rapid.String(), anyJSON(depth-1), 0, 3), func(object map[string]any) any { return object }),
	)
}
