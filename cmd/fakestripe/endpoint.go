package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// remote reports whether an endpoint is known to be outside of this host and private
// networks. An unresolvable host is left for the deliveries to report.
func remote(ctx context.Context, endpoint *webhooktest.Endpoint) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	local, err := endpoint.Local(ctx)
	return err == nil && !local
}

// parseHeaders parses "Name: value".
func parseHeaders(texts []string) (http.Header, error) {
	header := make(http.Header)
	for _, text := range texts {
		name, value, ok := strings.Cut(text, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("--header %q: want Name: value", text)
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return header, nil
}
