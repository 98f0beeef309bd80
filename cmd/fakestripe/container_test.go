package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Who meets nobody at localhost inside a container is given the address of the host.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target    string
		contained bool
		want      string // part of it; "": nothing is said
	}{
		{"http://localhost:4242/webhook", true, "give http://host.docker.internal:4242/webhook"},
		{"http://127.0.0.1:4242/webhook", true, "127.0.0.1 is the container itself"},
		{"https://[::1]/webhook", true, "give https://host.docker.internal:443/webhook"},
		{"http://localhost:4242/webhook", false, ""},
		{"http://app:4242/webhook", true, ""},
		{"http://10.0.0.7:4242/webhook", true, ""},
		{"http://%zz", true, ""},
	} {
		got := elsewhere(c.target, c.contained)
		require.Equal(t, c.want == "", got == "", c.target)
		require.Contains(t, got, c.want, c.target)
	}
}
