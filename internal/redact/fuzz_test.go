package redact_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzJSON redacts any JSON in which a value of a field that is redacted may stand
// a second time: the shape stays, the value goes.
func FuzzJSON(f *testing.F) {
	for _, seed := range []struct{ payload, value string }{
		{`{"remark":"to nora@corp.test","n":4242424242424242}`, "nora@corp.test"},
		{`["\u004eora Lindqvist", {"NORA LINDQVIST": 1.0}]`, "Nora Lindqvist"},
		{`"x%4eora+Lindqvist&amp;"`, "Nora Lindqvist"},
		{`{"a":"Tm9yYSBMaW5kcXZpc3Q=","b":"4e6f7261204c696e647176697374"}`, "Nora Lindqvist"},
		{`{"metadata":{"k":[true,null,-0.5e3]},"email":["a",{"b":"c"}],"exp_year":2034}`, "İstanbul ǅ"},
		{`{"id":"evt_3MtwBwLkdIwHu7ix0snN0B15","s":"pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8H"}`, "evt_3MtwBwLkdIwHu7ix0snN0B15"},
		{"\"\\ud83d\\ude00\xff\"", "\xff\xfe\xfd\xfc"},
		{` {} `, "e"},
		{`{"x":"DE89 3704 0044 0532 01\u212a0 00, DE89 3704 0044 05\u017f2 0130 00"}`, "GB29 NWBK 6016 1331 9268 1\u212a"},
		{`{"x":"nora=40corp.te=\r\nst +AEA- H4sIAAAAAAAA/w==","zz_status":"4242.4242.4242.4242"}`, "Nora Lindqvist"},
		{`{"url":"/u/nora-lindqvist","x":"ｎｏｒａ＠ｃｏｒｐ．ｔｅｓｔ -----BEGIN PRIVATE KEY-----"}`, "Ｎｏｒａ\u200b Lindqvist"},
	} {
		f.Add([]byte(seed.payload), seed.value)
	}
	f.Fuzz(func(t *testing.T, payload []byte, value string) {
		if !json.Valid(payload) {
			_, err := newRedactor(t).Document().JSON("", payload)
			require.ErrorContains(t, err, "line ")
			return
		}
		quoted, err := json.Marshal(value)
		require.NoError(t, err)
		text := fmt.Sprintf(`{"description":%s,"rest":%s}`, quoted, payload)
		out, err := newRedactor(t).Document().JSON("", []byte(text))
		if err != nil {
			require.Regexp(t, "nested deeper|more than 1000|exceeded max depth", err.Error())
			return
		}
		require.True(t, json.Valid(out), "%s", out)
		require.Equal(t, layout(text), layout(string(out)))
		if tellsSomething(value) {
			require.NotContains(t, strings.ToLower(string(out)), strings.ToLower(string(quoted[1:len(quoted)-1])))
		}
	})
}

// layout is JSON text with all strings empty and all numbers and switches 0.
func layout(text string) string {
	return regexp.MustCompile(`-?[0-9][0-9.eE+-]*|true|false`).ReplaceAllString(skeleton(text), "0")
}

// tellsSomething reports whether a value is one that is looked for everywhere: not
// a few letters, not a word of Stripe's, not a part of a stand-in.
func tellsSomething(value string) bool {
	width := utf8.RuneCountInString(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, value))
	return utf8.ValidString(value) && width >= 9 && strings.TrimSpace(value) == value &&
		strings.ContainsFunc(value, func(r rune) bool { return unicode.IsUpper(r) }) &&
		!strings.HasPrefix(value, "price_") && !strings.HasPrefix(value, "prod_")
}
