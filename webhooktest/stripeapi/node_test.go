package stripeapi_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// TestNodeJudges has the stripe npm package call the API.
func TestNodeJudges(t *testing.T) {
	node := findNode(t)
	api := &stripeapi.Server{}
	api.Fail(stripeapi.Failure{Path: "/v1/products", Status: 503})
	server := httptest.NewServer(api)
	defer server.Close()
	event := add(t, api, "payment_intent.succeeded", webhooktest.Set("data.object.amount", 1500), webhooktest.Set("data.object.receipt_email", "rosa@example.org"))
	id, _ := event.Lookup("data.object.id")
	address, err := url.Parse(server.URL)
	require.NoError(t, err)

	var got struct {
		Event   json.RawMessage
		Payment struct {
			ID, Email          string
			SameCharge, Source bool
		}
		Refunds      []any
		Customers    struct{ Made, Listed []string }
		Subscription []any
		Deleted      struct{ Deleted bool }
		Failures     map[string]struct {
			Class, Type, Code, Param string
			Status                   int
		}
	}
	require.NoError(t, json.Unmarshal(runNode(t, node, address.Port(), event.ID()), &got))
	require.JSONEq(t, string(event.Body()), string(got.Event), "the event that was delivered")
	require.Equal(t, []any{id, "rosa@example.org", true, true}, []any{got.Payment.ID, got.Payment.Email, got.Payment.SameCharge, got.Payment.Source})
	require.Equal(t, []any{true, 500.0, "true"}, got.Refunds)
	require.ElementsMatch(t, append(got.Customers.Made, customerOf(t, event)), got.Customers.Listed)
	require.Equal(t, []any{"price_1Tea", 3.0, "active", "canceled"}, got.Subscription)
	require.True(t, got.Deleted.Deleted)
	for name, want := range map[string][]any{
		"missing":     {"StripeInvalidRequestError", "invalid_request_error", "resource_missing", 404},
		"live":        {"StripeAuthenticationError", "invalid_request_error", "", 401},
		"idempotency": {"StripeIdempotencyError", "idempotency_error", "", 400},
		"tooMuch":     {"StripeInvalidRequestError", "invalid_request_error", "", 400},
		"down":        {"StripeAPIError", "api_error", "", 503},
	} {
		failed := got.Failures[name]
		require.Equal(t, want, []any{failed.Class, failed.Type, failed.Code, failed.Status}, name)
	}
	require.Equal(t, "acct_1Shop", api.Calls()[4].Account)
}

func customerOf(t *testing.T, event *webhooktest.Event) string {
	t.Helper()
	id, ok := event.Lookup("data.object.customer")
	require.True(t, ok)
	return id.(string)
}

// nodeFolder is where the stripe package of webhooktest is installed.
const nodeFolder = "../testdata/node"

// findNode returns the path of Node.js, if it and the stripe package are there.
func findNode(t *testing.T) string {
	t.Helper()
	node := realpart.Need(t, "install Node.js 20", "node")
	if _, err := os.Stat(filepath.Join(nodeFolder, "node_modules", "stripe")); err != nil {
		realpart.Missing(t, "the stripe npm package: run npm ci in webhooktest/testdata/node")
	}
	return node
}

// runNode runs testdata/calls.mjs with the stripe package of webhooktest.
func runNode(t *testing.T, node string, arguments ...string) []byte {
	t.Helper()
	script, err := filepath.Abs("testdata/calls.mjs")
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), node, append([]string{script}, arguments...)...)
	command.Dir, command.Stderr = nodeFolder, os.Stderr
	output, err := command.Output()
	require.NoError(t, err)
	return output
}
