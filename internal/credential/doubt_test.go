package credential_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/credential"
)

func TestDoubt(t *testing.T) {
	t.Parallel()
	const secret = "whsec_4Kq7Rm2Xv9TbN3sL8dWfHy5PcJg6ZeUa"
	for _, c := range []struct{ name, secret, want string }{
		{"as the Dashboard shows it", secret, ""},
		{"of stripe listen", "whsec_" + "5f0c7d3e9a1b2c4d6e8f0a1b3c5d7e9f5f0c7d3e9a1b2c4d6e8f0a1b3c5d7e9f", ""},
		{"short, as in a test", "whsec_test", ""},
		{"an endpoint's id", "we_1AbCdEfGhIjKlMnOpQrStUvW", "id of an endpoint"},
		{"an event destination's id", "ed_test_61RM8ltWcTW4mbsxf16RJyfa2xSQLHJJh1sxm7H0KVT6", "id of an endpoint"},
		{"in quotes", `"` + secret + `"`, "quotes"},
		{"in single quotes", "'" + secret + "'", "quotes"},
		{"with a carriage return", secret + "\r", "line break"},
		{"with a line break", secret + "\n", "line break"},
		{"with a blank before it", " " + secret, "white space"},
		{"without the prefix", secret[len("whsec_"):], "whsec_"},
		{"nothing behind the prefix", "whsec_", "placeholder"},
		{"dots", "whsec_...", "placeholder"},
		{"a row of x", "whsec_xxxxxxxxxxxx", "placeholder"},
		{"words", "whsec_your_signing_secret", "placeholder"},
		{"with its name", "STRIPE_WEBHOOK_SECRET=" + secret, "a name in front"},
		{"in base64", "d2hzZWNfNEtxN1JtMlh2OVRiTjNzTDhkV2ZIeTVQY0pnNlplVWE=", "base64"},
		{"a variable", "$STRIPE_WEBHOOK_SECRET", "variable's name"},
		{"a variable in Node", "process.env.STRIPE_WEBHOOK_SECRET", "variable's name"},
		{"two in one variable", secret + "," + secret, "twice"},
		{"pasted behind its prefix", "whsec_" + secret, "twice"},
		{"with a comment", secret + " # production", "characters"},
		{"with the end of a statement", secret + ";", "characters"},
		{"with an escape that nothing undid", secret + `\n`, "characters"},
		{"in angle brackets", "whsec_<secret>", "placeholder"},
	} {
		got := credential.Doubt(c.secret)
		require.Equal(t, c.want == "", got == "", "%s: %s", c.name, got)
		require.Contains(t, got, c.want, c.name)
		require.NotContains(t, got, secret, c.name)
	}
}
