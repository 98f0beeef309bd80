package stripeapi

import (
	"net/http"
	"strconv"
)

// An answer is the response to a request.
type answer struct {
	status    int
	tree      *node  // the content, with objects in their stored versions; nil once there is a body
	body      []byte // laid-out JSON
	object    string // type of the body
	id        string
	unchanged bool // no object has changed
}

// answerWith returns an answer with a tree.
func answerWith(tree *node) *answer {
	return &answer{status: http.StatusOK, tree: tree, object: tree.child("object").str(), id: tree.child("id").str()}
}

// finish lays out the answer, in the requested API version.
func (a *answer) finish(version string) {
	if a != nil && a.tree != nil {
		a.body, a.tree = indented(shaped(a.tree, version).encode()), nil
	}
}

func (e *apiError) answer() *answer {
	return &answer{status: e.status, body: indented(e.body().encode())}
}

// write sends an answer with Stripe's headers.
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
	if a.status == http.StatusTooManyRequests { // https://docs.stripe.com/rate-limits
		h.Set("Stripe-Rate-Limited-Reason", "global-rate")
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // a client that hung up does not read it
	}
}
