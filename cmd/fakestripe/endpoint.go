package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
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

// completed completes an abbreviated URL, as for --to.
func completed(text string) string {
	host, _, _ := strings.Cut(text, "/")
	_, err := strconv.ParseUint(host, 10, 16)
	switch {
	case host == "":
		return "http://localhost" + text
	case err == nil:
		return "http://localhost:" + text
	}
	return "http://" + text
}

// cause is the reason for a failed request, without the URL.
func cause(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// status describes an answer in our words: the handler's could say anything.
func status(answer *http.Response) string {
	return strings.TrimSpace(fmt.Sprint(answer.StatusCode, " ", http.StatusText(answer.StatusCode)))
}
