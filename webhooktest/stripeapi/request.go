package stripeapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
)

// A request is a parsed HTTP request.
type request struct {
	method, path string
	params       *param // of query and body
	account      string
	key          string // Idempotency-Key
	version      string // Stripe-Version
}

// readRequest parses parameters from the query and the body.
func readRequest(r *http.Request) (*request, *apiError) {
	q := &request{
		method: r.Method, path: r.URL.Path, params: &param{kind: hash},
		account: r.Header.Get("Stripe-Account"), key: r.Header.Get("Idempotency-Key"), version: r.Header.Get("Stripe-Version"),
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
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, invalid("", "the body could not be read: it took too long")
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
