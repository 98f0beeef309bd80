package statediff

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// However the states follow each other, each is decoded as by json.Unmarshal.
func TestDecoderIsUnmarshal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		decoder := Decoder{Unpack: rapid.Bool().Draw(t, "unpack")}
		for range rapid.IntRange(1, 6).Draw(t, "states") {
			requireDecoded(t, &decoder, drawState(t, 3))
		}
	})
}

// drawState draws a state of which much equals the one before: it draws from few values,
// some of them long.
func drawState(t *rapid.T, depth int) string {
	long := strings.Repeat("long ", shortPart/5)
	values := []string{`1`, `null`, `"a,b,c"`, `"` + long + `"`, `{"row":1}`, `[]`, `"{\"in\":\"a|b\"}"`, `{"row":"` + long + `"}`}
	switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
	case depth == 0 || kind == 0:
		return rapid.SampledFrom(values).Draw(t, "value")
	case kind == 1:
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return drawState(t, depth-1) }), 0, 5).Draw(t, "list")
		return "[" + strings.Join(list, ",") + "]"
	}
	var members []string
	for range rapid.IntRange(0, 5).Draw(t, "members") {
		key := rapid.SampledFrom([]string{"a", "b", `\u0061`, `\"`, "a,b,c", "\xff\xfe", "é"}).Draw(t, "key")
		members = append(members, `"`+key+`":`+drawState(t, depth-1))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func requireDecoded(t require.TestingT, decoder *Decoder, text string) {
	var want any
	require.NoError(t, json.Unmarshal([]byte(text), &want))
	if decoder.Unpack {
		want = Unpack(want)
	}
	got, err := decoder.Decode([]byte(text))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// A change in one row leaves the others as they were decoded.
func TestDecoderKeepsRows(t *testing.T) {
	t.Parallel()
	rows := func(first int) []byte {
		list := []string{fmt.Sprintf(`{"id":%d}`, first)}
		for i := range shortPart / 10 {
			list = append(list, fmt.Sprintf(`{"id":%d}`, 1000+i))
		}
		return []byte(`{"rows":[` + strings.Join(list, ",") + `]}`)
	}
	var decoder Decoder
	read := func(first int) []any {
		state, err := decoder.Decode(rows(first))
		require.NoError(t, err)
		return state.(map[string]any)["rows"].([]any)
	}
	before := read(1)
	before[1].(map[string]any)["seen"] = true
	after := read(2)
	require.Equal(t, map[string]any{"id": 2.0}, after[0])
	require.Equal(t, before[1:], after[1:], "not decoded again")
	require.Len(t, decoder.last.inner["rows"].inner, len(after), "only the last state is kept")
}

// A state that cannot be decoded is an error, and the next one is decoded.
func TestDecoderAfterError(t *testing.T) {
	t.Parallel()
	var decoder Decoder
	for _, list := range []string{`"a"`, `"a",1e999`} {
		text := `[` + list + `,"` + strings.Repeat("b", shortPart) + `"]`
		var want any
		wrong := json.Unmarshal([]byte(text), &want)
		got, err := decoder.Decode([]byte(text))
		if wrong != nil {
			require.EqualError(t, err, wrong.Error())
			continue
		}
		require.Equal(t, want, got)
	}
	requireDecoded(t, &decoder, `["c"]`)
}
