package capture

// JSON as a tree of places in its text.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// Limits of a JSON text: values beyond them are not searched.
const (
	maxDepth  = 128
	maxValues = 1 << 20
)

// A node is a JSON value.
type node struct {
	key      string // in its object; its number in a list
	kind     byte   // the first byte of the value
	text     []byte
	start    int // in the whole text
	children []node
}

// A treeReader parses a tree with encoding/json.
type treeReader struct {
	text    []byte
	decoder *json.Decoder
	values  int
}

// readTree parses the JSON value at the start of a text, and returns where it ends.
func readTree(text []byte) (root node, end int, err error) {
	r := treeReader{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	r.decoder.UseNumber()
	root, err = r.value("", 0)
	return root, int(r.decoder.InputOffset()), err
}

var errTooLarge = errors.New("nested too deeply, or too many values")

func (r *treeReader) value(key string, depth int) (n node, err error) {
	if r.values++; depth > maxDepth || r.values > maxValues {
		return n, errTooLarge
	}
	from := int(r.decoder.InputOffset())
	if _, err = r.decoder.Token(); err != nil {
		return n, err
	}
	n.key = key
	n.start = from + len(r.text[from:]) - len(bytes.TrimLeft(r.text[from:], " \t\r\n,:"))
	n.kind = r.text[n.start]
	if n.kind == '{' || n.kind == '[' {
		err = r.children(&n, depth)
	}
	n.text = r.text[n.start:r.decoder.InputOffset()]
	return n, err
}

func (r *treeReader) children(n *node, depth int) error {
	for r.decoder.More() {
		key := strconv.Itoa(len(n.children))
		if n.kind == '{' {
			token, err := r.decoder.Token()
			if err != nil {
				return err
			}
			key, _ = token.(string) // a key is always a string
		}
		child, err := r.value(key, depth+1)
		if err != nil {
			return err
		}
		n.children = append(n.children, child)
	}
	_, err := r.decoder.Token()
	return err
}

// child returns the member of an object, or nil.
func (n *node) child(key string) *node {
	for i := range n.children {
		if n.kind == '{' && n.children[i].key == key {
			return &n.children[i]
		}
	}
	return nil
}

// at returns the value at a path of keys, or nil.
func (n *node) at(path string) *node {
	for key := range strings.SplitSeq(path, ".") {
		if n = n.child(key); n == nil {
			return nil
		}
	}
	return n
}

// word returns the text of a string, or "".
func (n *node) word() string {
	var text string
	if n == nil || n.kind != '"' || json.Unmarshal(n.text, &text) != nil {
		return ""
	}
	return text
}

// isEvent reports whether an object's own fields mark it as an event.
func (n *node) isEvent() bool {
	if n.kind != '{' || n.child("type").word() == "" {
		return false
	}
	object := n.child("object").word()
	return object == "event" || strings.HasPrefix(object, "v2.core.event")
}

// buffer returns the bytes of a Buffer that was written as JSON, {"type":"Buffer","data":[123]},
// or of a list of bytes, as journald writes it. Nil: it is neither.
func (n *node) buffer() []byte {
	data := n.child("data")
	if n.kind == '[' && len(n.children) > 0 && string(n.children[0].text) == "123" {
		data = n
	} else if data == nil || data.kind != '[' || n.child("type").word() != "Buffer" {
		return nil
	}
	text := make([]byte, 0, len(data.children))
	for i := range data.children {
		c, err := strconv.ParseUint(string(data.children[i].text), 10, 8)
		if err != nil {
			return nil
		}
		text = append(text, byte(c))
	}
	return text
}

// fromBase64 decodes base64 in any alphabet, and what was compressed before. Nil: it is
// something else.
func fromBase64(text string) []byte {
	text = strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "").Replace(strings.TrimRight(text, "=\r\n"))
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	if plain := unzipped(decoded); plain != nil {
		return plain
	}
	return decoded
}
