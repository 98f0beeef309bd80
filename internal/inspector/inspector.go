// Package inspector is the web page on which the deliveries of a running listen
// are watched, read and sent again, and the JSON that the page is made of.
//
// The page is one document with its style and scripts beside it, embedded, without
// a build step; it loads nothing from elsewhere. Everything that an event, a
// handler or a caller of the API wrote is text to it, never markup: the scripts
// set textContent only, and the Content-Security-Policy forbids inline code and,
// where browsers know them, assignments of markup at all.
//
// # Routes
//
//	GET  /                               the page
//	GET  /inspect/assets/{file}          its style and scripts
//	GET  /inspect/deliveries             all deliveries that are kept, in short, oldest first
//	GET  /inspect/deliveries/{id}        one in full
//	GET  /inspect/deliveries/{id}/body   the event as a file
//	GET  /inspect/deliveries/{id}/curl   the request as a command
//	GET  /inspect/deliveries/{id}/gotest the delivery as a Go test
//	GET  /inspect/search?text=           the ids of deliveries whose event or answer has the text
//	GET  /inspect/live                   server-sent events: everything, then what changes
//	GET  /inspect/calls                  what was asked of the API lately
//	GET  /inspect/types                  event types, flows and mutations
//	POST /inspect/deliveries/{id}/replay the same event again, signed now
//	POST /inspect/trigger                new events of a type or a flow
//	POST /inspect/send                   a payload, signed now
//	POST /inspect/check                  whether a text is a payload, and where it is not
//
// A POST wants a JSON body of at most [MaxBody] bytes. An error is a status and
// {"error": "…"}.
//
// Who may ask is not decided here: a guard.Guard stands before the handler.
package inspector

import (
	"cmp"
	"net/http"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// Config is what the inspector needs.
type Config struct {
	// Hub is what is shown, and what delivers.
	Hub *listen.Hub

	// Source makes the events that the page triggers. Nil: of the default API
	// version, with fresh ids.
	Source *webhooktest.Source

	// Version of the program, shown on the page.
	Version string

	// Trigger is the command that makes the first event, shown while there is none.
	// Empty: fakestripe trigger payment_intent.succeeded.
	Trigger string
}

// New returns the page and its JSON as one handler, to be mounted at /.
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
	mux.HandleFunc("GET /inspect/calls", calls(hub))
	mux.HandleFunc("GET /inspect/types", types(source))
	mux.HandleFunc("GET /inspect/deliveries/{id}", one(hub, inFull(hub)))
	mux.HandleFunc("GET /inspect/deliveries/{id}/body", one(hub, body))
	mux.HandleFunc("GET /inspect/deliveries/{id}/curl", one(hub, curl(hub)))
	mux.HandleFunc("GET /inspect/deliveries/{id}/gotest", one(hub, goTest))
	mux.HandleFunc("POST /inspect/deliveries/{id}/replay", one(hub, replay(hub)))
	mux.HandleFunc("POST /inspect/trigger", trigger(hub, source))
	mux.HandleFunc("POST /inspect/send", send(hub, source))
	mux.HandleFunc("POST /inspect/check", check)
	return secured(mux)
}
