package stripeapi

import (
	"net/http"
	"strconv"
)

// An answer is what a request is answered with.
type answer struct {
	status    int
	body      []byte // JSON, laid out
	object    string // what the body is
	id        string
	unchanged bool // no object is another one than before
}

// answerWith lays a tree out as an answer.
func answerWith(tree *node) *answer {
	return &answer{
		status: http.StatusOK, body: indented(tree.encode()),
		object: tree.child("object").str(), id: tree.child("id").str(),
	}
}

func (e *apiError) answer() *answer {
	return &answer{status: e.status, body: indented(e.body().encode())}
}

// write sends an answer with the headers that Stripe's have.
func (a *answer) write(w http.ResponseWriter, r *http.Request, call Call, version string) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	h.Set("Cache-Control", "no-cache, no-store")
	h.Set("Request-Id", call.RequestID)
	h.Set("Stripe-Version", version)
	echo := func(name, value string) {
		if value != "" {
			h.Set(name, value)
		}
	}
	echo("Idempotency-Key", call.IdempotencyKey)
	echo("Stripe-Account", call.Account)
	if a.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Stripe"`)
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // a client that hung up does not read it
	}
}
