package stripeapi

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"regexp"
	"sync"
)

// replays stores the responses to requests with an idempotency key. The zero value is
// empty.
type replays struct {
	mu   sync.Mutex
	kept kept[string, *replay]
}

// A replay is the response to the first request with an idempotency key.
type replay struct {
	request   [sha256.Size]byte // hash of path and parameters
	answer    *answer           // nil during the first request
	requestID string
	message   string // of an error
}

// once executes a request, or returns the stored answer for its idempotency key. It does
// not store the refusal of a request before its execution
// (https://docs.stripe.com/api/idempotent_requests).
func (r *replays) once(q *request, call *Call, header http.Header, dispatch func(*request) (*answer, *apiError)) (*answer, *apiError) {
	if q.key == "" || q.method != http.MethodPost {
		return dispatch(q)
	}
	if len(longID().ReplaceAllString(q.key, "")) > 255 {
		return nil, invalid("", "Idempotency-Key: want at most 255 characters.")
	}
	name := q.account + "\x00" + q.key
	first, failed := r.reserve(name, q)
	if failed != nil {
		return nil, failed
	}
	if first.answer != nil {
		header.Set("Idempotent-Replayed", "true")
		header.Set("Original-Request", first.requestID)
		call.Replayed, call.Error = true, first.message
		return first.answer, nil
	}
	failed = &apiError{} // if dispatch panics, forget the key
	var a *answer
	defer func() { r.finish(name, first, a, failed, call.RequestID) }()
	a, failed = dispatch(q)
	return a, failed
}

// longID matches ids of events that test what a handler does with long ones. Stripe allows
// 255 characters in an id and 255 in a key, but its ids are short: a key made of one fits.
var longID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[a-z]+_[0-9A-Za-z_]{150,}`) })

// reserve returns the replay for an idempotency key. The caller must finish one without
// a response.
func (r *replays) reserve(name string, q *request) (*replay, *apiError) {
	params, err := json.Marshal(q.params.flat()) // sorts them
	if err != nil {
		return nil, invalid("", "%s", err)
	}
	sum := sha256.Sum256(append([]byte(q.path+"\x00"), params...))
	r.mu.Lock()
	defer r.mu.Unlock()
	first, ok := r.kept.get(name)
	switch {
	case !ok:
		first = &replay{request: sum}
		r.kept.count, r.kept.bytes = KeptKeys, KeptBytes
		r.kept.put(name, first, len(name))
		return first, nil
	case first.request != sum:
		return nil, &apiError{
			status: http.StatusBadRequest, typ: "idempotency_error",
			message: "This Idempotency-Key came with other parameters, or for another path, before: use a new key for a new request.",
		}
	case first.answer == nil:
		return nil, &apiError{
			status: http.StatusConflict, typ: "idempotency_error", code: "idempotency_key_in_use",
			message: "A request with this Idempotency-Key is under way.",
		}
	}
	return first, nil
}

// finish stores the response to the first request with a key, or forgets the key.
func (r *replays) finish(name string, first *replay, a *answer, failed *apiError, requestID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept.remove(name)
	if failed != nil && failed.status < 500 && failed.status != http.StatusPaymentRequired {
		return
	}
	message := ""
	if failed != nil {
		a, message = failed.answer(), failed.message
	}
	r.kept.put(name, &replay{request: first.request, answer: a, requestID: requestID, message: message}, len(name)+len(a.body))
}
