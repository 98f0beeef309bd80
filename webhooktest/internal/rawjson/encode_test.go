package rawjson_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"nil", nil, "null"},
		{"an integer", int64(math.MaxInt64), "9223372036854775807"},
		{"HTML", "<a href='x'>&</a>", `"<a href='x'>&</a>"`},
		{"other scripts", "é東京😀", `"é東京😀"`},
		{"JSON", json.RawMessage(`{ "a" : 1.0 }`), `{ "a" : 1.0 }`},
		{"JSON in a struct", struct{ A json.RawMessage }{json.RawMessage("1e2")}, `{"A":1e2}`},
		{"a time, which is the caller's to turn into seconds", time.Unix(0, 0).UTC(), `"1970-01-01T00:00:00Z"`},
	}
	for _, test := range tests {
		got, err := rawjson.Encode(test.value)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, string(got), test.name)
	}
	_, err := rawjson.Encode(make(chan int))
	require.ErrorContains(t, err, "unsupported type: chan int")
}

// reversed is the order in which rand.Shuffle might leave the members.
func reversed(n int, swap func(i, j int)) {
	for i := range n / 2 {
		swap(i, n-1-i)
	}
}

func TestReorderKeys(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"members", `{"a":1,"b":2}`, `{"b":2,"a":1}`},
		{"inside members", `{"a":{"x":1,"y":2}}`, `{"a":{"y":2,"x":1}}`},
		{"lists keep their order", `[1,2,{"a":1,"b":2}]`, `[1,2,{"b":2,"a":1}]`},
		{"white space stays in its place", " {\n  \"a\" : 1 ,\n\t\"b\":[ ] } ", " {\n  \"b\":[ ] ,\n\t\"a\" : 1 } "},
		{"numbers and escapes as they are spelled", `{"\u0061":1.0,"b":1e2}`, `{"b":1e2,"\u0061":1.0}`},
		{"nothing to reorder", ` "a" `, ` "a" `},
		{"nothing inside", `{ }`, `{ }`},
	}
	for _, test := range tests {
		got, err := rawjson.ReorderKeys([]byte(test.text), reversed)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, string(got), test.name)
	}
	_, err := rawjson.ReorderKeys([]byte("{"), reversed)
	require.EqualError(t, err, "line 1, column 1: unexpected end of JSON input")
}

func TestReorderKeysOfOneObjectAtATime(t *testing.T) {
	t.Parallel()
	var sizes []int
	_, err := rawjson.ReorderKeys([]byte(document), func(n int, _ func(i, j int)) { sizes = append(sizes, n) })
	require.NoError(t, err)
	slices.Sort(sizes)
	require.Equal(t, []int{0, 0, 1, 1, 3, 7}, sizes, "each object once, and no list")
}
