package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnsecret(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		hide func(string) string
		text string
		want string
	}{
		{"a signing secret", unsecret, "whsec_A1b2C3d4E5f6G7h8I9, of whsec_test", "whsec_…, of whsec_test"},
		{"keys", unsecret, "sk_live_A1b2C3d4E5f6G7h8I9 rk_test_A1b2C3d4E5f6G7h8I9", "sk_live_… rk_test_…"},
		{"what clears the screen", harmless, "said \x1b[2Jsk_live_A1b2C3d4E5f6G7h8I9\x00\nand\tmore", "said \uFFFD[2Jsk_live_…\uFFFD\nand\tmore"},
		{"a password and a key", unsecretURL, "http://u:pass@localhost:1/state?key=abc&shop=1", "http://u:…@localhost:1/state?key=…&shop=1"},
		{"a plain URL", unsecretURL, "http://localhost:4242/state/{event.id}", "http://localhost:4242/state/{event.id}"},
		{"short for a URL", unsecretURL, "4242/state", "4242/state"},
		{"who one is", unsecretHeader, "authorization: Bearer abc", "authorization: …"},
		{"another header", unsecretHeader, "X-Shop: 1", "X-Shop: 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.hide(test.text))
		})
	}
}
