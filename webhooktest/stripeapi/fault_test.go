package stripeapi_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

func TestParseFailure(t *testing.T) {
	for _, test := range []struct {
		text string
		want stripeapi.Failure
	}{
		{"0.1", stripeapi.Failure{Rate: 0.1}},
		{"1", stripeapi.Failure{Rate: 1}},
		{"10%", stripeapi.Failure{Rate: 0.1}},
		{"/v1/refunds", stripeapi.Failure{Path: "/v1/refunds"}},
		{"POST /v1/refunds", stripeapi.Failure{Path: "POST /v1/refunds"}},
		{"0.5@/v1/refunds", stripeapi.Failure{Rate: 0.5, Path: "/v1/refunds"}},
		{"50%@POST /v1/refunds=503", stripeapi.Failure{Rate: 0.5, Path: "POST /v1/refunds", Status: 503}},
		{"/v1/customers/*=429", stripeapi.Failure{Path: "/v1/customers/*", Status: 429}},
		{"0.2=429", stripeapi.Failure{Rate: 0.2, Status: 429}},
		{"0.2=none", stripeapi.Failure{Rate: 0.2, NoAnswer: true}},
		{"/v1/refunds=none", stripeapi.Failure{Path: "/v1/refunds", NoAnswer: true}},
	} {
		t.Run(test.text, func(t *testing.T) {
			got, err := stripeapi.ParseFailure(test.text)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
	for _, test := range []struct{ text, message string }{
		{"", `"": rate "": want a share above 0 and up to 1, such as 0.1 or 10%, or a path such as /v1/refunds`},
		{"often", `rate "often"`},
		{"0", `rate "0"`},
		{"1.5", `rate "1.5"`},
		{"-1", `rate "-1"`},
		{"NaN", `rate "NaN"`},
		{"0.5@", "want a path that begins with /"},
		{"0.5@refunds", "want a path that begins with /"},
		{"0.5@PUSH /v1", `method "PUSH": want GET, POST or DELETE`},
		{"PUSH /v1", `method "PUSH": want GET, POST or DELETE`},
		{"0.5=200", `status "200": want 400 to 599`},
		{"0.5=", `status "": want 400 to 599`},
		{"0.5=500=none", `status "500=none": want 400 to 599`},
	} {
		t.Run(test.text, func(t *testing.T) {
			_, err := stripeapi.ParseFailure(test.text)
			require.ErrorContains(t, err, test.message)
		})
	}
}

func TestParseSlowness(t *testing.T) {
	for text, want := range map[string]stripeapi.Slowness{
		"2s":                    {Delay: 2 * time.Second},
		"500ms@/v1/customers":   {Delay: 500 * time.Millisecond, Path: "/v1/customers"},
		"1m@GET /v1/customers/": {Delay: time.Minute, Path: "GET /v1/customers/"},
	} {
		got, err := stripeapi.ParseSlowness(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for text, message := range map[string]string{
		"":         "want a duration such as 2s",
		"slow":     "want a duration such as 2s",
		"5":        "want a duration such as 2s",
		"-1s":      "above zero",
		"0s":       "above zero",
		"1s@":      "begins with /",
		"1s@v1":    "begins with /",
		"1s@PUT /": `method "PUT"`,
	} {
		_, err := stripeapi.ParseSlowness(text)
		require.ErrorContains(t, err, message, text)
	}
}

func TestFailByPath(t *testing.T) {
	for _, test := range []struct {
		rule, method, path string
		fails              bool
	}{
		{"/v1/customers", "GET", "/v1/customers", true},
		{"/v1/customers", "POST", "/v1/customers", true},
		{"/v1/customers", "GET", "/v1/customers/search", true},
		{"/v1/customers", "GET", "/v1/customer_sessions", false},
		{"/v1/customers", "GET", "/v1/prices", false},
		{"POST /v1/customers", "POST", "/v1/customers", true},
		{"POST /v1/customers", "GET", "/v1/customers", false},
		{"/v1/*/search", "GET", "/v1/customers/search", true},
		{"/v1/*/search", "GET", "/v1/customers", false},
		{"/", "GET", "/v1/prices", true},
	} {
		t.Run(test.rule+" "+test.method+" "+test.path, func(t *testing.T) {
			api := &stripeapi.Server{}
			rule, err := stripeapi.ParseFailure(test.rule)
			require.NoError(t, err)
			api.Fail(rule)
			require.Equal(t, test.fails, request(t, api, test.method, test.path, "").Code == 500)
		})
	}
}

// The same seed fails the same requests, about as many as the rate says, until the
// rule is taken away.
func TestFailByRate(t *testing.T) {
	pattern := func(seed uint64) string {
		api := &stripeapi.Server{Seed: seed}
		api.Fail(stripeapi.Failure{Rate: 0.3, Status: 503})
		var seen strings.Builder
		for range 300 {
			seen.WriteString(map[int]string{200: ".", 503: "x"}[request(t, api, "GET", "/v1/prices", "").Code])
		}
		api.Fail()
		require.Equal(t, 200, request(t, api, "GET", "/v1/prices", "").Code)
		return seen.String()
	}
	first := pattern(7)
	require.Len(t, first, 300)
	require.Equal(t, first, pattern(7))
	require.NotEqual(t, first, pattern(8))
	require.InDelta(t, 90, strings.Count(first, "x"), 30)
}

// A request that fails has no effect.
func TestFailedWrite(t *testing.T) {
	api, sc := newAPI(t)
	api.Fail(stripeapi.Failure{Path: "POST /v1/customers"})
	require.Equal(t, 500, request(t, api, "POST", "/v1/customers", "name=Rosa").Code)
	api.Fail()
	require.Zero(t, count(t, sc.Customers.List(nil)))
}

func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &stripeapi.Server{}
		api.Slow(stripeapi.Slowness{Delay: 15 * time.Second, Path: "/v1/customers"}, stripeapi.Slowness{Delay: time.Second})
		for path, want := range map[string]time.Duration{"/v1/customers": 15 * time.Second, "/v1/prices": time.Second} {
			start := time.Now()
			require.Equal(t, 200, request(t, api, "GET", path, "").Code)
			require.Equal(t, want, time.Since(start))
			calls := api.Calls()
			require.Equal(t, want, calls[len(calls)-1].Duration)
		}
		api.Slow()
		start := time.Now()
		request(t, api, "GET", "/v1/customers", "")
		require.Zero(t, time.Since(start))
	})
}

// Who hangs up while waiting gets nothing, and nothing is done.
func TestSlowAndGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &stripeapi.Server{}
		api.Slow(stripeapi.Slowness{Delay: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, "POST", "/v1/customers", strings.NewReader("name=Rosa"))
		r.Header.Set("Authorization", "Bearer "+testKey)
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		call := api.Calls()[0]
		require.Equal(t, []any{5 * time.Second, 0, "the client hung up"}, []any{call.Duration, call.Status, call.Error})
		require.Empty(t, answer.Body.String())
		api.Slow()
		require.Contains(t, request(t, api, "GET", "/v1/customers", "").Body.String(), `"data": []`)
	})
}
