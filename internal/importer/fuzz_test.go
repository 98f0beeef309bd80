package importer_test

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzImport reads anything: it makes cases of JSON events, or says where it
// stopped.
func FuzzImport(f *testing.F) {
	f.Add([]byte("{\n  \"object\": \"list\",\n  \"data\": [\n    {\n      \"id\": \"evt_1\",\n      \"object\": \"event\",\n      \"type\": \"a.b\"\n    }\n  ],\n  \"has_more\": false\n}\n"))
	f.Add([]byte("Getting ready...\n{\"object\":\"event\",\"type\":\"a\",\"z\":1.50,\"id\":\"evt_1\"}\n\n2026-11-21 23:20:16  <--  [200] POST http://x [evt_1]\n"))
	f.Add([]byte("{\"fakestripe_journal\":1}\n{\"event\":\"{\\\"object\\\":\\\"event\\\",\\\"type\\\":\\\"a\\\"}\",\"deliveries\":[]}\n"))
	f.Add([]byte(`{"event_base64":"eyJvYmplY3QiOiJldmVudCIsInR5cGUiOiJhIn0=","deliveries":[{"mutations":[]}]}`))
	f.Add([]byte("{\"ready\":{}}\n{\"event\":{\"body\":{\"object\":\"event\",\"type\":\"a\"}}}\n{\"summary\":{}}\n"))
	f.Add([]byte(`{"id":"evt_1","object":"v2.core.event","type":"v1.a","created":"2024-09-17T06:20:52.246Z"}`))
	f.Add([]byte(`[{"object":"event","type":"a","data":[[]]},{"\"":"\\","object":"event","type":"b"}]`))
	f.Add([]byte("{\"data\":[{\"a\":[1}]}"))
	f.Add([]byte("\xef\xbb\xbf{\"object\":\"event\",\"type\":\"\\ud800\",\"id\":\"\xff\"}"))
	f.Add([]byte("{}{}"))
	f.Add([]byte(`{"event_base64":null}`))
	f.Add([]byte("\x1f\x8b\x08"))
	place := regexp.MustCompile(`^in\.json: (line [0-9]+, column [0-9]+ \(byte [0-9]+\): .|no event in it$)`)
	f.Fuzz(func(t *testing.T, input []byte) {
		cases, summary, err := imported(t, bytes.NewReader(input))
		require.Equal(t, summary.Events, len(cases))
		if err != nil {
			require.Regexp(t, place, err.Error())
		} else {
			require.NotZero(t, summary.Events+summary.Repeated)
		}
		for _, c := range cases {
			require.True(t, json.Valid(c.Payload), "%q", c.Payload)
			require.NotEmpty(t, c.Type)
		}
		again, _, err2 := imported(t, io.MultiReader(oneByOne(input)...))
		require.Equal(t, err, err2, "however the input comes")
		require.Equal(t, cases, again)
	})
}

// oneByOne are readers of a byte each, for short inputs.
func oneByOne(input []byte) []io.Reader {
	if len(input) > 1000 {
		return []io.Reader{bytes.NewReader(input)}
	}
	var readers []io.Reader
	for _, c := range input {
		readers = append(readers, strings.NewReader(string([]byte{c})))
	}
	return readers
}
