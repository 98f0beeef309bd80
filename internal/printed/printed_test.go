package printed_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/printed"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"Python", `{'a': None, "b": [True, -1.5], 'c': 'it\'s é \x41 "q"'}`, `{"a":null,"b":[true,-1.5],"c":"it's é A \"q\""}`},
		{"Ruby", `{"a"=>nil, :b=>[], c: "\u00e9\#{x}"}`, `{"a":null,"b":[],"c":"é#{x}"}`},
		{"JavaScript", "{ a: undefined, 'b-c': `x`, d: { e: 'y\\n' +\n  'z' } }", `{"a":null,"b-c":"x","d":{"e":"y\nz"}}`},
		{"PHP's var_export", "array (\n  'a' => NULL,\n  'b' => \n  array (\n    0 => 1,\n    1 => 'x',\n  ),\n)", `{"a":null,"b":[1,"x"]}`},
		{"PHP's short arrays", `['a' => 1, 'b' => [1, 2]]`, `{"a":1,"b":[1,2]}`},
		{"PHP's var_dump", "array(2) {\n  [\"a\"]=>\n  string(3) \"x\"y\"\n  [\"b\"]=>\n  array(1) {\n    [0]=>\n    int(7)\n  }\n}", `{"a":"x\"y","b":[7]}`},
		{"Laravel's dump", "array:2 [\n  \"a\" => \"x\"\n  \"b\" => array:1 [\n    0 => array:1 [\n      \"c\" => 1\n    ]\n  ]\n]", `{"a":"x","b":[{"c":1}]}`},
		{"Elixir's map", `%{"a" => nil, "b" => [%{"c" => 1}], "d" => %{}}`, `{"a":null,"b":[{"c":1}],"d":{}}`},
		{"Elixir's map of atoms", `%{a: nil, b: [%{c: "x"}]}`, `{"a":null,"b":[{"c":"x"}]}`},
		{"a pair of surrogates", `{'a': '\ud83d\ude00'}`, `{"a":"😀"}`},
		{"control characters", `{'a': '\x01'}`, `{"a":"\u0001"}`},
	}
	for _, test := range tests {
		value, end, err := printed.JSON([]byte(test.text))
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, string(value), test.name)
		require.Equal(t, len(test.text), end, test.name)
	}
	for _, text := range []string{"", "{", "{a", "[Object]", "{'a': [Object]}", "array (", "string(9) \"x\"", "hello"} {
		_, _, err := printed.JSON([]byte(text))
		require.ErrorIs(t, err, printed.ErrNoValue, text)
	}
}

// FuzzJSON writes JSON or nothing, whatever was printed.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{
		`{'a': None}`, `{"a"=>nil, :b=>[1]}`, "{ a: 'x' +\n 'y' }", "array (\n 0 => 1,\n)", "array(1) {\n  [\"a\"]=>\n  string(1) \"x\"\n}", `{'a': '\ud83d'}`, `['a' => 1, 2]`, "{,}", "{:}", "{'a':",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, end, err := printed.JSON(text)
		if err != nil {
			return
		}
		require.LessOrEqual(t, end, len(text))
		if utf8.Valid(text) {
			require.True(t, json.Valid(value), "%q", value)
		}
	})
}
