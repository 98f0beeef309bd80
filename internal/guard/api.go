package guard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// An API guards the API for SDKs against web pages. SDKs in containers call it by names
// that a Guard cannot know. Their API key proves nothing: where any key is accepted, a
// page can invent one, too. The zero value works.
type API struct {
	// Hosts are additional names of the API.
	Hosts []string

	// Remedy tells a refused client how to add a name to Hosts, if not empty.
	Remedy string
}

// dockerHost is the name of this machine inside containers.
//
// Source: https://docs.docker.com/desktop/features/networking/
const dockerHost = "host.docker.internal"

// Handler returns a handler that passes permitted requests to next. It refuses others
// with 403 and an error in Stripe's format, which SDKs report.
func (a *API) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch sign := Browser(r); {
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

// known reports whether a Host header is out of reach for web pages. To point a name here
// (DNS rebinding), an attacker needs a domain, which has a dot, and GETs from such a page
// have no other mark. Names without a dot are those of Compose services.
func (a *API) known(host string) bool {
	name, ok := named(host)
	return ok && (fixed(name) || name == dockerHost || !strings.Contains(name, ".") || among(a.Hosts, name))
}

// Browser returns the sign that a browser made the request, or "".
//
// Browsers send Origin with cross-origin requests, except some GETs, and Sec-Fetch-Site
// with every request to this machine. Sec-Fetch-Mode alone is no sign: Node's fetch sends
// it, and stripe-node can use that. Among the content types that pages may send without a
// preflight, no SDK uses text. All SDKs send forms, so a form needs another sign;
// multipart is for files only.
func Browser(r *http.Request) string {
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

// forbid responds as Stripe's API does (https://docs.stripe.com/api/errors).
func forbid(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusForbidden)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"type": "invalid_request_error", "message": message}}) // the client may have left
}
