package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// An interrupt is not taken for a listen that is missing.
func TestAnInterruptWhileAskingForListen(t *testing.T) {
	t.Parallel()
	var hub listen.Hub
	server := serveTest(t, listen.Control(&hub))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := openListen(ctx, server.URL, time.Minute)
	require.EqualError(t, err, "interrupted")
}
