package stripeapi

import "time"

// A Call is one request that the API received, and what it answered. The key that
// came with the request is not kept.
type Call struct {
	N              int                 `json:"n"` // 1, 2, … in the order of arrival
	At             time.Time           `json:"at"`
	Duration       time.Duration       `json:"duration"` // until the answer, in nanoseconds
	Method         string              `json:"method"`
	Path           string              `json:"path"`
	Query          string              `json:"query,omitempty"`           // as it was sent
	Params         map[string][]string `json:"params,omitempty"`          // of query and body, flat: items[0][price]
	Account        string              `json:"account,omitempty"`         // the Stripe-Account header
	Context        string              `json:"context,omitempty"`         // the Stripe-Context header
	IdempotencyKey string              `json:"idempotency_key,omitempty"` // the Idempotency-Key header
	Version        string              `json:"version,omitempty"`         // the Stripe-Version header
	Client         string              `json:"client,omitempty"`          // the User-Agent header
	RequestID      string              `json:"request_id"`                // the Request-Id of the answer
	Status         int                 `json:"status"`
	Object         string              `json:"object,omitempty"`    // what was answered: "refund", "list"
	ID             string              `json:"id,omitempty"`        // of what was answered
	Replayed       bool                `json:"replayed,omitempty"`  // the answer to an earlier request with this idempotency key
	Unchanged      bool                `json:"unchanged,omitempty"` // a write that set what was set already
	Error          string              `json:"error,omitempty"`     // the message, when the answer was an error
}

// Write says whether the call is a write: any method but GET and HEAD.
func (c *Call) Write() bool { return c.Method != "GET" && c.Method != "HEAD" }

// size is about how many bytes a call takes.
func (c *Call) size() int {
	size := 500 + len(c.Path) + len(c.Query) + len(c.IdempotencyKey) + len(c.Error)
	for name, texts := range c.Params {
		size += len(name)
		for _, text := range texts {
			size += len(text)
		}
	}
	return size
}
