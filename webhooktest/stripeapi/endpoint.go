package stripeapi

import (
	"net/http"
	"net/url"
	"slices"
)

// An Endpoint is a webhook endpoint, as /v1/webhook_endpoints has them
// (https://docs.stripe.com/api/webhook_endpoints/object).
type Endpoint struct {
	ID            string            `json:"id"` // we_…
	URL           string            `json:"url"`
	EnabledEvents []string          `json:"enabled_events"` // types, or "*"
	APIVersion    string            `json:"api_version,omitempty"`
	Description   string            `json:"description,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"`
	Connect       bool              `json:"connect,omitempty"`  // of the events of connected accounts
	Disabled      bool              `json:"disabled,omitempty"` // kept, but nothing is delivered to it

	// Secret signs its deliveries. The API shows it once, to who creates the endpoint.
	Secret string `json:"-"`
}

// A Change is what a client of the API did to a webhook endpoint.
type Change string

// The changes that OnEndpoint is told of.
const (
	Created Change = "created"
	Updated Change = "updated"
	Deleted Change = "deleted"
)

const endpointKind = "webhook_endpoint"

// AddEndpoint tells the API of a webhook endpoint that was made elsewhere, or that
// changed. OnEndpoint is not called. An endpoint without an ID gets one.
func (s *Server) AddEndpoint(endpoint Endpoint) Endpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	if endpoint.ID == "" {
		endpoint.ID = s.newID("we")
	}
	s.keepEndpoint(endpoint)
	return endpoint
}

// RemoveEndpoint makes the API forget a webhook endpoint. OnEndpoint is not called.
func (s *Server) RemoveEndpoint(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := ref{kind: endpointKind, id: id}
	if o, ok := s.state().objects.get(r); ok {
		s.store.objects.remove(r)
		s.store.unindex(o)
	}
}

func (s *Server) keepEndpoint(endpoint Endpoint) *node {
	created := s.now().Unix()
	r := ref{kind: endpointKind, id: endpoint.ID}
	if old, ok := s.state().objects.get(r); ok {
		created = old.created
	}
	tree := endpoint.tree(created)
	s.store.keep(r, tree, stated)
	return tree
}

// tree is the endpoint in Stripe's form, without the secret.
func (e *Endpoint) tree(created int64) *node {
	tree := object()
	optional := func(key, s string) {
		tree.put(key, null())
		if s != "" {
			tree.put(key, text(s))
		}
	}
	tree.put("id", text(e.ID))
	tree.put("object", text(endpointKind))
	optional("api_version", e.APIVersion)
	tree.put("application", null())
	tree.put("connect", value(e.Connect))
	tree.put("created", value(created))
	optional("description", e.Description)
	tree.put("enabled_events", value(slices.Clone(e.EnabledEvents)))
	tree.put("livemode", value(false))
	tree.put("metadata", value(e.Metadata))
	if len(e.Metadata) == 0 {
		tree.put("metadata", object())
	}
	tree.put("status", text("enabled"))
	if e.Disabled {
		tree.put("status", text("disabled"))
	}
	tree.put("url", text(e.URL))
	return tree
}

// endpointOf reads what tree wrote.
func endpointOf(tree *node) Endpoint {
	e := Endpoint{
		ID: tree.child("id").str(), URL: tree.child("url").str(),
		APIVersion: tree.child("api_version").str(), Description: tree.child("description").str(),
		Connect: tree.child("connect").plain() == "true", Disabled: tree.child("status").str() == "disabled",
	}
	for _, typ := range tree.child("enabled_events").children {
		e.EnabledEvents = append(e.EnabledEvents, typ.str())
	}
	metadata := tree.child("metadata")
	for i, key := range metadata.keys {
		if e.Metadata == nil {
			e.Metadata = make(map[string]string)
		}
		e.Metadata[key] = metadata.children[i].str()
	}
	return e
}

// endpointRequest answers requests below /v1/webhook_endpoints.
func (s *Server) endpointRequest(q *request, parts []string) (*answer, *apiError) {
	switch {
	case len(parts) == 0 && q.method == http.MethodGet:
		return s.listEndpoints(q)
	case len(parts) == 0 && q.method == http.MethodPost:
		return s.createEndpoint(q.params)
	case len(parts) != 1:
		return nil, unrecognized(q.method, q.path)
	}
	tree, failed := s.findEndpoint(parts[0])
	if failed != nil {
		return nil, failed
	}
	switch q.method {
	case http.MethodGet:
		return answerWith(tree), nil
	case http.MethodPost:
		return s.updateEndpoint(tree, q.params)
	case http.MethodDelete:
		return s.deleteEndpoint(tree)
	}
	return nil, unrecognized(q.method, q.path)
}

func (s *Server) findEndpoint(id string) (*node, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.state().objects.get(ref{kind: endpointKind, id: id})
	if !ok || o.deleted {
		return nil, missing("webhook endpoint", id)
	}
	return o.tree(), nil
}

func (s *Server) listEndpoints(q *request) (*answer, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tree, failed := s.list("/v1/webhook_endpoints", []string{endpointKind}, nil, q.params)
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

func (s *Server) createEndpoint(params *param) (*answer, *apiError) {
	for _, name := range known().writing.Required[endpointKind] {
		if params.field(name) == nil {
			return nil, lacking(name)
		}
	}
	s.mu.Lock()
	e := Endpoint{ID: s.newID("we"), Secret: s.newID("whsec"), APIVersion: params.get("api_version")}
	s.mu.Unlock()
	if failed := e.merge(params); failed != nil {
		return nil, failed
	}
	e.Connect = params.get("connect") == "true"
	if failed := s.changed(Created, e); failed != nil {
		return nil, failed
	}
	s.mu.Lock()
	tree := s.keepEndpoint(e)
	s.mu.Unlock()
	tree.put("secret", text(e.Secret)) // here and never again
	return answerWith(tree), nil
}

func (s *Server) updateEndpoint(tree *node, params *param) (*answer, *apiError) {
	e := endpointOf(tree)
	if failed := e.merge(params); failed != nil {
		return nil, failed
	}
	if failed := s.changed(Updated, e); failed != nil {
		return nil, failed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return answerWith(s.keepEndpoint(e)), nil
}

func (s *Server) deleteEndpoint(tree *node) (*answer, *apiError) {
	e := endpointOf(tree)
	if failed := s.changed(Deleted, e); failed != nil {
		return nil, failed
	}
	s.RemoveEndpoint(e.ID)
	return answerWith(tombstone(ref{kind: endpointKind, id: e.ID})), nil
}

// changed tells who delivers of a change.
func (s *Server) changed(change Change, e Endpoint) *apiError {
	if s.OnEndpoint == nil {
		return nil
	}
	if err := s.OnEndpoint(change, e); err != nil {
		return invalid("url", "%s", err)
	}
	return nil
}

// merge takes what a client may set.
func (e *Endpoint) merge(params *param) *apiError {
	for i, key := range params.keys {
		p := params.fields[i]
		switch key {
		case "url":
			if parsed, err := url.Parse(p.text); err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
				return invalid("url", "Invalid URL: want an http or https URL.")
			}
			e.URL = p.text
		case "enabled_events":
			if e.EnabledEvents = p.texts(); len(e.EnabledEvents) == 0 || e.EnabledEvents[0] == "" {
				return invalid("enabled_events", "Invalid array: want event types, or *.")
			}
		case "description":
			e.Description = p.text
		case "disabled":
			e.Disabled = p.text == "true"
		case "metadata":
			e.mergeMetadata(p)
		}
	}
	return nil
}

func (e *Endpoint) mergeMetadata(p *param) {
	merged := make(map[string]string)
	for key, text := range e.Metadata {
		merged[key] = text
	}
	for i, key := range p.keys {
		if merged[key] = p.fields[i].text; merged[key] == "" {
			delete(merged, key)
		}
	}
	if e.Metadata = merged; p.kind == scalar {
		e.Metadata = nil
	}
}
