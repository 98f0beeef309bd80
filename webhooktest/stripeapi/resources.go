package stripeapi

import (
	"net/http"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// resources answers requests for the objects of version 1 of the API.
type resources struct {
	graph  *graph
	reader reader
	writer writer
	expand expander
}

func (r *resources) request(q *request) (*answer, *apiError) {
	t, ok := find(q.path)
	if !ok {
		return nil, unrecognized(q.method, q.path)
	}
	r.graph.mu.Lock()
	defer r.graph.mu.Unlock()
	tree, failed := r.do(q, t)
	if failed == nil && q.method != http.MethodDelete {
		failed = r.expand.expand(tree, q.params)
	}
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

func (r *resources) do(q *request, t target) (*node, *apiError) {
	preview := t.Use == routes.Singleton && t.Event != ""
	switch {
	case q.method == http.MethodDelete:
		return r.writer.delete(q, t)
	case q.method != http.MethodGet && q.method != http.MethodPost:
		return nil, unrecognized(q.method, q.path)
	case preview:
		return r.reader.preview(q, t)
	case q.method == http.MethodPost:
		return r.writer.change(q, t)
	}
	return r.reader.read(q, t)
}
