package stripeapi

import (
	"net/http"

	"github.com/fakestripe/fakestripe/fixtures"
)

// endpointAPI stores webhook endpoints and handles requests below /v1/webhook_endpoints.
type endpointAPI struct {
	graph   *graph
	lists   lister
	ids     *ids
	changed func(Change, Endpoint) *apiError // called before a change is stored
}

// add stores an endpoint made elsewhere.
func (a *endpointAPI) add(endpoint Endpoint) Endpoint {
	if endpoint.ID == "" {
		endpoint.ID = a.ids.id("we")
	}
	a.keep(endpoint)
	return endpoint
}

// remove forgets an endpoint.
func (a *endpointAPI) remove(id string) {
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	a.graph.objects.remove(ref{kind: endpointKind, id: id})
}

func (a *endpointAPI) keep(endpoint Endpoint) *node {
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	created := a.graph.now().Unix()
	r := ref{kind: endpointKind, id: endpoint.ID}
	if old, ok := a.graph.objects.get(r); ok {
		created = old.created
	}
	tree := endpoint.tree(created)
	a.graph.objects.keep(r, tree, stated)
	return tree
}

func (a *endpointAPI) serve(q *request, parts []string) (*answer, *apiError) {
	switch {
	case len(parts) == 0 && q.method == http.MethodGet:
		return a.list(q)
	case len(parts) == 0 && q.method == http.MethodPost:
		return a.create(q.params)
	case len(parts) != 1:
		return nil, unrecognized(q.method, q.path)
	}
	tree, failed := a.find(parts[0])
	if failed != nil {
		return nil, failed
	}
	switch q.method {
	case http.MethodGet:
		return answerWith(tree), nil
	case http.MethodPost:
		return a.update(tree, q.params)
	case http.MethodDelete:
		return a.delete(tree)
	}
	return nil, unrecognized(q.method, q.path)
}

func (a *endpointAPI) find(id string) (*node, *apiError) {
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	o, ok := a.graph.objects.get(ref{kind: endpointKind, id: id})
	if !ok || o.deleted {
		return nil, missing("webhook endpoint", id)
	}
	return o.tree(), nil
}

func (a *endpointAPI) list(q *request) (*answer, *apiError) {
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	tree, failed := a.lists.list("/v1/webhook_endpoints", []string{endpointKind}, nil, q.params)
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

func (a *endpointAPI) create(params *param) (*answer, *apiError) {
	for _, name := range writes().Required[endpointKind] {
		if params.field(name) == nil {
			return nil, lacking(name)
		}
	}
	made := Endpoint{ID: a.ids.id("we"), Secret: a.ids.secret(), APIVersion: params.get("api_version")}
	if failed := made.merge(params); failed != nil {
		return nil, failed
	}
	if failed := checkVersion(made.APIVersion); failed != nil {
		return nil, failed
	}
	made.Connect = params.get("connect") == "true"
	if failed := a.changed(Created, made); failed != nil {
		return nil, failed
	}
	tree := a.keep(made)
	tree.put("secret", text(made.Secret)) // here and never again
	return answerWith(tree), nil
}

// checkVersion rejects API versions without fixtures.
func checkVersion(version string) *apiError {
	if version == "" {
		return nil
	}
	if name, err := fixtures.FindVersion(version); err != nil || name != version {
		oldest, newest := fixtures.DefaultVersion, fixtures.Trains()[0]
		return invalid("api_version", "Invalid Stripe API version: %s. Known here are those from %s to %s.", version, oldest, newest)
	}
	return nil
}

func (a *endpointAPI) update(tree *node, params *param) (*answer, *apiError) {
	endpoint := endpointOf(tree)
	if failed := endpoint.merge(params); failed != nil {
		return nil, failed
	}
	if failed := a.changed(Updated, endpoint); failed != nil {
		return nil, failed
	}
	return answerWith(a.keep(endpoint)), nil
}

func (a *endpointAPI) delete(tree *node) (*answer, *apiError) {
	endpoint := endpointOf(tree)
	if failed := a.changed(Deleted, endpoint); failed != nil {
		return nil, failed
	}
	a.remove(endpoint.ID)
	return answerWith(tombstone(ref{kind: endpointKind, id: endpoint.ID})), nil
}
