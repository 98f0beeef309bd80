package stripeapi

import "net/http"

// endpoints keeps webhook endpoints, and answers requests below /v1/webhook_endpointe.
type endpoints struct {
	graph   *graph
	lists   lister
	ids     *ids
	changed func(Change, Endpoint) *apiError // called before a change is kept
}

// add keeps an endpoint that was made elsewhere.
func (e *endpoints) add(endpoint Endpoint) Endpoint {
	if endpoint.ID == "" {
		endpoint.ID = e.ids.id("we")
	}
	e.keep(endpoint)
	return endpoint
}

// remove forgets an endpoint.
func (e *endpoints) remove(id string) {
	e.graph.mu.Lock()
	defer e.graph.mu.Unlock()
	e.graph.objects.remove(ref{kind: endpointKind, id: id})
}

func (e *endpoints) keep(endpoint Endpoint) *node {
	e.graph.mu.Lock()
	defer e.graph.mu.Unlock()
	created := e.graph.now().Unix()
	r := ref{kind: endpointKind, id: endpoint.ID}
	if old, ok := e.graph.objects.get(r); ok {
		created = old.created
	}
	tree := endpoint.tree(created)
	e.graph.objects.keep(r, tree, stated)
	return tree
}

func (e *endpoints) request(q *request, parts []string) (*answer, *apiError) {
	switch {
	case len(parts) == 0 && q.method == http.MethodGet:
		return e.list(q)
	case len(parts) == 0 && q.method == http.MethodPost:
		return e.create(q.params)
	case len(parts) != 1:
		return nil, unrecognized(q.method, q.path)
	}
	tree, failed := e.find(parts[0])
	if failed != nil {
		return nil, failed
	}
	switch q.method {
	case http.MethodGet:
		return answerWith(tree), nil
	case http.MethodPost:
		return e.update(tree, q.params)
	case http.MethodDelete:
		return e.delete(tree)
	}
	return nil, unrecognized(q.method, q.path)
}

func (e *endpoints) find(id string) (*node, *apiError) {
	e.graph.mu.Lock()
	defer e.graph.mu.Unlock()
	o, ok := e.graph.objects.get(ref{kind: endpointKind, id: id})
	if !ok || o.deleted {
		return nil, missing("webhook endpoint", id)
	}
	return o.tree(), nil
}

func (e *endpoints) list(q *request) (*answer, *apiError) {
	e.graph.mu.Lock()
	defer e.graph.mu.Unlock()
	tree, failed := e.lists.list("/v1/webhook_endpoints", []string{endpointKind}, nil, q.params)
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

func (e *endpoints) create(params *param) (*answer, *apiError) {
	for _, name := range writes().Required[endpointKind] {
		if params.field(name) == nil {
			return nil, lacking(name)
		}
	}
	made := Endpoint{ID: e.ids.id("we"), Secret: e.ids.secret(), APIVersion: params.get("api_version")}
	if failed := made.merge(params); failed != nil {
		return nil, failed
	}
	made.Connect = params.get("connect") == "true"
	if failed := e.changed(Created, made); failed != nil {
		return nil, failed
	}
	tree := e.keep(made)
	tree.put("secret", text(made.Secret)) // here and never again
	return answerWith(tree), nil
}

func (e *endpoints) update(tree *node, params *param) (*answer, *apiError) {
	endpoint := endpointOf(tree)
	if failed := endpoint.merge(params); failed != nil {
		return nil, failed
	}
	if failed := e.changed(Updated, endpoint); failed != nil {
		return nil, failed
	}
	return answerWith(e.keep(endpoint)), nil
}

func (e *endpoints) delete(tree *node) (*answer, *apiError) {
	endpoint := endpointOf(tree)
	if failed := e.changed(Deleted, endpoint); failed != nil {
		return nil, failed
	}
	e.remove(endpoint.ID)
	return answerWith(tombstone(ref{kind: endpointKind, id: endpoint.ID})), nil
}
