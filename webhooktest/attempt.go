package webhooktest

import "net/http"

// An attempt is one delivery of an event, ready to send.
type attempt struct {
	body      []byte
	signature string
	unsigned  bool        // no Stripe-Signature header
	header    http.Header // replaces the usual headers; an empty value removes one
	chunked   bool        // no Content-Length
	method    string      // empty: POST
	query     string      // added to the URL
	name      string      // of the signature header, as spelled
	hangUp    bool        // the sender leaves before the response
}
