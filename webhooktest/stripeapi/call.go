package stripeapi

import "time"

// A Call is one request to the API, with its response. It omits the API key.
type Call struct {
	N              int                 `json:"n"` // 1, 2, … in order of arrival
	At             time.Time           `json:"at"`
	Duration       time.Duration       `json:"duration"` // up to the response, in nanoseconds
	Method         string              `json:"method"`
	Path           string              `json:"path"`
	Query          string              `json:"query,omitempty"`           // as sent
	Params         map[string][]string `json:"params,omitempty"`          // of query and body, flat: items[0][price]
	Account        string              `json:"account,omitempty"`         // the Stripe-Account header
	Context        string              `json:"context,omitempty"`         // the Stripe-Context header
	IdempotencyKey string              `json:"idempotency_key,omitempty"` // the Idempotency-Key header
	Version        string              `json:"version,omitempty"`         // the Stripe-Version header
	Client         string              `json:"client,omitempty"`          // the User-Agent header
	RequestID      string              `json:"request_id"`                // the Request-Id of the response
	Status         int                 `json:"status"`
	Object         string              `json:"object,omitempty"`    // type of the response: "refund", "list"
	ID             string              `json:"id,omitempty"`        // ID of the response
	Replayed       bool                `json:"replayed,omitempty"`  // repeated from an earlier request with this idempotency key
	Unchanged      bool                `json:"unchanged,omitempty"` // a write of values already set
	Error          string              `json:"error,omitempty"`     // the message of an error
}

// Write reports whether the call is a write: any method except GET and HEAD.
func (c *Call) Write() bool { return c.Method != "GET" && c.Method != "HEAD" }

// size estimates the size of a call in bytes.
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
