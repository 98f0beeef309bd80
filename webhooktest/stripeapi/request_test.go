package stripeapi_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

func TestKeys(t *testing.T) {
	basic := func(credentials string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
	}
	for _, test := range []struct {
		name, authorization string
		status              int
		message             string
	}{
		{"secret test key", "Bearer sk_test_abc", 200, ""},
		{"restricted test key", "Bearer rk_test_abc", 200, ""},
		{"Basic, as curl -u sends it", basic("sk_test_abc:"), 200, ""},
		{"Basic without colon", basic("sk_test_abc"), 200, ""},
		{"scheme in other case", "bearer sk_test_abc", 200, ""},
		{"no key", "", 401, "did not provide an API key"},
		{"empty Bearer", "Bearer ", 401, "did not provide an API key"},
		{"live key", "Bearer sk_live_topsecret", 401, "Live API key refused"},
		{"restricted live key", basic("rk_live_topsecret:"), 401, "Live API key refused"},
		{"publishable key", "Bearer pk_test_abc", 401, "publishable"},
		{"prefix only", "Bearer sk_test_", 401, "Invalid API Key"},
		{"something else", "Bearer topsecret", 401, "Invalid API Key"},
		{"Basic that is not base64", "Basic %%%", 401, "base64"},
		{"password instead of name", basic(":sk_test_abc"), 401, "did not provide an API key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := &stripeapi.Server{}
			answer := request(t, api, "GET", "/v1/charges", "", "Authorization: "+test.authorization)
			require.Equal(t, test.status, answer.Code)
			require.Contains(t, answer.Body.String(), test.message)
			require.NotContains(t, answer.Body.String(), "topsecret")
			require.Equal(t, test.status, api.Calls()[0].Status, "refused requests are recorded too")
			if test.status == 401 {
				require.Equal(t, "invalid_request_error", errorOf(t, answer)["type"])
				require.NotEmpty(t, answer.Header().Get("WWW-Authenticate"))
			}
		})
	}
}

// A server with a key takes no other, and reads nothing of who has it not.
func TestTheKeyOfTheServer(t *testing.T) {
	const key = "sk_test_topsecret"
	for _, test := range []struct {
		name, authorization string
		status              int
		message             string
	}{
		{"the key", "Bearer " + key, 400, "Invalid integer"},
		{"the key as the name of Basic", "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")), 400, "Invalid integer"},
		{"none", "", 401, "want the key of this server"},
		{"another of test mode", "Bearer sk_test_abc", 401, "want the key of this server"},
		{"the beginning", "Bearer sk_test_topsecre", 401, "want the key of this server"},
		{"with more behind", "Bearer sk_test_topsecrets", 401, "want the key of this server"},
		{"in capitals", "Bearer SK_TEST_TOPSECRET", 401, "want the key of this server"},
		{"a live key", "Bearer sk_live_topsecret", 401, "Live API key refused"},
		{"Basic that is not base64", "Basic %%%", 401, "base64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := &stripeapi.Server{Key: key}
			for _, path := range []string{"/v1/customers", "/v1/webhook_endpoints", "/v1/events?limit=x", "/v2/core/events"} {
				answer := request(t, api, "POST", path, "limit=x", "Authorization: "+test.authorization)
				require.Equal(t, test.status == 401, answer.Code == 401, path)
				require.NotContains(t, answer.Body.String(), "topsecret")
			}
			answer := request(t, api, "GET", "/v1/customers?limit=x", "", "Authorization: "+test.authorization)
			require.Equal(t, test.status, answer.Code)
			require.Contains(t, answer.Body.String(), test.message)

			unread := httptest.NewRequest("POST", "/v1/customers", failingReader{t, test.status == 401})
			unread.Header.Set("Authorization", test.authorization)
			api.ServeHTTP(httptest.NewRecorder(), unread)
		})
	}
}

// A failingReader must not be read, or ends at once.
type failingReader struct {
	t         *testing.T
	forbidden bool
}

func (r failingReader) Read([]byte) (int, error) {
	if r.forbidden {
		r.t.Error("the body of a stranger was read")
	}
	return 0, io.EOF
}

func errorOf(t *testing.T, answer *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var body struct{ Error map[string]any }
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &body), "%s", answer.Body)
	return body.Error
}

func TestRefusedRequests(t *testing.T) {
	const form, jsonType = "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/json"
	for _, test := range []struct {
		name, method, path, body, header string
		status                           int
		message                          string
	}{
		{"a subscription is canceled by DELETE", "POST", "/v1/subscriptions/sub_1OBrCsLkdIwHu7ix7q8PZ9y0/cancel", "", form, 404, "Unrecognized request URL"},
		{"unknown path", "GET", "/v1/teapots", "", form, 404, "Unrecognized request URL (GET: /v1/teapots)"},
		{"no path", "GET", "/v1", "", form, 404, "Unrecognized"},
		{"the root", "GET", "/", "", form, 404, "Unrecognized"},
		{"trailing slash", "GET", "/v1/customers/", "", form, 404, "an empty id"},
		{"empty id before an action", "POST", "/v1/payment_intents//cancel", "", form, 404, "an empty id"},
		{"unknown action", "POST", "/v1/customers/cus_1/dance", "", form, 404, "Unrecognized"},
		{"method", "PUT", "/v1/customers", "", form, 404, "Unrecognized"},
		{"deleting a collection", "DELETE", "/v1/customers", "", form, 404, "Unrecognized"},
		{"what can only be made", "GET", "/v1/account_links", "", form, 404, "Unrecognized"},
		{"bad query", "GET", "/v1/customers?a[b=1", "", form, 400, "brackets do not match"},
		{"bad escape", "POST", "/v1/customers", "name=%zz", form, 400, "not form encoded"},
		{"one and several", "POST", "/v1/customers", "name=a&name[b]=c", form, 400, "both as one value and as several"},
		{"deep", "POST", "/v1/customers", "a" + strings.Repeat("[b]", 40) + "=1", form, 400, "nested more than 12 deep"},
		{"many", "POST", "/v1/customers", strings.Repeat("a=1&", 5001), form, 400, "more than 5000 parameters"},
		{"bad JSON", "POST", "/v1/customers", `{"a":`, jsonType, 400, "body: line 1"},
		{"JSON of another kind", "POST", "/v1/customers", `[]`, jsonType, 400, "want a JSON object"},
		{"too large", "POST", "/v1/customers", "name=" + strings.Repeat("a", stripeapi.MaxBody), form, 413, "larger than 1048576 bytes"},
		{"limit too small", "GET", "/v1/customers?limit=0", "", form, 400, "greater than or equal to 1"},
		{"limit too large", "GET", "/v1/customers?limit=101", "", form, 400, "less than or equal to 100"},
		{"limit no number", "GET", "/v1/customers?limit=all", "", form, 400, "Invalid integer: all"},
		{"both ways at once", "GET", "/v1/customers?starting_after=a&ending_before=b", "", form, 400, "not both"},
		{"after what is not there", "GET", "/v1/customers?starting_after=cus_Gone1", "", form, 400, "cus_Gone1"},
		{"multipart without boundary", "POST", "/v1/files", "x", "Content-Type: multipart/form-data", 400, "without a boundary"},
		{"long idempotency key", "POST", "/v1/customers", "", "Idempotency-Key: " + strings.Repeat("k", 256), 400, "255"},
		{"amount with decimals", "POST", "/v1/payment_intents", "amount=10.5&currency=eur", form, 400, "Invalid integer: 10.5"},
		{"amount in words", "POST", "/v1/payment_intents", "amount=ten&currency=eur", form, 400, "Invalid integer: ten"},
		{"amount missing", "POST", "/v1/payment_intents", "currency=eur", form, 400, "Missing required param: amount"},
		{"much to expand", "GET", "/v1/customers?" + strings.Repeat("expand[]=a&", 51), "", form, 400, "Array is too long: 51"},
		{"many items", "POST", "/v1/subscriptions", "customer=cus_1A" + strings.Repeat("&items[][quantity]=1", 101), form, 400, "Array is too long: 101"},
		{"many line items", "POST", "/v1/checkout/sessions", "a=b" + strings.Repeat("&line_items[][quantity]=1", 101), form, 400, "Array is too long: 101"},
		{"refund of nothing", "POST", "/v1/refunds", "", form, 400, "charge|payment_intent"},
		{"v2 that is not there", "GET", "/v2/core/accounts", "", form, 404, "Unrecognized"},
		{"event that cannot be made", "POST", "/v1/events", "", form, 404, "Unrecognized"},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := &stripeapi.Server{}
			answer := request(t, api, test.method, test.path, test.body, test.header)
			require.Equal(t, test.status, answer.Code, "%s", answer.Body)
			failed := errorOf(t, answer)
			require.Equal(t, "invalid_request_error", failed["type"])
			require.Contains(t, failed["message"], test.message)
			calls := api.Calls()
			require.Equal(t, failed["message"], calls[len(calls)-1].Error)
		})
	}
}

// Who sends too slowly is told so. Reading ends the request's context, as a client that
// hangs up does, but this one still listens.
func TestABodyThatIsNotInTime(t *testing.T) {
	t.Parallel()
	api := &stripeapi.Server{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0))
		api.ServeHTTP(w, r)
	}))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /v1/refunds HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+testKey+"\r\nContent-Length: 100\r\n\r\ncharge=")
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.Contains(t, string(body), "the body could not be read: it took too long")
	require.Equal(t, http.StatusBadRequest, api.Calls()[0].Status)
}

// Answers have the headers that Stripe's have.
func TestHeaders(t *testing.T) {
	api := &stripeapi.Server{}
	answer := request(t, api, "POST", "/v1/customers", "name=Rosa", "Stripe-Version: 2024-06-20", "Stripe-Account: acct_1Shop",
		"Idempotency-Key: k1", "User-Agent: Stripe/v1 Test", "Stripe-Context: ctx_1")
	h := answer.Header()
	require.Equal(t, http.StatusOK, answer.Code)
	require.Regexp(t, "^req_[0-9A-Za-z]{14}$", h.Get("Request-Id"))
	require.Equal(t, []string{"2024-06-20", "acct_1Shop", "k1", "application/json"},
		[]string{h.Get("Stripe-Version"), h.Get("Stripe-Account"), h.Get("Idempotency-Key"), h.Get("Content-Type")})
	require.Equal(t, "2023-10-16", request(t, api, "GET", "/v1/customers", "").Header().Get("Stripe-Version"))
	newer := &stripeapi.Server{Version: "2025-03-31.basil"}
	require.Equal(t, "2025-03-31.basil", request(t, newer, "GET", "/v1/customers", "").Header().Get("Stripe-Version"))

	call := api.Calls()[0]
	require.Equal(t, []string{"POST", "/v1/customers", "acct_1Shop", "ctx_1", "k1", "2024-06-20", "Stripe/v1 Test", h.Get("Request-Id"), "customer"},
		[]string{call.Method, call.Path, call.Account, call.Context, call.IdempotencyKey, call.Version, call.Client, call.RequestID, call.Object})
	require.Equal(t, map[string][]string{"name": {"Rosa"}}, call.Params)
	require.True(t, call.Write())
	raw, err := json.Marshal(api.Calls())
	require.NoError(t, err)
	require.NotContains(t, string(raw), testKey)
}

func TestHead(t *testing.T) {
	answer := request(t, &stripeapi.Server{}, "HEAD", "/v1/customers", "")
	require.Equal(t, http.StatusOK, answer.Code)
	require.Empty(t, answer.Body.Bytes())
}

// stripe-go understands the errors.
func TestErrors(t *testing.T) {
	api, sc := newAPI(t)
	live := newClient(t, api, "sk_live_x")
	limited, limit := newAPI(t)
	limited.Fail(stripeapi.Failure{Status: 429})
	down, broken := newAPI(t)
	down.Fail(stripeapi.Failure{})
	declining, declined := newAPI(t)
	declining.Fail(stripeapi.Failure{Status: 402})
	_, missing := sc.Charges.Get("ch_3Nothing", nil)
	_, refused := live.Charges.Get("ch_3Nothing", nil)
	_, tooMany := limit.Charges.Get("ch_3Nothing", nil)
	_, internal := broken.Charges.Get("ch_3Nothing", nil)
	_, card := declined.PaymentIntents.Get("pi_3Nothing", nil)
	_, param := sc.PaymentIntents.New(&stripe.PaymentIntentParams{Currency: stripe.String("eur")})
	for _, test := range []struct {
		name   string
		err    error
		status int
		typ    stripe.ErrorType
		code   stripe.ErrorCode
		param  string
	}{
		{"no such object", missing, 404, stripe.ErrorTypeInvalidRequest, stripe.ErrorCodeResourceMissing, "id"},
		{"live key", refused, 401, stripe.ErrorTypeInvalidRequest, "", ""},
		{"rate limit", tooMany, 429, stripe.ErrorTypeInvalidRequest, stripe.ErrorCodeRateLimit, ""},
		{"internal", internal, 500, stripe.ErrorTypeAPI, "", ""},
		{"card", card, 402, stripe.ErrorTypeCard, stripe.ErrorCodeCardDeclined, ""},
		{"parameter", param, 400, stripe.ErrorTypeInvalidRequest, stripe.ErrorCodeParameterMissing, "amount"},
	} {
		t.Run(test.name, func(t *testing.T) {
			failed := stripeError(t, test.err)
			require.Equal(t, []any{test.status, test.typ, test.code, test.param}, []any{failed.HTTPStatusCode, failed.Type, failed.Code, failed.Param})
			require.NotEmpty(t, failed.RequestID)
		})
	}
}
