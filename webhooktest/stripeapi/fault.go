package stripeapi

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Failure makes requests fail as during an outage of Stripe: without effect, with an
// error in Stripe's format.
type Failure struct {
	// Rate is the share of matching requests that fail, from 0 to 1. 0 means all.
	Rate float64

	// Path selects requests: "/v1/refunds" matches that path and everything below, "*" any
	// one segment, "POST /v1/refunds" only that method. Empty means all.
	Path string

	// Status is the status of the response. 0 means 500. 429 has Stripe's code rate_limit.
	Status int

	// NoAnswer closes the connection without a response, as after a timeout of the network.
	// A client that shares no connection, as in process, gets 504.
	NoAnswer bool
}

// A Slowness delays requests before their execution.
type Slowness struct {
	Delay time.Duration
	Path  string // as in Failure
}

// ParseFailure parses RATE, PATH or RATE@PATH, each with an optional =STATUS (500 by
// default) or =none for no response: "0.1", "10%", "/v1/refunds", "0.5@POST /v1/refunds",
// "/v1/customers/*=429".
func ParseFailure(text string) (Failure, error) {
	if rest, silent := strings.CutSuffix(text, "=none"); silent && !strings.Contains(rest, "=") {
		failure, err := ParseFailure(rest)
		failure.NoAnswer = err == nil
		return failure, err
	}
	rest, status, err := cutStatus(text)
	if err != nil {
		return Failure{}, fmt.Errorf("%q: %w", text, err)
	}
	if isPath(rest) {
		path, err := parsePath(rest)
		if err != nil {
			return Failure{}, fmt.Errorf("%q: %w", text, err)
		}
		return Failure{Path: path, Status: status}, nil
	}
	first, path, scoped := strings.Cut(rest, "@")
	rate, err := parseRate(first)
	if err == nil && scoped {
		path, err = parsePath(path)
	}
	if err != nil {
		return Failure{}, fmt.Errorf("%q: %w", text, err)
	}
	return Failure{Rate: rate, Path: path, Status: status}, nil
}

// ParseSlowness parses DURATION or DURATION@PATH: "2s", "500ms@/v1/customers".
func ParseSlowness(text string) (Slowness, error) {
	first, path, scoped := strings.Cut(text, "@")
	delay, err := time.ParseDuration(first)
	switch {
	case err != nil:
		return Slowness{}, fmt.Errorf("%q: want a duration such as 2s or 500ms, and optionally @ and a path to slow only that", text)
	case delay <= 0:
		return Slowness{}, fmt.Errorf("%q: want a duration above zero", text)
	case scoped:
		if path, err = parsePath(path); err != nil {
			return Slowness{}, fmt.Errorf("%q: %w", text, err)
		}
	}
	return Slowness{Delay: delay, Path: path}, nil
}

func cutStatus(text string) (rest string, status int, err error) {
	rest, number, given := strings.Cut(text, "=")
	if !given {
		return rest, 0, nil
	}
	status, err = strconv.Atoi(number)
	if err != nil || status < 400 || status > 599 {
		return "", 0, fmt.Errorf("status %q: want 400 to 599, such as 429 or 503, or none", number)
	}
	return rest, status, nil
}

func parseRate(text string) (float64, error) {
	number, percent := strings.CutSuffix(text, "%")
	rate, err := strconv.ParseFloat(number, 64)
	if percent {
		rate /= 100
	}
	if err != nil || !(rate > 0 && rate <= 1) {
		return 0, fmt.Errorf("rate %q: want a share above 0 and up to 1, such as 0.1 or 10%%, or a path such as /v1/refunds", text)
	}
	return rate, nil
}

// isPath distinguishes PATH and METHOD PATH from RATE@PATH.
func isPath(text string) bool {
	slash, at := strings.IndexByte(text, '/'), strings.IndexByte(text, '@')
	return slash >= 0 && (at < 0 || slash < at)
}

func parsePath(text string) (string, error) {
	method, path, given := strings.Cut(text, " ")
	if !given {
		method, path = "", text
	}
	switch method {
	case "", http.MethodGet, http.MethodPost, http.MethodDelete:
	default:
		return "", fmt.Errorf("method %q: want GET, POST or DELETE", method)
	}
	if !strings.HasPrefix(path, "/") {
		return "", errors.New("want a path that begins with /, such as /v1/refunds")
	}
	return text, nil
}
