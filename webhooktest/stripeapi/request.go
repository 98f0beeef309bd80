package stripeapi

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// A request is what the API makes of an HTTP request.
type request struct {
	method, path string
	params       *param // of query and body
	account      string
	key          string // Idempotency-Key
}

// readRequest reads parameters from the query and the body.
func readRequest(r *http.Request) (*request, *apiError) {
	q := &request{
		method: r.Method, path: r.URL.Path, params: &param{kind: hash},
		account: r.Header.Get("Stripe-Account"), key: r.Header.Get("Idempotency-Key"),
	}
	if q.method == http.MethodHead {
		q.method = http.MethodGet
	}
	content, failed := readBody(r)
	if failed != nil {
		return q, failed
	}
	query, err := decodeForm(r.URL.RawQuery)
	if err != nil {
		return q, invalid("", "query: %s", err)
	}
	body, err := decodeBody(content, r.Header.Get("Content-Type"))
	if err != nil {
		return q, invalid("", "body: %s", err)
	}
	q.params.keys = append(query.keys, body.keys...)
	q.params.fields = append(query.fields, body.fields...)
	return q, nil
}

func readBody(r *http.Request) ([]byte, *apiError) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	switch {
	case err != nil:
		return nil, invalid("", "the body could not be read: %s", err)
	case len(body) > MaxBody:
		e := invalid("", "The body is larger than %d bytes.", MaxBody)
		e.status = http.StatusRequestEntityTooLarge
		return nil, e
	}
	return body, nil
}

func decodeBody(body []byte, contentType string) (*param, error) {
	media, attributes, _ := mime.ParseMediaType(contentType)
	switch {
	case len(body) == 0:
		return &param{kind: hash}, nil
	case media == "application/json":
		n, err := parseNode(body)
		if err == nil && n.kind != '{' {
			err = errors.New("want a JSON object")
		}
		if err != nil {
			return nil, err
		}
		return paramOf(n), nil
	case media == "multipart/form-data":
		return decodeMultipart(body, attributes["boundary"])
	}
	return decodeForm(string(body))
}

// authorize accepts the server's key, or any of test mode if it has none.
func (s *Server) authorize(r *http.Request) *apiError {
	key, failed := keyOf(r)
	switch {
	case failed != nil:
		return failed
	case s.Key == "" || strings.Contains(key, "_live"):
		return anyKey(key)
	case subtle.ConstantTimeCompare([]byte(key), []byte(s.Key)) == 1:
		return nil
	}
	return unauthorized("Invalid API Key provided, or none: want the key of this server, which was printed or given when it started.")
}

// keyOf returns the key of a request: given as Bearer, or as the name of Basic
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

// anyKey accepts any key of test mode.
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
