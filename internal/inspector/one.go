package inspector

import (
	"net/http"
	"slices"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// A deliveryHandler handles a request about one delivery.
type deliveryHandler func(http.ResponseWriter, *http.Request, listen.Delivery)

// one looks up the delivery named in the route.
func one(hub *listen.Hub, handle deliveryHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		delivery, ok := hub.Delivery(r.PathValue("id"))
		if !ok {
			refuse(w, http.StatusNotFound, "no delivery %q: it was never made, or is too old to be kept", r.PathValue("id"))
			return
		}
		handle(w, r, delivery)
	}
}

// endpointOf returns the endpoint of a delivery, if it still exists.
func endpointOf(hub *listen.Hub, d listen.Delivery) (endpoint listen.Endpoint, known bool) {
	endpoints := hub.Endpoints()
	at := slices.IndexFunc(endpoints, func(e listen.Endpoint) bool { return e.ID == d.Endpoint })
	if at < 0 {
		return listen.Endpoint{}, false
	}
	return endpoints[at], true
}
