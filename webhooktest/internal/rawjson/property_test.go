package rawjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A generator is not for several tests at a time: each call makes one.

// space draws the white space between two tokens.
func space() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "", "", " ", "\n", "\r\n", "\t", "\n  ", " \n\n\t"})
}

// key draws the name of a member: anything but the empty text, which no path can
// name, and a backslash at its end, which would escape the path's dot.
func key() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"id", "object", "amount", "a.b", ".", "0", "1", "é", "😀", `q"uote`, `back\slash`, "line\nbreak", " "}),
		rapid.StringMatching(`[a-z]{1,3}`),
	)
}

// number draws one in any spelling.
func number() *rapid.Generator[string] {
	return rapid.StringMatching(`-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?`)
}

// text draws JSON in any layout.
func text(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kinds := 3
		if depth > 0 {
			kinds = 5
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "word")
		case 1:
			return number().Draw(t, "number")
		case 2:
			return quoted(t, rapid.String().Draw(t, "string"))
		case 3:
			return join(t, "[", "]", rapid.SliceOfN(text(depth-1), 0, 4).Draw(t, "list"))
		}
		var members []string
		for _, name := range rapid.SliceOfNDistinct(key(), 0, 4, rapid.ID).Draw(t, "keys") {
			members = append(members, quoted(t, name)+space().Draw(t, "")+":"+space().Draw(t, "")+text(depth-1).Draw(t, "member"))
		}
		return join(t, "{", "}", members)
	})
}

// join puts a list between brackets, with white space anywhere.
func join(t *rapid.T, open, closing string, parts []string) string {
	var out strings.Builder
	out.WriteString(open + space().Draw(t, ""))
	for i, part := range parts {
		if i > 0 {
			out.WriteString(space().Draw(t, "") + "," + space().Draw(t, ""))
		}
		out.WriteString(part)
	}
	return out.String() + space().Draw(t, "") + closing
}

// quoted draws one of the spellings of a string: with escapes or as it is.
func quoted(t *rapid.T, s string) string {
	if !rapid.Bool().Draw(t, "escaped") {
		raw, err := rawjson.Encode(s)
		require.NoError(t, err)
		return string(raw)
	}
	var out strings.Builder
	for _, r := range s {
		if r > 0xffff {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, `\u%04X`, r)
		}
	}
	return `"` + out.String() + `"`
}

// whole draws a document: a value with white space around.
func whole(t *rapid.T) []byte {
	return []byte(space().Draw(t, "") + text(4).Draw(t, "document") + space().Draw(t, ""))
}

func TestSetChangesOneValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := whole(t)
		root, err := rawjson.Parse(before)
		require.NoError(t, err)
		paths := root.Paths()
		if len(paths) == 0 {
			t.Skip("no path in it")
		}
		path := rapid.SampledFrom(paths).Draw(t, "path")
		raw := whole(t)

		after, err := rawjson.Set(before, path, raw, rapid.Bool().Draw(t, "add"))
		require.NoError(t, err)
		old := find(&root, path)
		require.True(t, bytes.HasPrefix(after, before[:old.Start]), "bytes before the value")
		require.True(t, bytes.HasSuffix(after, before[old.End:]), "bytes after the value")

		got, err := rawjson.Get(after, path)
		require.NoError(t, err)
		require.Equal(t, decode(t, raw), decode(t, got), "Get returns what Set set")
		require.True(t, sameNumbers(raw, got), "numbers and strings are spelled as given")
	})
}

// find returns the value of a path that Paths returned.
func find(root *rawjson.Value, path string) *rawjson.Value {
	byPath := make(map[string]*rawjson.Value)
	var all []*rawjson.Value
	root.All(func(v *rawjson.Value) { all = append(all, v) })
	for i, path := range root.Paths() { // in the order of All, which has the root as well
		byPath[path] = all[i+1]
	}
	return byPath[path]
}

// sameNumbers compares JSON text without white space.
func sameNumbers(a, b []byte) bool {
	var left, right bytes.Buffer
	return json.Compact(&left, a) == nil && json.Compact(&right, b) == nil && bytes.Equal(left.Bytes(), right.Bytes())
}

func TestGetFindsEveryPath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		document := whole(t)
		root, err := rawjson.Parse(document)
		require.NoError(t, err)
		for _, path := range root.Paths() {
			got, err := rawjson.Get(document, path)
			require.NoError(t, err)
			v := find(&root, path)
			require.Equal(t, string(document[v.Start:v.End]), string(got), path)
		}
	})
}

// What Set adds is all that it adds: without it the document is the old one.
func TestAddAddsOneValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := []byte(`{"data":` + string(whole(t)) + `}`)
		after, err := rawjson.Set(before, "new.nested", []byte("[1.0]"), true)
		require.NoError(t, err)
		want, got := decode(t, before).(map[string]any), decode(t, after).(map[string]any)
		want["new"] = map[string]any{"nested": []any{1.0}}
		require.Equal(t, want, got)
		require.Contains(t, string(after), "1.0")
	})
}

func TestReorderKeysKeepsMeaning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := whole(t)
		after, err := rawjson.ReorderKeys(before, reversed)
		require.NoError(t, err)
		require.Equal(t, decode(t, before), decode(t, after))
		require.Len(t, after, len(before))

		again, err := rawjson.ReorderKeys(after, reversed)
		require.NoError(t, err)
		require.Equal(t, string(before), string(again), "reversed twice is the text itself")
	})
}

// An outline is the value without what is inside its members.
func TestOutlineIsTheOutermostOfParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := whole(t)
		full, err := rawjson.Parse(text)
		require.NoError(t, err)
		for i := range full.Children {
			full.Children[i].Children = nil
		}
		outline, err := rawjson.Outline(text)
		require.NoError(t, err)
		require.Equal(t, full, outline)
	})
	_, err := rawjson.Outline([]byte(`{"a":`))
	require.EqualError(t, err, "line 1, column 5: unexpected end of JSON input")
}

// What Get finds is found, and nothing else.
func TestFindIsGet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := whole(t)
		root, err := rawjson.Parse(text)
		require.NoError(t, err)
		paths := append(root.Paths(), "id", "0.id", "a..b", "")
		path := rapid.SampledFrom(paths).Draw(t, "path") + rapid.SampledFrom([]string{"", "", ".0", ".id", "."}).Draw(t, "more")
		want, err := rawjson.Get(text, path)
		got, ok := rawjson.Find(text, path)
		require.Equal(t, err == nil, ok, path)
		require.Equal(t, string(want), string(got), path)
	})
	for text, want := range map[string]string{`{"a":1,"b":2,"a":3}`: "3", `{"\u0061":{"b":1}}`: `{"b":1}`} {
		got, ok := rawjson.Find([]byte(text), "a")
		require.True(t, ok)
		require.Equal(t, want, string(got), "decoders take the last of two")
	}
}

// The parts of an object or list are its members or elements, as Outline finds them.
func TestPartsAreChildren(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := whole(t)
		outline, err := rawjson.Outline(text)
		require.NoError(t, err)
		if outline.Kind != '{' && outline.Kind != '[' {
			t.Skip("no parts")
		}
		children := outline.Children
		for key, raw := range rawjson.Parts(text) {
			require.Equal(t, children[0].Key, key)
			require.Equal(t, string(text[children[0].Start:children[0].End]), string(raw))
			children = children[1:]
		}
		require.Empty(t, children)
	})
}
