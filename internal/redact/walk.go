package redact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// maxDepth limits the nesting of a payload. Stripe's have about 12 levels.
const maxDepth = 512

// A leaf is a string, a number, true or false in JSON text, or the key of a member, with
// its position. Everything else is layout and stays as it is.
type leaf struct {
	path       string // keys separated by dots; every list position is *
	kind       leafKind
	text       string // decoded string, or the number as written
	start, end int    // in the text, including quotes
}

type leafKind int

const (
	keyLeaf leafKind = iota
	stringLeaf
	numberLeaf
	boolLeaf
)

// leaves returns all leaves of JSON text, in order. The error names line and column.
func leaves(text []byte) ([]leaf, error) {
	if err := check(text); err != nil {
		return nil, err
	}
	w := walker{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	w.decoder.UseNumber()
	if err := w.value("", 0); err != nil {
		return nil, fmt.Errorf("%s: %w", position(text, w.offset()), err)
	}
	return w.found, nil
}

// check validates JSON with encoding/json.
func check(text []byte) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return errors.New("line 1, column 1: empty, want a JSON value")
	}
	if json.Valid(text) {
		return nil
	}
	var raw json.RawMessage
	err := json.Unmarshal(text, &raw)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("%s: %w", position(text, max(0, int(syntax.Offset)-1)), err) // Offset counts the offending byte
	}
	return err
}

// position formats a position as line and column, both from 1.
func position(text []byte, offset int) string {
	before := text[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	return fmt.Sprintf("line %d, column %d", line, offset-bytes.LastIndexByte(before, '\n'))
}

// A walker walks valid JSON text token by token: only tokens have positions.
type walker struct {
	text    []byte
	decoder *json.Decoder
	found   []leaf
}

func (w *walker) value(path string, depth int) error {
	token, start, err := w.next()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case json.Delim:
		return w.children(token, path, depth+1)
	case string:
		w.add(path, stringLeaf, token, start)
	case json.Number:
		w.add(path, numberLeaf, string(token), start)
	case bool:
		w.add(path, boolLeaf, fmt.Sprint(token), start)
	}
	return nil
}

// children walks the inside of an object or a list.
func (w *walker) children(opening json.Delim, path string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d", maxDepth)
	}
	for w.decoder.More() {
		inside := join(path, "*")
		if opening == '{' {
			token, start, err := w.next()
			if err != nil {
				return err
			}
			key, _ := token.(string) // an object key is always a string
			inside = join(path, strings.ReplaceAll(key, ".", `\.`))
			w.add(inside, keyLeaf, key, start)
		}
		if err := w.value(inside, depth); err != nil {
			return err
		}
	}
	_, _, err := w.next()
	return err
}

// next returns the next token and its start.
func (w *walker) next() (token json.Token, start int, err error) {
	from := w.offset()
	token, err = w.decoder.Token()
	between := w.text[from:w.offset()]
	return token, from + len(between) - len(bytes.TrimLeft(between, " \t\r\n,:")), err
}

func (w *walker) offset() int { return int(w.decoder.InputOffset()) }

func (w *walker) add(path string, kind leafKind, text string, start int) {
	w.found = append(w.found, leaf{path, kind, text, start, w.offset()})
}

// join adds a key to a path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
