package redact_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/fakestripe/fakestripe/internal/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newRedactor(t require.TestingT) *redact.Redactor {
	r, err := redact.New(nil, nil)
	require.NoError(t, err)
	return r
}

// clean redacts a payload of its own.
func clean(t testing.TB, r *redact.Redactor, payload string) string {
	t.Helper()
	out, err := r.Document().JSON("", []byte(payload))
	require.NoError(t, err, payload)
	require.True(t, json.Valid(out), "%s", out)
	return string(out)
}

func TestFields(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, payload, want string }{
		{"an e-mail address", `{"receipt_email":"nora@corp.test"}`, `{"receipt_email":"person-[0-9a-f]{12}@example.com"}`},
		{"a name", `{"billing_details":{"name":"Nora Lindqvist"}}`, `{"billing_details":{"name":"Name [0-9a-f]{8}"}}`},
		{"a phone number of fiction", `{"phone":"+46701234567"}`, `{"phone":"\+1[2-9]\d\d55501\d\d"}`},
		{"an address, each part as what checks it wants it", `{"address":{"city":"Lund","country":"SE","line1":"Storgatan 1","line2":null,"postal_code":"223 50","state":"M"}}`,
			`{"address":{"city":"Address [0-9a-f]{8}","country":"US","line1":"Address [0-9a-f]{8}","line2":null,"postal_code":"\d{3} \d{2}","state":"[A-Z]"}}`},
		{"a card, still good", `{"card":{"brand":"visa","exp_month":3,"exp_year":2027,"fingerprint":"Xt5EWLLDS7FJjR1c","last4":"4242"}}`,
			`{"card":{"brand":"visa","exp_month":12,"exp_year":2050,"fingerprint":"[A-Z][a-z]\d[A-Z]{5}[A-Z]\d[A-Z]{2}[a-z][A-Z]\d[a-z]","last4":"\d{4}"}}`},
		{"a bank account", `{"us_bank_account":{"bank_name":"Harbor","routing_number":"110000000","last4":"6789"}}`,
			`{"us_bank_account":{"bank_name":"Name [0-9a-f]{8}","routing_number":"\d{9}","last4":"\d{4}"}}`},
		{"tax ids", `{"object":"tax_id","type":"eu_vat","value":"DE123456789","verification":{"verified_name":"Ek"}}`,
			`{"object":"tax_id","type":"eu_vat","value":"[A-Z]{2}\d{9}","verification":{"verified_name":"Name [0-9a-f]{8}"}}`},
		{"a birthday", `{"dob":{"day":7,"month":11,"year":1984}}`, `{"dob":{"day":1,"month":1,"year":1970}}`},
		{"an IP address", `{"ip_address":"81.2.69.142","client_ip":"2a01:4f8::1"}`,
			`{"ip_address":"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+","client_ip":"2001:db8:1[0-9a-f]{3}:1[0-9a-f]{3}::1"}`},
		{"a browser", `{"user_agent":"Mozilla/5.0 (X11; Linux x86_64)"}`, `{"user_agent":"Mozilla/5.0 \(redacted\)"}`},
		{"a client secret is about its object", `{"id":"pi_3MtwBwLkdIwHu7ix28a3tqPa","client_secret":"pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH"}`,
			`{"id":"(pi_3[0-9A-Za-z]{23})","client_secret":"pi_3[0-9A-Za-z]{23}_secret_[0-9A-Za-z]{25}"}`},
		{"URLs with tokens", `{"receipt_url":"https://pay.test/receipts/CAcaFwoVYWNjdF8","invoice_pdf":"https://pay.test/pdf?s=ap","url":"https://pay.test/c"}`,
			`{"receipt_url":"https://example.com/redacted/[0-9a-f]{16}","invoice_pdf":"https://example.com/redacted/[0-9a-f]{16}","url":"https://example.com/redacted/[0-9a-f]{16}"}`},
		{"the path of a list in the API", `{"refunds":{"url":"/v1/charges/ch_3MmlLrLkdIwHu7ix0snN0B15/refunds"}}`, `{"refunds":{"url":"/v1/charges/ch_3[0-9A-Za-z]{23}/refunds"}}`},
		{"free text", `{"description":"Tea for Nora"}`, `{"description":"text [0-9a-f]{12}"}`},
		{"a statement descriptor", `{"statement_descriptor":"KILN LEAF* TEA"}`, `{"statement_descriptor":"[A-Z]{4} [A-Z]{4}\* [A-Z]{3}"}`},
		{"metadata, at any depth, switches as they are", `{"metadata":{"order":"A-17","gift":"true","n":"1","empty":"","note":"ring twice"}}`,
			`{"metadata":{"order":"[A-Z]-\d\d","gift":"true","n":"1","empty":"","note":"text [0-9a-f]{12}"}}`},
		{"ids keep prefix, mode and length", `{"id":"evt_3MtwBwLkdIwHu7ix0snN0B15","customer":"cus_NffrFeUfNV2Hib","session":"cs_live_a1b2C3d4E5f6G7h8"}`,
			`{"id":"evt_3[0-9A-Za-z]{23}","customer":"cus_[0-9A-Za-z]{14}","session":"cs_live_[0-9A-Za-z]{16}"}`},
		{"an idempotency key keeps its form", `{"idempotency_key":"15ab4d7e-7ece-4bb0-b215-393c2c0f3c8a"}`, `{"idempotency_key":"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"}`},
		{"what was before", `{"data":{"previous_attributes":{"email":"nora@corp.test","metadata":{"a":"x9"}}}}`,
			`{"data":{"previous_attributes":{"email":"person-[0-9a-f]{12}@example.com","metadata":{"a":"[a-z]\d"}}}}`},
		{"lists", `{"preferred_names":[],"phone_numbers":[],"customer_tax_ids":[{"type":"eu_vat","value":"SE990000142001"}]}`,
			`{"preferred_names":\[\],"phone_numbers":\[\],"customer_tax_ids":\[{"type":"eu_vat","value":"[A-Z]{2}\d{12}"}\]}`},
		{"numbers as they look", `{"latitude":45.523,"longitude":-122.6762,"account_number":12e3}`, `{"latitude":[1-9]\d\.\d{3},"longitude":-[1-9]\d\d\.\d{4},"account_number":[1-9]\de3}`},
	}
	for _, test := range tests {
		got := clean(t, newRedactor(t), test.payload)
		require.Regexp(t, "^"+test.want+"$", got, test.name)
		require.NotEqual(t, test.payload, got, test.name)
	}
}

// TestHarmless is what must stay: a handler reads the event by it.
func TestHarmless(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{
		"the envelope":               `{"object":"event","api_version":"2023-10-16","created":1700000000,"livemode":false,"type":"payment_intent.succeeded"}`,
		"amounts and states":         `{"amount":4200,"currency":"usd","status":"requires_payment_method","unit_amount_decimal":"4242424242424242"}`,
		"times that look like cards": `{"created":4242424242,"ms":1700000000000}`,
		"ids of the catalog":         `{"price":"price_1MoBy5LkdIwHu7ixZhnattbh","metadata":{"plan":"price_1MoBy5LkdIwHu7ixZhnattbh"},"tax_code":"txcd_99999999"}`,
		"test tokens":                `{"payment_method":"pm_card_visa","source":"tok_visa"}`,
		"versions, not addresses":    `{"device_sw_version":"2.24.3.0","sdk_version":"10.1.2.3"}`,
		"dates and times":            `{"period":"2026-11-22","when":"22-11-2026","at":"2026-11-22T10:00:00+01:00","clock":"10:00:16"}`,
		"this host":                  `{"bind":"127.0.0.1","bind6":"::1"}`,
		"layout and spelling":        "{ \"a\\u0062\" : 1.0 ,\n\t\"c\":[ true , null ],\"d\":\"\\u00e9\\/\" }",
		"an empty field":             `{"email":"","name":null,"phone":"-"}`,
		"nothing":                    ` [] `,
	} {
		require.Equal(t, payload, clean(t, newRedactor(t), payload), name)
	}
}

// TestPatterns is what is found in a field that nobody knows.
func TestPatterns(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, gone string }{
		{"an e-mail address", "mail nora.l+tea@corp.test, please", "nora.l+tea@corp.test"},
		{"of another script", "to åsa@malmö.test!", "åsa@malmö.test"},
		{"in a URL", "https://nora:tea@corp.test/x", "tea@corp.test"},
		{"a phone number", "call +46 (0)70-123 45 67", "70-123 45 67"},
		{"one of North America", "call (503) 555-0142 now", "503) 555-0142"},
		{"a national one", "ring 070-123 45 67", "070-123 45 67"},
		{"a card", "paid with 4242 4242 4242 4242", "4242 4242 4242 4242"},
		{"a card among other numbers", "17 5555-5555-5555-4444 2026", "5555-5555-5555-4444"},
		{"an IBAN", "from DE89 3704 0044 0532 0130 00", "3704 0044 0532 0130 00"},
		{"an IBAN in small letters", "from gb82west12345698765432", "west12345698765432"},
		{"a signing secret", "whsec_5f0b1c2d3e4f5a6b7c8d", "whsec_5f0b1c2d3e4f5a6b7c8d"},
		{"a key", "with sk_live_51HqABCDEFGHIJKL and rk_test_51HqABCDEFGHIJKL", "51HqABCDEF"},
		{"a JSON Web Token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmN", "eyJzdWIiOiIxIn0"},
		{"a bearer token", "Authorization: Bearer abc.def-123", "abc.def-123"},
		{"a password", "Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="},
		{"another", "postgres password=hunter22;", "hunter22"},
		{"an IP address", "from 81.2.69.142:443", "81.2.69.142"},
		{"one of version 6", "ip:2a01:4f8:c0c:1::9", "2a01:4f8:c0c:1::9"},
		{"a social security number", "ssn 078-05-1120", "078-05-1120"},
		{"an id", "see cus_NffrFeUfNV2Hib", "NffrFeUfNV2Hib"},
		{"an id of a kind to come", "see newkind_1Nffr9FeUfNV2Hib", "1Nffr9FeUfNV2Hib"},
		{"in base64, in a path", "/r/bm9yYUBjb3JwLnRlc3Q=/x", "bm9yYUBjb3JwLnRlc3Q"},
		{"in base64, twice", "Ym05eVlVQmpiM0p3TG5SbGMzUT0=", "Ym05eVlVQmpiM0p3TG5SbGMzUT0"},
		{"in hexadecimal", "x 6e6f726140636f72702e74657374", "6e6f726140636f72702e74657374"},
		{"in a query", "https://shop.test/?to=nora%40corp.test&x=1", "nora%40corp.test"},
		{"in HTML", "to &lt;nora&#64;corp.test&gt;", "nora&#64;corp.test"},
		{"a client secret", "pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8H", "YrKJUKribcBjcG8H"},
	}
	for _, test := range tests {
		quoted, err := json.Marshal(test.text)
		require.NoError(t, err)
		got := clean(t, newRedactor(t), fmt.Sprintf(`{"remark":%s}`, quoted))
		require.NotContains(t, strings.ToLower(got), strings.ToLower(test.gone), test.name)
	}
	got := clean(t, newRedactor(t), `{"remark":1,"n":4242424242424242}`)
	require.NotContains(t, got, "4242424242424242", "a card written as a number")
}

// TestLinksSurvive wants one stand-in for one value, whatever is around it.
func TestLinksSurvive(t *testing.T) {
	t.Parallel()
	r := newRedactor(t)
	var got struct {
		ID, Customer, Receipt, Hidden, Query, Upper string
		Email1                                      string `json:"customer_email"`
		Email2                                      string `json:"receipt_email"`
		Metadata                                    map[string]string
	}
	payload := `{"id":"pi_3MtwBwLkdIwHu7ix28a3tqPa","customer":"cus_NffrFeUfNV2Hib",
		"receipt":"https://pay.test/pi_3MtwBwLkdIwHu7ix28a3tqPa/cus_NffrFeUfNV2Hib",
		"hidden":"pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8H","query":"x%3Dcus_NffrFeUfNV2Hib%26y",
		"customer_email":"Nora@corp.test","receipt_email":"nora@corp.test","upper":"to: NORA@CORP.TEST",
		"metadata":{"customer":"cus_NffrFeUfNV2Hib"}}`
	require.NoError(t, json.Unmarshal([]byte(clean(t, r, payload)), &got))
	require.Equal(t, "https://pay.test/"+got.ID+"/"+got.Customer, got.Receipt)
	require.True(t, strings.HasPrefix(got.Hidden, got.ID+"_secret_"), got.Hidden)
	require.Equal(t, "x%3D"+got.Customer+"%26y", got.Query)
	require.Equal(t, got.Customer, got.Metadata["customer"])
	require.Equal(t, got.Email1, got.Email2)
	require.Equal(t, "to: "+got.Email1, got.Upper)

	again := clean(t, r, `{"object":{"customer":"cus_NffrFeUfNV2Hib","email":"nora@corp.test"}}`)
	require.Equal(t, fmt.Sprintf(`{"object":{"customer":"%s","email":"%s"}}`, got.Customer, got.Email1), again, "in another payload of the recording")
}

// TestStandInsTellNothing wants other stand-ins in each recording: they depend on
// a key, not on the value alone.
func TestStandInsTellNothing(t *testing.T) {
	t.Parallel()
	payload := `{"id":"pi_3MtwBwLkdIwHu7ix28a3tqPa","email":"nora@corp.test","name":"Nora","last4":"4242","description":"tea in a box"}`
	first, second := clean(t, newRedactor(t), payload), clean(t, newRedactor(t), payload)
	var a, b map[string]string
	require.NoError(t, json.Unmarshal([]byte(first), &a))
	require.NoError(t, json.Unmarshal([]byte(second), &b))
	delete(a, "last4") // of 10,000, two may be the same
	for key := range a {
		require.NotEqual(t, a[key], b[key], key)
	}
}

// TestNoValueStandsInForItself has values that are so short that one could by
// accident.
func TestNoValueStandsInForItself(t *testing.T) {
	t.Parallel()
	for range 20 {
		r := newRedactor(t)
		for _, value := range []string{"2", "7", "e", "B", "N", "na", "redacted", "example", "Name", "text", "12"} {
			for _, field := range []string{"description", "name", "email", "last4", "url", "line1", "postal_code"} {
				require.NotContains(t, clean(t, r, fmt.Sprintf(`{%q:%q}`, field, value)), fmt.Sprintf(":%q", value), field)
			}
		}
		for n := range 10 {
			require.NotEqual(t, fmt.Sprintf(`{"latitude":%d}`, n), clean(t, r, fmt.Sprintf(`{"latitude":%d}`, n)))
		}
	}
}

func TestRepeatedElsewhere(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, payload, gone string }{
		{"a name in a text", `{"remark":"Dear Nora Lindqvist!","customer_name":"Nora Lindqvist"}`, "Lindqvist"},
		{"in capitals", `{"remark":"NORA LINDQVIST","customer_name":"Nora Lindqvist"}`, "LINDQVIST"},
		{"in a key", `{"Nora Lindqvist":1,"customer_name":"Nora Lindqvist"}`, "Lindqvist"},
		{"a short word", `{"remark":"for Ida, with love","first_name":"Ida"}`, "Ida"},
		{"a phone number as a number", `{"msisdn":46701234567,"phone":"+46 70 123 45 67"}`, "46701234567"},
		{"without its country", `{"remark":"0701234567","phone":"+46 70 123 45 67"}`, "701234567"},
		{"what metadata says", `{"lookup":"u-9281-k","metadata":{"user":"u-9281-k"}}`, "u-9281-k"},
		{"JSON in a text", `{"remark":"{\"to\":\"nora\\u0040corp.test\"}"}`, `nora\\u0040corp.test`},
		{"with another case of another script", `{"remark":"ÅSA ÖBERG","customer_name":"Åsa Öberg"}`, "ÖBERG"},
	}
	for _, test := range tests {
		require.NotContains(t, clean(t, newRedactor(t), test.payload), test.gone, test.name)
	}
	kept := `{"type":"card","metadata":{"with":"card"}}`
	require.Contains(t, clean(t, newRedactor(t), kept), `"type":"card"`, "a word of Stripe's")
	require.NotContains(t, clean(t, newRedactor(t), kept), `"with":"card"`)
	year := `{"api_version":"2023-10-16","metadata":{"year":"2023"}}`
	require.Contains(t, clean(t, newRedactor(t), year), `"2023-10-16"`, "what the handler reads the event by")
}

func TestKeepAndRedact(t *testing.T) {
	t.Parallel()
	const payload = `{"data":{"object":{"amount":4200,"livemode":true,"email":"nora@corp.test","metadata":{"order_id":"A-17","note":"whsec_5f0b1c2d3e4f5a6b7c8d"},"items":{"data":[{"price":{"id":"price_1MoBy5LkdIwHu7ixZhnattbh"}}]}}}}`
	tests := []struct {
		name         string
		keep, redact []string
		kept, gone   []string
	}{
		{"nothing said", nil, nil, []string{"4200", "true", "price_1MoBy5LkdIwHu7ixZhnattbh"}, []string{"nora@", "A-17", "whsec_5f0b"}},
		{"one key kept", []string{"metadata.order_id"}, nil, []string{"A-17"}, []string{"whsec_5f0b", "nora@"}},
		{"all of metadata kept, but no secret", []string{"metadata"}, nil, []string{"A-17"}, []string{"whsec_5f0b"}},
		{"from the root", []string{"data.object.email"}, nil, []string{"nora@corp.test"}, []string{"A-17"}},
		{"all kept but one", []string{"data"}, []string{"metadata.order_id"}, []string{"nora@corp.test"}, []string{"A-17"}},
		{"the one that redacts, of two alike", []string{"email"}, []string{"email"}, nil, []string{"nora@corp.test"}},
		{"a number", nil, []string{"amount"}, nil, []string{"4200"}},
		{"true", nil, []string{"livemode"}, []string{`"livemode":false`}, nil},
		{"an id of the catalog", nil, []string{"items.data.*.price.id"}, []string{`"id":"price_1`}, []string{"MoBy5LkdIwHu7ixZhnattbh"}},
		{"by a part of the key", []string{"*mail"}, nil, []string{"nora@corp.test"}, nil},
	}
	for _, test := range tests {
		r, err := redact.New(test.keep, test.redact)
		require.NoError(t, err, test.name)
		got := clean(t, r, payload)
		for _, kept := range test.kept {
			require.Contains(t, got, kept, test.name)
		}
		for _, gone := range test.gone {
			require.NotContains(t, got, gone, test.name)
		}
		if test.name != "the one that redacts, of two alike" {
			require.Empty(t, r.Unused(), test.name)
		}
	}
}

func TestRulesThatCannotBe(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                    `"": empty key: want a path such as metadata.order_id`,
		"a..b":                `"a..b": empty key`,
		"items.data.0.price":  `"items.data.0.price": write * for a position of a list`,
		"metadata.[a":         `"metadata.[a": syntax error in pattern`,
		`metadata.with\.dot.`: "empty key",
	} {
		_, err := redact.New([]string{text}, nil)
		require.ErrorContains(t, err, want)
		wrong := new(redact.PathError)
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, redact.Path{Text: text, Keep: true}, wrong.Path)
	}
	r, err := redact.New([]string{"metdata.order_id"}, []string{"email", "emial"})
	require.NoError(t, err)
	clean(t, r, `{"email":"nora@corp.test","metadata":{"order_id":"A-17"}}`)
	require.Equal(t, []redact.Path{{Text: "metdata.order_id", Keep: true}, {Text: "emial"}}, r.Unused())
}

// TestFound wants places and counts, and no value: not even in a key.
func TestFound(t *testing.T) {
	t.Parallel()
	r := newRedactor(t)
	require.Empty(t, r.Found())
	for range 2 {
		clean(t, r, `{"lines":{"data":[{"id":"il_1MtwBwLkdIwHu7ix28a3tqPa","email":"nora@corp.test"},{"email":"ida@corp.test"}]},"metadata":{"nora@corp.test":"A-17","a.b":"x"}}`)
	}
	found := r.Found()
	text, err := json.Marshal(found)
	require.NoError(t, err)
	require.NotContains(t, string(text), "nora")
	require.Contains(t, found, redact.Finding{Path: "lines.data.*.email", Kind: "email", Count: 4})
	require.Contains(t, found, redact.Finding{Path: "lines.data.*.id", Kind: "id", Count: 2})
	require.Contains(t, found, redact.Finding{Path: `metadata.a\.b`, Kind: "text", Count: 2})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		"":                  "line 1, column 1: empty, want a JSON value",
		"{\n \"a\": oops}":  "line 2, column 7: invalid character 'o' looking for beginning of value",
		`{"a":1`:            "line 1, column 6: unexpected end of JSON input",
		`{"a":1}{"a":2}`:    "line 1, column 8: invalid character '{' after top-level value",
		"\x00\x01":          "line 1, column 1: invalid character '\\x00'",
		nested(600):         "nested deeper than 512",
		nested(20_000):      "line 1, column 10001: invalid character '[' exceeded max depth",
		manyValues(t, 1500): "more than 1000 different values to redact",
	} {
		_, err := newRedactor(t).Document().JSON("", []byte(payload))
		require.ErrorContains(t, err, want)
	}
	clean(t, newRedactor(t), nested(500))
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func manyValues(t testing.TB, n int) string {
	values := make(map[string]string)
	for i := range n {
		values[fmt.Sprint("k", i)] = fmt.Sprint("value ", i)
	}
	text, err := json.Marshal(map[string]any{"metadata": values})
	require.NoError(t, err)
	return string(text)
}

// TestAnswer is what a handler said about a payload.
func TestAnswer(t *testing.T) {
	t.Parallel()
	r := newRedactor(t)
	d := r.Document()
	_, err := d.JSON("", []byte(`{"customer_name":"Nora Lindqvist","phone":"+46 70 123 45 67"}`))
	require.NoError(t, err)

	text := d.Text("answer", "thanks, Nora Lindqvist; sent to ida@corp.test")
	require.Regexp(t, `^thanks, Name [0-9a-f]{8}; sent to person-[0-9a-f]{12}@example.com$`, text)
	body, err := d.JSON("answer", []byte(`{"ok":true,"greeting":"Nora Lindqvist","user":{"email":"nora@corp.test"}}`))
	require.NoError(t, err)
	require.Regexp(t, `^\{"ok":true,"greeting":"Name [0-9a-f]{8}","user":\{"email":"person-[0-9a-f]{12}@example.com"\}\}$`, string(body))

	header := d.Header("request", http.Header{
		"Authorization": {"Bearer abcdef123456"},
		"Cookie":        {"session=s3cr3t"},
		"Set-Cookie":    {"session=s3cr3t; HttpOnly"},
		"Content-Type":  {"application/json"},
		"Date":          {"Sun, 22 Nov 2026 10:00:00 GMT"},
		"X-Unknown":     {"a", "b"},
		"User-Agent":    {"Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
		"Server":        {"run by nora@corp.test"},
	})
	require.Equal(t, http.Header{
		"Authorization": {"redacted"},
		"Cookie":        {"redacted"},
		"Set-Cookie":    {"redacted"},
		"Content-Type":  {"application/json"},
		"Date":          {"Sun, 22 Nov 2026 10:00:00 GMT"},
		"X-Unknown":     {"redacted", "redacted"},
		"User-Agent":    {"Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
		"Server":        {"run by " + personOf(t, string(body))},
	}, header)
	require.Contains(t, r.Found(), redact.Finding{Path: "request.Set-Cookie", Kind: "header", Count: 1})
}

func personOf(t testing.TB, body string) string {
	t.Helper()
	var answer struct{ User struct{ Email string } }
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	return answer.User.Email
}
