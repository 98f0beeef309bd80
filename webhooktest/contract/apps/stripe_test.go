package apps

import (
	"net/http"
	"net/http/httptest"
	"time"
)

// apiClient calls a local Stripe API without a network, which a bubble of synctest could
// not wait for.
func apiClient(api http.Handler) *http.Client {
	return &http.Client{Transport: inProcess{api}, Timeout: 5 * time.Second}
}

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}
