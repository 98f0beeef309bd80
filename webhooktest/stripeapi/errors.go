package stripeapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// An apiError is an error of the API (https://docs.stripe.com/api/errors).
type apiError struct {
	status  int
	typ     string // api_error, card_error, idempotency_error, invalid_request_error
	code    string // https://docs.stripe.com/error-codes
	message string
	param   string
	silent  bool // the connection is closed instead

	declineCode string
	charge      string
	intent      *node // the PaymentIntent or SetupIntent that could not be confirmed
}

// body returns the error in Stripe's format.
func (e *apiError) body() *node {
	fields := object()
	if e.intent != nil {
		fields.put(e.intent.child("object").str(), e.intent)
	}
	optional := func(key, s string) {
		if s != "" {
			fields.put(key, text(s))
		}
	}
	optional("charge", e.charge)
	optional("code", e.code)
	optional("decline_code", e.declineCode)
	if e.code != "" {
		fields.put("doc_url", text("https://docs.stripe.com/error-codes#"+strings.ReplaceAll(e.code, "_", "-")))
	}
	fields.put("message", text(e.message))
	optional("param", e.param)
	fields.put("type", text(e.typ))
	answer := object()
	answer.put("error", fields)
	return answer
}

const invalidRequest = "invalid_request_error"

// invalid is the error for an invalid request.
func invalid(param, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, typ: invalidRequest, message: fmt.Sprintf(format, args...), param: param}
}

// missing is the error for an unknown object.
func missing(kind, id string) *apiError {
	param := "id"
	if kind == "payment_intent" || kind == "setup_intent" {
		param = "intent"
	}
	return &apiError{
		status: http.StatusNotFound, typ: invalidRequest, code: "resource_missing", param: param,
		message: fmt.Sprintf("No such %s: '%s'", kind, id),
	}
}

// lacking is the error for a missing parameter.
func lacking(param string) *apiError {
	e := invalid(param, "Missing required param: %s.", param)
	e.code = "parameter_missing"
	return e
}

// unrecognized is the error for an unknown path. It names known ones.
func unrecognized(method, path string) *apiError {
	return &apiError{
		status: http.StatusNotFound, typ: invalidRequest,
		message: fmt.Sprintf("Unrecognized request URL (%s: %s): %s.", method, path, instead(path)),
	}
}

// instead names the known paths near a path, or the latest supported API version.
func instead(path string) string {
	t, ok := targetAt(path)
	switch {
	case strings.HasSuffix(path, "/"), strings.Contains(path, "//"):
		return "an empty id, or a trailing slash"
	case !ok:
		return "fakestripe knows the paths of API versions up to " + fixtures.Trains()[0] + ", a later release may know more"
	case t.rest == "":
		return "this path has other methods"
	}
	known := slices.Sorted(maps.Keys(writes().Actions[t.Kinds[0]]))
	known = slices.Concat(known, slices.Sorted(maps.Keys(writes().Lists[t.Kinds[0]])))
	if len(known) == 0 {
		return fmt.Sprintf("fakestripe knows nothing below %s, a later release may", t.Kinds[0])
	}
	return fmt.Sprintf("of %s fakestripe knows %s; a later release may know more", t.Kinds[0], strings.Join(known, ", "))
}

// unauthorized is the error for a wrong key. It never repeats the key.
func unauthorized(format string, args ...any) *apiError {
	return &apiError{status: http.StatusUnauthorized, typ: invalidRequest, message: fmt.Sprintf(format, args...)}
}

// noAnswer is the error for a client whose connection cannot be closed.
func noAnswer() *apiError {
	return &apiError{status: http.StatusGatewayTimeout, typ: "api_error", message: "No response (made to fail by fakestripe).", silent: true}
}

// injected is the error of a Failure.
func injected(status int) *apiError {
	switch {
	case status == http.StatusTooManyRequests:
		return &apiError{status: status, typ: invalidRequest, code: "rate_limit", message: "Request rate limit exceeded (made to fail by fakestripe)."}
	case status == http.StatusUnauthorized:
		return unauthorized("Invalid API key (made to fail by fakestripe).")
	case status == http.StatusPaymentRequired:
		return &apiError{status: status, typ: "card_error", code: "card_declined", message: "The card was declined (made to fail by fakestripe)."}
	case status != 0 && status < http.StatusInternalServerError:
		return &apiError{status: status, typ: invalidRequest, message: "The request was refused (made to fail by fakestripe)."}
	case status == 0:
		status = http.StatusInternalServerError
	}
	return &apiError{status: status, typ: "api_error", message: "Something went wrong on the server (made to fail by fakestripe)."}
}
