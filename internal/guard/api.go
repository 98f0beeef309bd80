package guard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// An API stands before the API for SDKs, and keeps web pages out. SDKs in containers
// call it by names that its Guard could not know, and prove themselves by a key, which
// any page could make up where any key will do. The zero value is one that works.
type API struct {
	// Hosts are more names that the API may be called by.
	Hosts []string

	// Remedy says how a name is added to Hosts, where one is refused. Empty: nothing is said.
	Remedy string
}

// dockerHost is what containers call the machine that they run on.
//
// Source: https://docs.docker.com/desktop/features/networking/
const dockerHost = "host.docker.internal"

// Handler returns a handler that lets only those in who may use the next one. It
// refuses with 403 and an error in Stripe's shape, which SDKs tell.
func (a *API) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch sign := browser(r); {
		case !a.known(r.Host):
			forbid(w, a.unknown(r.Host))
		case sign != "":
			forbid(w, fmt.Sprintf("a web page may not call the API: the request has %s, as those of a browser have", sign))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (a *API) unknown(host string) string {
	message := fmt.Sprintf("host %q is not known to be this machine", printable(host))
	if a.Remedy != "" {
		message += ": " + a.Remedy
	}
	return message
}

// known reports whether a Host header is one that no web page can have: an attacker
// who points a name of their own here (DNS rebinding) needs a domain, which has a dot,
// and a page of that name sends GETs that nothing else gives away. Names without a dot
// are those of Compose services.
func (a *API) known(host string) bool {
	name, ok := named(host)
	return ok && (fixed(name) || name == dockerHost || !strings.Contains(name, ".") || among(a.Hosts, name))
}

// browser returns what shows that a browser made the request, "" if nothing does.
//
// Origin is with all that a page sends to another origin, but for some GETs, and
// Sec-Fetch-Site with everything for an address of this machine. Sec-Fetch-Mode alone
// is no sign: the fetch of Node sends it, which stripe-node can use. Of the content
// types that a page may send without being asked, text is none that an SDK has. A form
// is what all SDKs send, so that it needs one of the other signs; in parts, it is for
// files only.
func browser(r *http.Request) string {
	for name := range r.Header {
		if name == "Origin" || strings.HasPrefix(name, "Sec-Fetch-") && name != "Sec-Fetch-Mode" {
			return "the header " + name
		}
	}
	for _, value := range r.Header["Content-Type"] {
		media, _, _ := strings.Cut(strings.ToLower(value), ";")
		media = strings.TrimSpace(media)
		if strings.HasPrefix(media, "text/") || media == "multipart/form-data" && r.URL.Path != "/v1/files" {
			return fmt.Sprintf("the content type %q", printable(media))
		}
	}
	return ""
}

// forbid answers as Stripe's API does (https://docs.stripe.com/api/errors).
func forbid(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusForbidden)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"type": "invalid_request_error", "message": message}}) // who asked may be gone
}
