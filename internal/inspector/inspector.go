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
	"net/http"
	"slices"

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

type inspector struct {
	Config
}

// New returns the page and its JSON as one handler, to be mounted at /.
func New(config Config) http.Handler {
	if config.Source == nil {
		config.Source = new(webhooktest.Source)
	}
	if config.Trigger == "" {
		config.Trigger = "fakestripe trigger payment_intent.succeeded"
	}
	i := &inspector{config}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", i.page)
	mux.HandleFunc("GET /inspect/assets/{file}", asset)
	mux.HandleFunc("GET /inspect/deliveries", i.list)
	mux.HandleFunc("GET /inspect/search", i.search)
	mux.HandleFunc("GET /inspect/live", i.live)
	mux.HandleFunc("GET /inspect/calls", i.calls)
	mux.HandleFunc("GET /inspect/types", i.types)
	mux.HandleFunc("GET /inspect/deliveries/{id}", i.one(i.detail))
	mux.HandleFunc("GET /inspect/deliveries/{id}/body", i.one(i.body))
	mux.HandleFunc("GET /inspect/deliveries/{id}/curl", i.one(i.curl))
	mux.HandleFunc("GET /inspect/deliveries/{id}/gotest", i.one(i.goTest))
	mux.HandleFunc("POST /inspect/deliveries/{id}/replay", i.one(i.replay))
	mux.HandleFunc("POST /inspect/trigger", i.trigger)
	mux.HandleFunc("POST /inspect/send", i.send)
	mux.HandleFunc("POST /inspect/check", i.check)
	return secured(mux)
}

// one is for routes about one delivery.
func (i *inspector) one(serve func(http.ResponseWriter, *http.Request, listen.Delivery)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		delivery, ok := i.Hub.Delivery(r.PathValue("id"))
		if !ok {
			refuse(w, http.StatusNotFound, "no delivery %q: it was never made, or is too old to be kept", r.PathValue("id"))
			return
		}
		serve(w, r, delivery)
	}
}

// endpoint returns the endpoint of a delivery, if it is still there.
func (i *inspector) endpoint(d listen.Delivery) (endpoint listen.Endpoint, known bool) {
	endpoints := i.Hub.Endpoints()
	at := slices.IndexFunc(endpoints, func(e listen.Endpoint) bool { return e.ID == d.Endpoint })
	if at < 0 {
		return listen.Endpoint{}, false
	}
	return endpoints[at], true
}
