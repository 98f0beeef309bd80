package jsonstyle_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/internal/jsonstyle"
)

const room = 1 << 20

var (
	raw   = jsonstyle.Text{Respell: true}
	ascii = jsonstyle.Text{Respell: true, ASCII: true, Also: "\x7f"} // Python's
)

func written(t require.TestingT, text string, how jsonstyle.Style) string {
	document, err := jsonstyle.Parse([]byte(text))
	require.NoError(t, err, "%s", text)
	return string(document.Write(how, room))
}

func TestWrite(t *testing.T) {
	t.Parallel()
	const text = ` {"b" : [1.0, 1e2,{ }], "id":"\u00e9\/<\u2028", "a":{"object":null, "id":[ ]}, "10":-0.5,"9":"😀"}` + "\n"
	indented := jsonstyle.Layout{Indent: "  ", Colon: " "}
	tests := []struct {
		name string
		how  jsonstyle.Style
		want string
	}{
		{"nothing but white space", jsonstyle.Style{}, `{"b":[1.0,1e2,{}],"id":"\u00e9\/<\u2028","a":{"object":null,"id":[]},"10":-0.5,"9":"😀"}`},
		{"nothing at all", jsonstyle.Style{Layout: jsonstyle.Layout{Keep: true}}, text},
		{"spelling alone", jsonstyle.Style{Layout: jsonstyle.Layout{Keep: true}, Text: raw, Numbers: jsonstyle.Float64}, ` {"b" : [1, 100,{ }], "id":"é/<` + "\u2028" + `", "a":{"object":null, "id":[ ]}, "10":-0.5,"9":"😀"}` + "\n"},
		{"on one line", jsonstyle.Style{Layout: jsonstyle.Layout{Comma: " ", Colon: " "}, Text: ascii, Numbers: jsonstyle.Typed}, `{"b": [1.0, 100.0, {}], "id": "\u00e9/<\u2028", "a": {"object": null, "id": []}, "10": -0.5, "9": "\ud83d\ude00"}`},
		{"sorted", jsonstyle.Style{Order: jsonstyle.Sorted}, `{"10":-0.5,"9":"😀","a":{"id":[],"object":null},"b":[1.0,1e2,{}],"id":"\u00e9\/<\u2028"}`},
		{"as Stripe", jsonstyle.Style{Order: jsonstyle.Stripe}, `{"id":"\u00e9\/<\u2028","10":-0.5,"9":"😀","a":{"id":[],"object":null},"b":[1.0,1e2,{}]}`},
		{"as JavaScript", jsonstyle.Style{Order: jsonstyle.JavaScript}, `{"9":"😀","10":-0.5,"b":[1.0,1e2,{}],"id":"\u00e9\/<\u2028","a":{"object":null,"id":[]}}`},
		{"as PHP", jsonstyle.Style{Text: jsonstyle.Text{Respell: true, ASCII: true, Slash: true}, Numbers: jsonstyle.Trimmed, EmptyLists: true}, `{"b":[1,100,[]],"id":"\u00e9\/<\u2028","a":{"object":null,"id":[]},"10":-0.5,"9":"\ud83d\ude00"}`},
		{"upper case", jsonstyle.Style{Text: jsonstyle.Text{Respell: true, ASCII: true, Upper: true, Also: "<"}}, `{"b":[1.0,1e2,{}],"id":"\u00E9/\u003C\u2028","a":{"object":null,"id":[]},"10":-0.5,"9":"\uD83D\uDE00"}`},
		{"line separators", jsonstyle.Style{Text: jsonstyle.Text{Respell: true, Lines: true}}, `{"b":[1.0,1e2,{}],"id":"é/<\u2028","a":{"object":null,"id":[]},"10":-0.5,"9":"😀"}`},
		{"indented", jsonstyle.Style{Layout: indented}, "{\n  \"b\": [\n    1.0,\n    1e2,\n    {}\n  ],\n  \"id\": \"\\u00e9\\/<\\u2028\",\n  \"a\": {\n    \"object\": null,\n    \"id\": []\n  },\n  \"10\": -0.5,\n  \"9\": \"😀\"\n}"},
		{"as Ruby", jsonstyle.Style{Layout: jsonstyle.Layout{Indent: "  ", Colon: " ", OpenEmpty: true}}, "{\n  \"b\": [\n    1.0,\n    1e2,\n    {\n    }\n  ],\n  \"id\": \"\\u00e9\\/<\\u2028\",\n  \"a\": {\n    \"object\": null,\n    \"id\": [\n\n    ]\n  },\n  \"10\": -0.5,\n  \"9\": \"😀\"\n}"},
		{"as Jackson", jsonstyle.Style{Layout: jsonstyle.Layout{Indent: "  ", Colon: " ", Airy: true}}, "{\n  \"b\" : [ 1.0, 1e2, { } ],\n  \"id\" : \"\\u00e9\\/<\\u2028\",\n  \"a\" : {\n    \"object\" : null,\n    \"id\" : [ ]\n  },\n  \"10\" : -0.5,\n  \"9\" : \"😀\"\n}"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, written(t, text, test.how), test.name)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, raw, ascii string }{
		{"short escapes", `"\b\f\n\r\t\"\\"`, `"\b\f\n\r\t\"\\"`, `"\b\f\n\r\t\"\\"`},
		{"the same as numbers", `"\u0008\u000c\u000a\u000d\u0009\u0022\u005c"`, `"\b\f\n\r\t\"\\"`, `"\b\f\n\r\t\"\\"`},
		{"control characters", `"\u0000\u001F"`, `"\u0000\u001f"`, `"\u0000\u001f"`},
		{"half a pair", `"\uD83Dx\udE00"`, `"\uD83Dx\udE00"`, `"\uD83Dx\udE00"`},
		{"two first halves", `"\ud83d\ud83d\ude00"`, `"\ud83d😀"`, `"\ud83d\ud83d\ude00"`},
		{"not UTF-8", "\"\xff\xc3\"", "\"\xff\xc3\"", "\"\xff\xc3\""},
		{"a replacement character that was sent", `"�"`, `"�"`, `"\ufffd"`},
	}
	for _, test := range tests {
		require.Equal(t, test.raw, written(t, test.text, jsonstyle.Style{Text: raw}), test.name)
		require.Equal(t, test.ascii, written(t, test.text, jsonstyle.Style{Text: ascii}), test.name)
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	document, err := jsonstyle.Parse([]byte(`{"a":[],"b":25}`))
	require.NoError(t, err)
	var replace = make(map[int]string)
	for _, child := range document.Root().Children {
		switch document.Source(&child) {
		case "[]":
			replace[child.Start] = "{"
		case "25":
			replace[child.Start] = "25.0"
		}
	}
	changed := document.With(replace)
	require.Equal(t, `{"a":{},"b":25.0}`, string(changed.Write(jsonstyle.Style{}, room)))
	require.Equal(t, `{"a":{},"b":25.0}`, string(changed.Write(jsonstyle.Style{Layout: jsonstyle.Layout{Keep: true}}, room)))
	require.Equal(t, `{"a":[],"b":25}`, string(document.Write(jsonstyle.Style{}, room)), "the document itself stays")
}

func TestBounds(t *testing.T) {
	t.Parallel()
	_, err := jsonstyle.Parse([]byte("[" + strings.Repeat("0,", jsonstyle.MaxValues) + "0]"))
	require.EqualError(t, err, "more than 1048576 values")
	_, err = jsonstyle.Parse([]byte("\ufeff{}"))
	require.ErrorContains(t, err, "a byte order mark")
	_, err = jsonstyle.Parse([]byte("{"))
	require.ErrorContains(t, err, "line 1, column 1")
	deep := strings.Repeat("[", 9000) + "0" + strings.Repeat("]", 9000)
	document, err := jsonstyle.Parse([]byte(deep))
	require.NoError(t, err)
	require.Nil(t, document.Write(jsonstyle.Style{Layout: jsonstyle.Layout{Indent: "  "}}, room), "80 MB of white space")
	require.Nil(t, document.Write(jsonstyle.Style{Layout: jsonstyle.Layout{Keep: true}}, len(deep)-1))
	require.Equal(t, deep, string(document.Write(jsonstyle.Style{}, len(deep))))
}

// anyText draws JSON in any spelling.
func anyText(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kind := 2
		if depth > 0 {
			kind = 4
		}
		switch rapid.IntRange(0, kind).Draw(t, "kind") {
		case 0:
			return rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "word")
		case 1:
			return rapid.StringMatching(`-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		case 2:
			return anyString(t)
		case 3:
			return "[" + strings.Join(rapid.SliceOfN(anyText(depth-1), 0, 4).Draw(t, "list"), " , ") + "]"
		}
		var members []string
		for _, key := range rapid.SliceOfNDistinct(rapid.StringMatching("[a-z0-9é<]{1,3}"), 0, 5, rapid.ID).Draw(t, "keys") {
			members = append(members, `"`+key+`": `+anyText(depth-1).Draw(t, "member"))
		}
		return "{" + strings.Join(members, ",\n") + "}"
	})
}

func anyString(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
		"a", "é", "東", "😀", `\u00e9`, `\u00E9`, `\ud83d\ude00`, `\n`, `\u000a`, `\/`, "/", `\"`, `\\`, "<", ">", "&", `\u2028`, "\u2029", `\u007f`, "\x7f", `\u0000`, "'", "+", "=",
	}), 0, 6).Draw(t, "string")
	return `"` + strings.Join(pieces, "") + `"`
}

// encoding/json says what its own style is, and what compact and indented JSON is.
func TestGoJudges(t *testing.T) {
	t.Parallel()
	asGo := jsonstyle.Style{Order: jsonstyle.Sorted, Text: jsonstyle.Text{Respell: true, Also: "<>&", Lines: true}, Numbers: jsonstyle.Float64}
	rapid.Check(t, func(t *rapid.T) {
		text := anyText(3).Draw(t, "text")
		var value any
		require.NoError(t, json.Unmarshal([]byte(text), &value))
		marshalled, err := json.Marshal(value)
		require.NoError(t, err)
		require.Equal(t, string(marshalled), written(t, text, asGo))

		var compacted, indented bytes.Buffer
		require.NoError(t, json.Compact(&compacted, []byte(text)))
		require.Equal(t, compacted.String(), written(t, text, jsonstyle.Style{}))
		require.NoError(t, json.Indent(&indented, []byte(text), "", "  "))
		require.Equal(t, indented.String(), written(t, text, jsonstyle.Style{Layout: jsonstyle.Layout{Indent: "  ", Colon: " "}}))
		require.Equal(t, text, written(t, text, jsonstyle.Style{Layout: jsonstyle.Layout{Keep: true}}))
	})
}

// Node and Python say what theirs are.
func TestOthersJudge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		program, flag, code string
		how                 jsonstyle.Style
	}{
		{"node", "-e", "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(text => JSON.stringify(JSON.parse(text)))))",
			jsonstyle.Style{Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
		{"python3", "-c", "import json, sys\njson.dump([json.dumps(json.loads(text)) for text in json.load(sys.stdin)], sys.stdout)",
			jsonstyle.Style{Layout: jsonstyle.Layout{Comma: " ", Colon: " "}, Text: ascii, Numbers: jsonstyle.Typed}},
	}
	texts := []string{
		`{"10":1,"9":2,"01":3,"4294967295":4,"a":5,"-1":6}`, `[1.0,-1.5,0.1,25.50,1e2,123456789012345678,0.000001,0.0001,1e15,1e16,2.5e-7]`, `{"a":[],"b":{},"c":[[],{}]}`,
		`"\u00e9é\/\u2028\u007f\u0000\n<>&"`, `"\ud83d\ude00😀"`, `[true,false,null,""]`, `{"é":{"<":"/"}}`,
	}
	for _, test := range tests {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			path := realpart.Need(t, "apt-get install nodejs python3", test.program)
			input, err := json.Marshal(texts)
			require.NoError(t, err)
			command := exec.CommandContext(t.Context(), path, test.flag, test.code)
			command.Stdin = bytes.NewReader(input)
			output, err := command.Output()
			require.NoError(t, err)
			var results []string
			require.NoError(t, json.Unmarshal(output, &results))
			for i, text := range texts {
				require.Equal(t, results[i], written(t, text, test.how), text)
			}
		})
	}
}
