package stripeapi

import (
	"net/http"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// objectAPI handles requests for objects below /v1.
type objectAPI struct {
	graph  *graph
	reader reader
	writer writer
	expand expander
}

func (a *objectAPI) serve(q *request) (*answer, *apiError) {
	t, ok := targetAt(q.path)
	if !ok {
		return nil, unrecognized(q.method, q.path)
	}
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	before := a.graph.changes
	tree, failed := a.do(q, t)
	if failed == nil && q.method != http.MethodDelete {
		failed = a.expand.expand(tree, q.params)
	}
	if failed != nil {
		return nil, failed
	}
	firstPages(tree)
	answer := answerWith(tree)
	answer.unchanged = a.graph.changes == before
	return answer, nil
}

func (a *objectAPI) do(q *request, t target) (*node, *apiError) {
	preview := t.Use == routes.Singleton && t.Event != ""
	switch {
	case q.method == http.MethodDelete:
		return a.writer.delete(q, t)
	case q.method != http.MethodGet && q.method != http.MethodPost:
		return nil, unrecognized(q.method, q.path)
	case preview:
		return a.reader.preview(q, t)
	case q.method == http.MethodPost:
		return a.writer.change(q, t)
	}
	return a.reader.read(q, t)
}
