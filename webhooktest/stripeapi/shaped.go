package stripeapi

import "github.com/fakestripe/fakestripe/webhooktest/internal/render"

// shaped returns a tree with each object that is kept in the shape of an earlier API version
// in that of another: changes go forward only. The version is what a request asks for, which
// may be none, or one that the fixtures lack: then all stay as they are.
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
