package stripeapi

import "github.com/fakestripe/fakestripe/webhooktest/internal/render"

// shaped converts each object in a tree to a later API version, the one in the request.
// It never converts back, and leaves objects alone without a known version.
func shaped(n *node, version string) *node {
	if n == nil || version == "" {
		return n
	}
	for i, child := range n.children {
		n.children[i] = shaped(child, version)
	}
	if n.version == "" || n.version >= version {
		return n
	}
	text := n.encode()
	if len(text) > largeText {
		return n
	}
	later, err := render.LaterObject(text, n.version, version)
	if err != nil {
		return n
	}
	return mustNode(later)
}
