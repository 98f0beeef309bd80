// Package inspector is the web page of a running listen, which shows its deliveries and
// repeats them, and the JSON API behind the page.
//
// The page is one embedded document with its own style and scripts: no build step,
// nothing loaded from elsewhere. Text of events, handlers and API clients never becomes
// markup: the scripts set only textContent, and the Content-Security-Policy forbids
// inline code and, in browsers with Trusted Types, any assignment of markup.
//
// # Routes
//
//	GET  /                               the page
//	GET  /inspect/assets/{file}          its style and scripts
//	GET  /inspect/deliveries             a summary of each delivery that is kept, oldest first
//	GET  /inspect/deliveries/{id}        one in full
//	GET  /inspect/deliveries/{id}/body   the event as a file
//	GET  /inspect/deliveries/{id}/curl   the request as a command
//	GET  /inspect/deliveries/{id}/gotest the delivery as a Go test
//	GET  /inspect/search?text=           the ids of deliveries that contain all words of the text
//	GET  /inspect/live                   server-sent events: everything, then each change
//	GET  /inspect/calls                  the latest calls of the API
//	GET  /inspect/types                  event types, flows and mutations
//	POST /inspect/deliveries/{id}/replay the same event again, signed now, to any endpoint
//	POST /inspect/endpoints/{id}/secret  the signing secret, to be copied
//	POST /inspect/trigger                new events of a type or a flow
//	POST /inspect/complete               pays or declines what a client of the API created
//	POST /inspect/send                   a payload, signed now
//	POST /inspect/check                  whether a text is a payload, or where it is wrong
//
// A POST has a JSON body of at most [MaxBody] bytes. An error is a status and {"error":
// "…"}.
//
// The handler authenticates no one: put a guard.Guard in front of it.
package inspector

import (
	"cmp"
	"context"
	"net/http"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
)

// Config configures the inspector.
type Config struct {
	// Hub holds the deliveries, and makes new ones.
	Hub *listen.Hub

	// Source makes the events triggered on the page. Nil means the default API version, with
	// fresh IDs.
	Source *webhooktest.Source

	// Given is a signing secret from the user: the page does not reveal it.
	Given string

	// Version is the program's version, shown on the page.
	Version string

	// Complete completes an object that a client of the API created. If nil, the page does
	// not offer it.
	Complete func(context.Context, payment.Request) error

	// Trigger is the command for a first event, shown while there is none. Empty means
	// fakestripe trigger payment_intent.succeeded.
	Trigger string
}

// New returns the page and its JSON API as one handler, to be mounted at /.
func New(config Config) http.Handler {
	hub, source := config.Hub, config.Source
	if source == nil {
		source = new(webhooktest.Source)
	}
	hello := greeting{cmp.Or(config.Trigger, "fakestripe trigger payment_intent.succeeded"), config.Version}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", servePage)
	mux.HandleFunc("GET /inspect/assets/{file}", serveAsset)
	mux.HandleFunc("GET /inspect/deliveries", list(hub))
	mux.HandleFunc("GET /inspect/search", search(hub))
	mux.HandleFunc("GET /inspect/live", live(hub, hello))
	mux.HandleFunc("GET /inspect/calls", calls(hub, config.Complete != nil))
	mux.HandleFunc("GET /inspect/types", types(source))
	mux.HandleFunc("GET /inspect/deliveries/{id}", one(hub, inFull(hub)))
	mux.HandleFunc("GET /inspect/deliveries/{id}/body", one(hub, body))
	mux.HandleFunc("GET /inspect/deliveries/{id}/curl", one(hub, curl(hub)))
	mux.HandleFunc("GET /inspect/deliveries/{id}/gotest", one(hub, goTest))
	mux.HandleFunc("POST /inspect/deliveries/{id}/replay", one(hub, replay(hub)))
	mux.HandleFunc("POST /inspect/endpoints/{id}/secret", secret(hub, config.Given))
	mux.HandleFunc("POST /inspect/trigger", trigger(hub, source))
	if config.Complete != nil {
		mux.HandleFunc("POST /inspect/complete", complete(config.Complete))
	}
	mux.HandleFunc("POST /inspect/send", send(hub, source))
	mux.HandleFunc("POST /inspect/check", check)
	return secured(mux)
}
