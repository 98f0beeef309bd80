package stripeapi_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

const testKey = "sk_test_123"

// newAPI starts an API, and returns it with a stripe-go client of it that does not
// try again.
func newAPI(t *testing.T) (*stripeapi.Server, *client.API) {
	t.Helper()
	api := &stripeapi.Server{Seed: 1}
	return api, newClient(t, api, testKey)
}

func newClient(t *testing.T, api *stripeapi.Server, key string) *client.API {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return client.New(key, backends(server))
}

func clientOf(server *httptest.Server) *client.API { return client.New(testKey, backends(server)) }

func backends(server *httptest.Server) *stripe.Backends {
	config := &stripe.BackendConfig{
		URL: stripe.String(server.URL), HTTPClient: server.Client(),
		MaxNetworkRetries: stripe.Int64(0), LeveledLogger: &stripe.LeveledLogger{},
	}
	return &stripe.Backends{
		API:     stripe.GetBackendWithConfig(stripe.APIBackend, config),
		Connect: stripe.GetBackendWithConfig(stripe.ConnectBackend, config),
		Uploads: stripe.GetBackendWithConfig(stripe.UploadsBackend, config),
	}
}

// add makes an event of a type and adds it.
func add(t *testing.T, api *stripeapi.Server, eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
	t.Helper()
	source := webhooktest.Source{}
	event, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	require.NoError(t, api.Add(event.Body()))
	return event
}

func stripeError(t *testing.T, err error) *stripe.Error {
	t.Helper()
	var failed *stripe.Error
	require.ErrorAs(t, err, &failed)
	return failed
}

// request sends a request with a key, and what headers are given as "Name: value".
func request(t *testing.T, api *stripeapi.Server, method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+testKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, r)
	return answer
}

// idsOf returns the ids in a list, in their order.
func idsOf(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	var page struct{ Data []struct{ ID string } }
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &page), "%s", answer.Body)
	var ids []string
	for _, o := range page.Data {
		ids = append(ids, o.ID)
	}
	return strings.Join(ids, " ")
}

// do sends a request and returns the status of the answer.
func do(api *stripeapi.Server, method, path, body string) int {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+testKey)
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, r)
	return answer.Code
}

// receive waits for a value, or fails the test with what it waited for. The bound is
// for a program that hangs: no machine is that slow.
func receive[T any](t *testing.T, from <-chan T, what string) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(2 * time.Minute):
		t.Fatalf("waited two minutes for %s", what)
	}
	return value
}
