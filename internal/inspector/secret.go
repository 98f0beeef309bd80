package inspector

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// secret returns the signing secret of an endpoint, for copying. No other response contains
// it: pages, streams and lists are read over shoulders and kept in logs. A secret from the
// user is never returned.
func secret(hub *listen.Hub, given string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		endpoints, id := hub.Endpoints(), r.PathValue("id")
		at := slices.IndexFunc(endpoints, func(e listen.Endpoint) bool { return e.ID == id })
		switch {
		case at < 0:
			refuse(w, http.StatusNotFound, "no endpoint %q: it was removed, or never added", id)
		case given != "" && endpoints[at].Secret == given:
			refuse(w, http.StatusForbidden, "this signing secret was given to listen, which never tells it: copy it from there")
		default:
			answer(w, map[string]string{"secret": cmp.Or(endpoints[at].Secret, webhooktest.DefaultSecret)})
		}
	}
}
