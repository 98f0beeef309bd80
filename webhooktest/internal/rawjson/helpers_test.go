package rawjson_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// document has what changes when JSON is decoded and encoded again: white space,
// key order, escapes and number spellings.
const document = `{
  "id": "evt_1",
  "object": "event",
  "data": {
    "object": {"amount":1.0,  "tax" : 1e2, "items": [ {"id":"a\u00e9\/"}, {} ,[]] }
  },
  "a.b": "dotted",
  "big": 9007199254740993,
  "empty": { },
  "zero": null
}
`

func parse(t testing.TB, text string) *rawjson.Value {
	t.Helper()
	root, err := rawjson.Parse([]byte(text))
	require.NoError(t, err)
	return &root
}

func decode(t require.TestingT, text []byte) any {
	var value any
	require.NoError(t, json.Unmarshal(text, &value), "%s", text)
	return value
}
