package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/credential"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	hide := func(text string) string { return credential.Hide(text) }
	for _, test := range []struct {
		name string
		hide func(string) string
		text string
		want string
	}{
		{"a signing secret", hide, "whsec_A1b2C3d4E5f6G7h8I9, of whsec_test", "whsec_…, of whsec_test"},
		{"keys", hide, "sk_live_A1b2C3d4E5f6G7h8I9 rk_test_A1b2C3d4E5f6G7h8I9", "sk_live_… rk_test_…"},
		{"what clears the screen", printable, "said \x1b[2Jsk_live_A1b2C3d4E5f6G7h8I9\x00\nand\tmore", "said \uFFFD[2Jsk_live_…\uFFFD\nand\tmore"},
		{"a password and a key", redactURL, "http://u:pass@localhost:1/state?key=abc&shop=1", "http://u:…@localhost:1/state?key=…&shop=1"},
		{"a plain URL", redactURL, "http://localhost:4242/state/{event.id}", "http://localhost:4242/state/{event.id}"},
		{"short for a URL", redactURL, "4242/state", "4242/state"},
		{"who one is", redactHeader, "authorization: Bearer abc", "authorization: …"},
		{"another header", redactHeader, "X-Shop: 1", "X-Shop: 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.hide(test.text))
		})
	}
}
