package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// secretValue draws what a payload says about somebody, and where. A generator is not
// for several tests at a time.
func secretValue() *rapid.Generator[[2]string] {
	return rapid.Custom(func(t *rapid.T) [2]string {
		drawn := rapid.SampledFrom([][2]string{
			{"email", `[a-z]{4,9}\.[a-zA-Z]{4,9}@[a-z]{5,9}\.(test|co\.uk)`},
			{"customer_name", `[A-Z][a-z]{3,9}( [A-ZÅÖ][a-zåö]{3,9}){1,2}`},
			{"phone", `\+[1-9][0-9]{9,12}`},
			{"line1", `[A-Z][a-z]{4,9} [1-9][0-9]{1,2}, floor [0-9]`},
			{"fingerprint", `[0-9A-Za-z]{12,16}`},
			{"account_number", `[1-9][0-9]{9,12}`},
			{"client_reference_id", `user-[0-9a-z]{6,12}`},
			{"description", `[a-z]{4,8} für [A-Z][a-z]{4,8} & [a-z]{4,8}`},
			{"receipt_url", `https://pay\.test/r/[0-9A-Za-z]{16,24}\?s=[a-z]{2}`},
			{"ip_address", `1[0-9]{2}\.2[0-4][0-9]\.[1-9][0-9]\.1[0-9]{2}`},
			{"client_secret", `seti_1[0-9A-Za-z]{23}_secret_[0-9A-Za-z]{20}`},
			{"value", `DE[0-9]{9}`},
			{"statement_descriptor", `[A-Z]{5,8}\* [A-Z]{5,9}`},
		}).Draw(t, "field")
		return [2]string{drawn[0], rapid.StringMatching(drawn[1]).Draw(t, "value")}
	})
}

// carriers are ways in which a payload can carry a value a second time.
var carriers = []struct {
	name  string
	carry func(t *rapid.T, value string) string
}{
	{"as it is", func(_ *rapid.T, v string) string { return v }},
	{"in capitals", func(_ *rapid.T, v string) string { return strings.ToUpper(v) }},
	{"in small letters", func(_ *rapid.T, v string) string { return strings.ToLower(v) }},
	{"percent-encoded", func(_ *rapid.T, v string) string { return url.QueryEscape(v) }},
	{"in a path", func(_ *rapid.T, v string) string { return "https://shop.test/u/" + url.PathEscape(v) + "/x" }},
	{"all of it percent-encoded", func(_ *rapid.T, v string) string {
		var out strings.Builder
		for _, b := range []byte(v) {
			fmt.Fprintf(&out, "%%%02x", b)
		}
		return out.String()
	}},
	{"twice percent-encoded", func(_ *rapid.T, v string) string { return url.QueryEscape(url.QueryEscape(v)) }},
	{"escaped, in JSON in a text", func(_ *rapid.T, v string) string { return `{"x":"` + allEscaped(v) + `"}` }},
	{"as entities", func(_ *rapid.T, v string) string {
		var out strings.Builder
		for _, r := range v {
			fmt.Fprintf(&out, "&#%d;", r)
		}
		return out.String()
	}},
	{"as HTML", func(_ *rapid.T, v string) string { return "<b>" + html.EscapeString(v) + "</b>" }},
	{"in base64", func(_ *rapid.T, v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }},
	{"in base64 for URLs", func(_ *rapid.T, v string) string { return "?t=" + base64.RawURLEncoding.EncodeToString([]byte(v)) }},
	{"in the middle of base64", func(t *rapid.T, v string) string {
		before, after := rapid.StringN(0, 5, -1).Draw(t, "before"), rapid.StringN(0, 5, -1).Draw(t, "after")
		return base64.StdEncoding.EncodeToString([]byte(before + v + after))
	}},
	{"in base64 that is glued", func(t *rapid.T, v string) string {
		return rapid.StringMatching(`[A-Za-z0-9]{0,7}`).Draw(t, "glued") + base64.StdEncoding.EncodeToString([]byte(v))
	}},
	{"in hexadecimal", func(_ *rapid.T, v string) string { return hex.EncodeToString([]byte(v)) }},
}

func allEscaped(text string) string {
	var out strings.Builder
	for _, r := range text {
		fmt.Fprintf(&out, `\u%04x`, r)
	}
	return out.String()
}

// TestNoMarkedValueSurvives puts values into fields that are redacted, and again
// wherever else a payload can carry them.
func TestNoMarkedValueSurvives(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfNDistinct(secretValue(), 1, 4, func(s [2]string) string { return s[0] }).Draw(t, "secrets")
		payload := drawPayload(t, secrets)
		r := newRedactor(t)
		d := r.Document()
		out, err := d.JSON("", []byte(payload))
		if err != nil || !json.Valid(out) {
			t.Fatalf("%v: %s", err, out)
		}
		listed, _ := json.Marshal(r.Found())
		said := d.Text("answer", drawText(t, secrets))
		for what, text := range map[string]string{"the payload": string(out), "the list": string(listed), "the response": said} {
			for _, s := range secrets {
				if form := carries(text, s[1]); form != "" {
					t.Fatalf("%q is still in %s, %s:\n%s\nof:\n%s", s[1], what, form, text, payload)
				}
			}
		}
	})
}

// drawPayload puts the values into their fields and into others, before and after.
func drawPayload(t *rapid.T, secrets [][2]string) string {
	var members []string
	for _, s := range secrets {
		members = append(members, drawQuoted(t, s[0])+": "+drawQuoted(t, s[1]))
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "others") {
		key := rapid.SampledFrom([]string{"remark", "lookup_key", "status", "type", "id", "nested", "data"}).Draw(t, "key")
		value := drawQuoted(t, drawText(t, secrets))
		switch rapid.IntRange(0, 2).Draw(t, "where") {
		case 1:
			value = "[\n" + value + ", 1]"
		case 2:
			value = `{` + value + `: null}`
		}
		members = append(members, fmt.Sprintf(`"%s%d":%s`, key, i, value))
	}
	members = rapid.Permutation(members).Draw(t, "order")
	return "{\n  " + strings.Join(members, ",\n  ") + "\n}"
}

func drawText(t *rapid.T, secrets [][2]string) string {
	s := rapid.SampledFrom(secrets).Draw(t, "of")
	carrier := rapid.SampledFrom(carriers).Draw(t, "carrier")
	around := rapid.SampledFrom([][2]string{{"", ""}, {"see ", "."}, {"x=", "&y"}, {"<a href='", "'>"}, {"\n", "\t"}}).Draw(t, "around")
	return around[0] + carrier.carry(t, s[1]) + around[1]
}

// drawQuoted writes a JSON string, some of it in escapes that need not be.
func drawQuoted(t *rapid.T, text string) string {
	if rapid.Bool().Draw(t, "escaped") && !strings.ContainsFunc(text, func(r rune) bool { return r > 0xffff }) {
		return `"` + allEscaped(text) + `"`
	}
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

// carries tells in which form a text still carries a value, by decoding it in all
// ways that it knows, over and over. It shares no code with the package.
func carries(text, value string) string {
	seen := map[string]bool{}
	forms := []form{{"as it is", text}}
	for step := 0; len(forms) > 0 && step < 4; step++ {
		var next []form
		for _, f := range forms {
			if strings.Contains(strings.ToLower(f.text), strings.ToLower(value)) {
				return f.name
			}
			for _, decoded := range decodedForms(f) {
				if !seen[decoded.text] && len(seen) < 400 {
					seen[decoded.text] = true
					next = append(next, decoded)
				}
			}
		}
		forms = next
	}
	return ""
}

type form struct{ name, text string }

func decodedForms(f form) []form {
	var found []form
	add := func(name, text string) { found = append(found, form{f.name + ", " + name, text}) }
	if unescaped, err := url.QueryUnescape(f.text); err == nil {
		add("unescaped as a query", unescaped)
	}
	if unescaped, err := url.PathUnescape(f.text); err == nil {
		add("unescaped as a path", unescaped)
	}
	add("of HTML", html.UnescapeString(f.text))
	for _, text := range jsonStrings(f.text) {
		add("of JSON", text)
	}
	add("without its escapes", unescapedJSON(f.text))
	words := strings.FieldsFunc(f.text, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_", r)
	})
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		word = strings.NewReplacer("-", "+", "_", "/").Replace(word)
		for skip := range min(8, len(word)) { // glued to something before it
			rest := word[skip:]
			if plain, err := base64.StdEncoding.DecodeString(rest[:len(rest)/4*4]); err == nil {
				add("of base64", string(plain))
			}
			if plain, err := base64.RawStdEncoding.DecodeString(rest); err == nil {
				add("of base64", string(plain))
			}
		}
		if plain, err := hex.DecodeString(word); err == nil {
			add("of hexadecimal", string(plain))
		}
	}
	return found
}

// jsonStrings returns the strings and keys of JSON.
func jsonStrings(text string) []string {
	decoder := json.NewDecoder(strings.NewReader(text))
	var found []string
	for {
		token, err := decoder.Token()
		if err != nil {
			return found
		}
		if s, ok := token.(string); ok {
			found = append(found, s)
		}
	}
}

func unescapedJSON(text string) string {
	var out string
	if json.Unmarshal([]byte(`"`+strings.ReplaceAll(text, `"`, `\"`)+`"`), &out) != nil {
		return text
	}
	return out
}

// TestSameShape wants nothing changed but the leaves that are redacted: keys,
// order, layout, and the form of every other value.
func TestSameShape(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		payload := drawPayload(t, rapid.SliceOfN(secretValue(), 1, 3).Draw(t, "secrets"))
		out, err := newRedactor(t).Document().JSON("", []byte(payload))
		require.NoError(t, err)
		require.Equal(t, skeleton(payload), skeleton(string(out)))
	})
}

// skeleton is JSON text with all strings empty.
func skeleton(text string) string {
	var out strings.Builder
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case inside && text[i] == '\\':
			i++
		case text[i] == '"':
			inside = !inside
			out.WriteByte('"')
		case !inside:
			out.WriteByte(text[i])
		}
	}
	return out.String()
}
