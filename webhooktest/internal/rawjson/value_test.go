package rawjson_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		kind       byte
		value      string // the text without the white space around
	}{
		{"an object", ` {"a": 1} `, '{', `{"a": 1}`},
		{"a list", "\n[1, 2]\n", '[', "[1, 2]"},
		{"a string", `"a\"b\\"`, '"', `"a\"b\\"`},
		{"a number", "-1.5e+3\r\n", '0', "-1.5e+3"},
		{"true", "\ttrue", '0', "true"},
		{"null", "null", '0', "null"},
		{"empty object", "{ }", '{', "{ }"},
		{"empty list", "[]", '[', "[]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := parse(t, test.text)
			require.Equal(t, string(test.kind), string(root.Kind))
			require.Equal(t, test.value, test.text[root.Start:root.End])
			require.Equal(t, root.Start, root.From)
		})
	}
}

func TestParseChildren(t *testing.T) {
	t.Parallel()
	text := ` { "a" : [ 1 , "x,]}" , {} ] , "\u0062" : -2 }`
	root := parse(t, text)
	var found []string
	root.All(func(v *rawjson.Value) { found = append(found, v.Key+"|"+text[v.From:v.End]+"|"+text[v.Start:v.End]) })
	require.Equal(t, []string{
		`|` + text[1:] + `|` + text[1:],
		`a|"a" : [ 1 , "x,]}" , {} ]|[ 1 , "x,]}" , {} ]`,
		`|1|1`,
		`|"x,]}"|"x,]}"`,
		`|{}|{}`,
		`b|"\u0062" : -2|-2`,
	}, found)
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       string
	}{
		{"nothing", "", "line 1, column 1: empty, want a JSON value"},
		{"white space only", " \r\n\t", "line 1, column 1: empty, want a JSON value"},
		{"the first byte", "x", "line 1, column 1: invalid character 'x' looking for beginning of value"},
		{"the first line", `{"a": tru}`, "line 1, column 10: invalid character '}' in literal true (expecting 'e')"},
		{"the third line", "{\n  \"a\": 1,\n  b: 2\n}", "line 3, column 3: invalid character 'b' looking for beginning of object key string"},
		{"CR LF", "{\r\n\"a\" 1}", "line 2, column 5: invalid character '1' after object key"},
		{"columns are bytes", `{"é": x}`, "line 1, column 8: invalid character 'x' looking for beginning of value"},
		{"the end", "{\n  \"a\": [1", "line 2, column 9: unexpected end of JSON input"},
		{"after the end", "{}\n{}", "line 2, column 1: invalid character '{' after top-level value"},
		{"a line break in a string", "[\"a\nb\"]", `line 1, column 4: invalid character '\n' in string literal`},
		{"a leading zero", "[01]", "line 1, column 3: invalid character '1' after array element"},
		{"too deep", strings.Repeat("[", 10_001), "line 1, column 10001: invalid character '[' exceeded max depth"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := rawjson.Parse([]byte(test.text))
			require.EqualError(t, err, test.want)
		})
	}
}

func TestChild(t *testing.T) {
	t.Parallel()
	root := parse(t, `{"a":[10,20],"1":"one","é":2,"\u0041":3}`)
	require.Equal(t, "a", root.Child("a").Key)
	require.Equal(t, "1", root.Child("1").Key, "a number may be a key")
	require.Equal(t, "é", root.Child("é").Key)
	require.Equal(t, "A", root.Child("A").Key, "an escaped key is found as what it means")
	require.Nil(t, root.Child(""))
	require.Nil(t, root.Child("b"))

	list := root.Child("a")
	require.Equal(t, list.Children[1], *list.Child("1"))
	for _, key := range []string{"2", "-1", "+1", "01", "-0", "a", "", "1.0", "99999999999999999999"} {
		require.Nil(t, list.Child(key), key)
	}
	require.Nil(t, root.Child("1").Child("0"), "a string has no children")
}

func TestParseShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       int // elements that are kept
	}{
		{"a short list", `{"a":[1,2]}`, 2},
		{"a long one", `{"a":[1,2,3,4,5]}`, 0},
		{"brackets in strings", `{"a":["]]","\"]"]}`, 0},
		{"a long one inside", `{"a":[ [1,2,3,4,5] ]}`, 0},
	} {
		root, err := rawjson.ParseShort([]byte(c.text), 8)
		require.NoError(t, err, c.name)
		a := root.Child("a")
		require.Len(t, a.Children, c.want, c.name)
		require.Equal(t, c.text, `{"a":`+c.text[a.Start:a.End]+`}`, "%s: where it ends", c.name)
	}
	_, err := rawjson.ParseShort([]byte(`[1,]`), 1)
	require.ErrorContains(t, err, "line 1, column 4")
}
