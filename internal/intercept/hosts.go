package intercept

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// domain is the domain of Stripe's hosts.
const domain = "stripe.com"

// called are the hosts that servers call. The API answers for all of them, with an error
// for an unknown path.
var called = []string{"api", "files", "connect", "checkout", "m", "meter-events"}

// IsStripe reports whether a name is one of Stripe's hosts.
func IsStripe(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// hosts answers requests to these hosts with the API, and to others with an error in
// Stripe's format (https://docs.stripe.com/api/errors).
func hosts(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.ToLower(strings.TrimSuffix(hostname(r.Host), "."))
		name, ok := strings.CutSuffix(host, "."+domain)
		if ok && slices.Contains(called, name) {
			api.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{
			"type":    "invalid_request_error",
			"message": fmt.Sprintf("fakestripe exec answers for %s.stripe.com, not for %.100q (%s %.200s).", strings.Join(called, ", "), host, r.Method, r.URL.Path),
		}})
	})
}
