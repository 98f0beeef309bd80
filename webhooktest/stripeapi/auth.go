package stripeapi

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
)

// authorize checks the key of a request against Key or, if that is empty, requires any
// test mode key.
func authorize(r *http.Request, wanted string) *apiError {
	key, failed := keyOf(r)
	switch {
	case failed != nil:
		return failed
	case wanted == "" || strings.Contains(key, "_live"):
		return anyKey(key)
	case subtle.ConstantTimeCompare([]byte(key), []byte(wanted)) == 1:
		return nil
	}
	return unauthorized("Invalid API Key provided, or none: want the key of this server, which was printed or given when it started.")
}

// keyOf returns the key of a request, from Bearer or the user name of Basic
// (https://docs.stripe.com/api/authentication).
func keyOf(r *http.Request) (string, *apiError) {
	scheme, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key := strings.TrimSpace(credentials)
	if strings.EqualFold(scheme, "Basic") {
		decoded, err := base64.StdEncoding.DecodeString(key)
		if err != nil {
			return "", unauthorized("Invalid Authorization header: Basic wants base64.")
		}
		key, _, _ = strings.Cut(string(decoded), ":")
	}
	return key, nil
}

// anyKey accepts any test mode key.
func anyKey(key string) *apiError {
	mode, rest, _ := strings.Cut(key, "_test")
	switch {
	case key == "":
		return unauthorized("You did not provide an API key: send any sk_test_ key in the Authorization header, as Bearer or as the user name of Basic.")
	case (mode == "sk" || mode == "rk") && len(rest) > 1 && rest[0] == '_':
		return nil
	case strings.Contains(key, "_live"):
		return unauthorized("Live API key refused: fakestripe is not Stripe, and takes sk_test_ keys only.")
	case mode == "pk":
		e := unauthorized("This API call cannot be made with a publishable API key: use one that begins with sk_test_.")
		e.code = "secret_key_required"
		return e
	}
	return unauthorized("Invalid API Key provided: want one that begins with sk_test_.")
}
