package rawjson_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// FuzzParse holds the parser against encoding/json, which says what is JSON.
func FuzzParse(f *testing.F) {
	f.Add([]byte(document))
	for _, text := range []string{"", "\xef\xbb\xbf{}", "[[[[", `{"a":{}`, `{"\u0061\"":"\\"}`, `{"a":1,"a":2}`, "\"\xff\"", "-0.0e-0 "} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root, err := rawjson.Parse(text)
		require.Equal(t, json.Valid(text), err == nil, "%v", err)
		if err != nil {
			return
		}
		require.Equal(t, string(bytes.Trim(text, " \t\r\n")), string(text[root.Start:root.End]))
		root.All(func(v *rawjson.Value) {
			require.True(t, json.Valid(text[v.Start:v.End]), "%s", text[v.Start:v.End])
			require.LessOrEqual(t, v.From, v.Start)
		})
	})
}

// FuzzSet wants JSON from every Set that succeeds, with the value in it.
func FuzzSet(f *testing.F) {
	f.Add([]byte(document), "data.object.amount", []byte("1.50"), false)
	f.Add([]byte(document), "data.object.new.field", []byte(`{"a":[]}`), true)
	f.Add([]byte(`[[],{}]`), "0.0", []byte(" null\n"), true)
	f.Add([]byte("{\"a\":\n{}}"), "a.0.b", []byte("[\n]"), true)
	f.Add([]byte(`{"a.b":{"":0}}`), `a\.b.c`, []byte(`"\u2028"`), true)
	f.Add([]byte(`{"a":1,"a":2}`), "a", []byte("{}"), false)
	f.Fuzz(func(t *testing.T, text []byte, path string, raw []byte, add bool) {
		after, err := rawjson.Set(text, path, raw, add)
		if err != nil {
			return
		}
		require.True(t, json.Valid(after), "%q", after)
		if !utf8.ValidString(path) {
			return // such a key is not written as it is given
		}
		got, err := rawjson.Get(after, path)
		require.NoError(t, err)
		require.True(t, sameNumbers(raw, got), "set %q, got %q", raw, got)
	})
}
