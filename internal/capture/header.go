package capture

// Headers as captures store them: a map, a list of names and values, a flat list.

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
)

const signatureName = "Stripe-Signature"

// headerIn finds the header of a delivery near an object: in it, or in a few objects
// inside. It returns nil if there is no Stripe-Signature.
func headerIn(n *node, levels int) http.Header {
	if header := headerOf(n); hasSignature(header) {
		return header
	}
	for i := range n.children {
		var header http.Header
		switch child := &n.children[i]; {
		case child.kind == '[':
			header = headerOf(child) // not those of requests in a list
		case child.kind == '{' && levels > 0 && !child.isEvent():
			header = headerIn(child, levels-1)
		}
		if hasSignature(header) {
			return header
		}
	}
	return nil
}

// headerOf parses an object or a list as a header. It returns nil for anything else.
func headerOf(n *node) http.Header {
	header := make(http.Header)
	for i := range n.children {
		child := &n.children[i]
		switch name, values := pair(child); {
		case n.kind == '{' && isSignature(child.word()) && (child.key == "header" || child.key == "signature" || child.key == "sig_header" || child.key == "sigHeader"):
			header.Set(signatureName, child.word())
		case n.kind == '{':
			add(header, child.key, texts(child))
		case name != "":
			add(header, name, values)
		case child.kind == '"' && i%2 == 0 && i+1 < len(n.children): // a flat list, as Node's rawHeaders
			add(header, child.word(), texts(&n.children[i+1]))
		}
	}
	return header
}

// pair reads {"name": …, "value": …}, {"key": …, "value": …} and ["name", "value"].
func pair(n *node) (name string, values []string) {
	if n.kind == '[' && len(n.children) == 2 {
		return n.children[0].word(), texts(&n.children[1])
	}
	for _, key := range []string{"name", "key", "Name", "Key"} {
		for _, value := range []string{"value", "Value"} {
			if v := n.child(value); v != nil && n.child(key).word() != "" {
				return n.child(key).word(), texts(v)
			}
		}
	}
	return "", nil
}

// texts returns a string, or the strings of a list.
func texts(n *node) (list []string) {
	if n.kind == '[' {
		for i := range n.children {
			if text := n.children[i].word(); text != "" {
				list = append(list, text)
			}
		}
	} else if text := n.word(); text != "" {
		list = append(list, text)
	}
	return list
}

// add adds a field. It converts the names of environment variables (HTTP_STRIPE_SIGNATURE)
// and of log fields (stripe_signature) to header names.
func add(header http.Header, name string, values []string) {
	plain := strings.TrimPrefix(strings.ReplaceAll(strings.ToLower(name), "_", "-"), "http-")
	if plain == "stripe-signature" && len(values) > 0 {
		header[signatureName] = values
		return
	}
	for _, value := range values {
		header.Add(name, value)
	}
}

// hasSignature reports whether a header has a signature, under any name.
func hasSignature(header http.Header) bool {
	for name := range header {
		if strings.HasSuffix(strings.ToLower(name), "stripe-signature") {
			return true
		}
	}
	return false
}

// Signature returns the value of Stripe-Signature, with several joined as proxies do, or
// "".
func (r *Request) Signature() string { return strings.Join(r.Header.Values(signatureName), ", ") }

// IsSigned reports whether the request has a signature, even under another name.
func (r *Request) IsSigned() bool { return hasSignature(r.Header) }

var signature = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`t=[0-9]{9,13},(v[01]=[0-9A-Fa-f]{16,},?)+`)
})

func isSignature(text string) bool { return signature().FindString(text) == text && text != "" }

// signatureNear returns a header with the signature in a text, or nil if it has none or
// several.
func signatureNear(text []byte) http.Header {
	var found string
	for _, match := range signature().FindAll(text, 8) {
		if found != "" && found != string(match) {
			return nil
		}
		found = string(match)
	}
	if found == "" {
		return nil
	}
	return http.Header{signatureName: {strings.TrimRight(found, ",")}}
}
