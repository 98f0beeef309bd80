package credential_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/internal/credential"
)

const sixteen = "A1b2C3d4E5f6G7h8"

func TestTokens(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text, found, hidden, masked string
	}{
		{"a signing secret", "is whsec_" + sixteen + ", not", "whsec_", "is whsec_…, not", "is whsec_****************, not"},
		{"in base64", "whsec_" + sixteen + "/+==!", "whsec_", "whsec_…!", "whsec_********************!"},
		{"an API key", "sk_live_" + sixteen, "sk_live_", "sk_live_…", "sk_live_****************"},
		{"of an organization", "sk_org_live_" + sixteen, "sk_org_live_", "sk_org_live_…", "sk_org_live_****************"},
		{"two", "rk_test_" + sixteen + " whsec_" + sixteen, "rk_test_", "rk_test_… whsec_…", "rk_test_**************** whsec_****************"},
		{"one after the other", "whsec_" + sixteen + "sk_test_" + sixteen, "whsec_", "whsec_…_test_…", "whsec_******************_test_****************"},
		{"after an escaped newline", `{"a":"\nsk_test_` + sixteen + `"}`, "sk_test_", `{"a":"\nsk_test_…"}`, `{"a":"\nsk_test_****************"}`},
		{"after an escaped space", "%20sk_test_" + sixteen, "sk_test_", "%20sk_test_…", "%20sk_test_****************"},
		{"after an underscore", "KEY_sk_test_" + sixteen, "sk_test_", "KEY_sk_test_…", "KEY_sk_test_****************"},
		{"a publishable key, which is public", "pk_live_" + sixteen, "", "pk_live_…", "pk_live_****************"},
		{"a client secret, which belongs to a browser", "pi_1_secret_" + sixteen, "", "pi_1_secret_…", "pi_1_secret_****************"},
		{"the end of another word", "task_test_" + sixteen, "", "task_test_…", "task_test_****************"},
		{"too short", "whsec_" + sixteen[1:], "", "whsec_" + sixteen[1:], "whsec_" + sixteen[1:]},
		{"a placeholder", "sk_test_your_secret_key_goes_in_here", "", "sk_test_your_secret_key_goes_in_here", "sk_test_your_secret_key_goes_in_here"},
		{"fakestripe's own, which is public", "whsec_fakestripe_default_secret", "", "whsec_fakestripe_default_secret", "whsec_fakestripe_default_secret"},
		{"another prefix", "price_" + sixteen, "", "price_" + sixteen, "price_" + sixteen},
		{"nothing", "", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.found, credential.Find(test.text))
			require.Equal(t, test.hidden, credential.Hide(test.text))
			require.Equal(t, test.masked, credential.Mask(test.text))
		})
	}
}

func TestHideKnownSecrets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		known      []string
		want       string
	}{
		{"of any form", "or hunter2!", []string{"hunter2"}, "or …!"},
		{"one inside another", "hunter22 and hunter2", []string{"hunter2", "hunter22"}, "… and …"},
		{"with what no token has", "whsec_" + sixteen + "-and-more", []string{"whsec_" + sixteen + "-and-more"}, "whsec_…"},
		{"a short one", "whsec_1", []string{"whsec_1"}, "…"},
		{"an empty one", "text", []string{""}, "text"},
	} {
		require.Equal(t, test.want, credential.Hide(test.text, test.known...), test.name)
	}
}

// Whatever the text around a token is, nothing of the token stays, and all else does.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := rapid.String().Draw(t, "before"), rapid.StringMatching(`([^0-9A-Za-z+/=]\PC*)?`).Draw(t, "after")
		prefix := rapid.SampledFrom([]string{"whsec_", "sk_live_", "rk_test_", "pk_live_", "_secret_"}).Draw(t, "prefix")
		value := rapid.StringMatching(`[0-9A-Za-z+/=]{16,80}`).Draw(t, "value")
		text := before + prefix + value + after
		require.NotContains(t, credential.Hide(text), value)
		require.NotContains(t, credential.Mask(text), value)
		require.Len(t, credential.Mask(text), len(text))
		require.Contains(t, credential.Hide(text, before), "…")
	})
}

func FuzzSpans(f *testing.F) {
	f.Add("whsec_" + sixteen + "sk_test_" + sixteen + "_secret_" + sixteen)
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, s := range credential.Spans(text) {
			require.LessOrEqual(t, end, s.Start)
			require.LessOrEqual(t, s.Start, s.Value)
			require.Less(t, s.Value, s.End)
			require.True(t, strings.HasSuffix(text[:s.Value], "_"))
			end = s.End
		}
		require.LessOrEqual(t, end, len(text))
		require.Empty(t, credential.Spans(credential.Mask(text)))
		require.Empty(t, credential.Spans(credential.Hide(text)))
	})
}

func TestCheckSecret(t *testing.T) {
	t.Parallel()
	require.NoError(t, credential.CheckSecret("whsec_1"))
	require.NoError(t, credential.CheckSecret("any text is a key"))
	for secret, want := range map[string]string{
		"":            "empty signing secret",
		"sk_live_abc": "live API key",
		"rk_live_abc": "live API key",
		"sk_test_abc": "is an API key",
		"pk_test_abc": "is an API key",
	} {
		err := credential.CheckSecret(secret)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "abc")
	}
}
