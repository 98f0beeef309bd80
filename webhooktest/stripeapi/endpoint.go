package stripeapi

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
)

// An Endpoint is a webhook endpoint, as in /v1/webhook_endpoints
// (https://docs.stripe.com/api/webhook_endpoints/object).
type Endpoint struct {
	ID            string            `json:"id"` // we_…
	URL           string            `json:"url"`
	EnabledEvents []string          `json:"enabled_events"` // types, or "*"
	APIVersion    string            `json:"api_version,omitempty"`
	Description   string            `json:"description,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"`
	Connect       bool              `json:"connect,omitempty"`  // receives events of connected accounts
	Disabled      bool              `json:"disabled,omitempty"` // stored, but receives nothing

	// Secret signs its deliveries. The API shows it only once, on creation.
	Secret string `json:"-"`
}

// A Change is the kind of a client's change to a webhook endpoint.
type Change string

// The changes passed to OnEndpoint.
const (
	Created Change = "created"
	Updated Change = "updated"
	Deleted Change = "deleted"
)

const endpointKind = "webhook_endpoint"

// tree returns the endpoint in Stripe's format, without the secret.
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

// endpointOf is the inverse of tree.
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

// merge applies a client's parameters.
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
			if err := knownTypes(e.EnabledEvents); err != nil {
				return err
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

// knownTypes refuses a type that Stripe does not have.
func knownTypes(types []string) *apiError {
	for i, name := range types {
		if name == "*" {
			continue
		}
		if _, err := fixtures.DescribeEvent(name); errors.Is(err, fixtures.ErrUnknownType) {
			field := fmt.Sprintf("enabled_events[%d]", i)
			return invalid(field, "Invalid %s: must be an event type or *; %v", field, err)
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
