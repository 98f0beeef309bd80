package load

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
)

// A walker reads JSON as a stream.
type walker struct {
	*reading
	decoder *json.Decoder
	stack   []frame
	learned int // keep values beside the ids of numbers below this
}

// A frame is a list or an object that is being read.
type frame struct {
	path    string
	list    bool
	key     string  // path of the member whose value comes next; "" if a key is next
	keys    int     // that name no event
	owners  []owner // events that the values belong to
	member  []owner // events that the member's key names
	pending []scalar
	flushed bool // too large to be a row
}

// An owner is an event that a row names, and the place of the name.
type owner struct {
	mark
	number int
	place  string
}

// A scalar is a value in a row whose owner may still be unknown.
type scalar struct{ path, text string }

// mostInRow limits the values that wait for their row's id.
const mostInRow = 128

var errManyValues = errors.New("more than one JSON value")

func (w *walker) walk() error {
	for {
		token, err := w.decoder.Token()
		if err == io.EOF && len(w.stack) == 0 && len(w.places) > 0 {
			return nil
		}
		if err != nil {
			return unread(err)
		}
		if len(w.stack) == 0 && len(w.places) > 0 {
			return errManyValues
		}
		w.token(token)
	}
}

// unread explains why a state cannot be read: it is not JSON, or its source has failed.
func unread(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	case !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	return fmt.Errorf("not JSON: %w", err)
}

// token processes the next token.
func (w *walker) token(token json.Token) {
	top := w.top()
	if top != nil && !top.list && top.key == "" {
		if key, ok := token.(string); ok {
			w.key(top, key)
			return
		}
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' || token == '[' {
			path := w.value()
			f := frame{path: path, list: token == '['}
			if top = w.top(); top != nil {
				f.owners = top.member
			}
			w.stack = append(w.stack, f)
			return
		}
		w.end()
	case json.Number:
		path := w.value()
		if n, err := token.Float64(); err == nil {
			w.at(path).sum += n
		}
		w.scalar(path, token.String())
	case string:
		w.text(w.value(), token)
	case bool:
		w.scalar(w.value(), fmt.Sprint(token))
	default:
		w.value()
	}
	w.after()
}

func (w *walker) top() *frame {
	if len(w.stack) == 0 {
		return nil
	}
	return &w.stack[len(w.stack)-1]
}

// value counts the value that begins here, and returns its path.
func (w *walker) value() string {
	path := ""
	if top := w.top(); top != nil {
		path = top.key
		if top.list {
			path = top.path + "[]"
		}
	}
	w.at(path).count++
	return path
}

// after ends the member of an object.
func (w *walker) after() {
	if top := w.top(); top != nil {
		top.key, top.member = "", nil
	}
}

// mostKeys is how many keys of an object that name no event get their own places.
const mostKeys = 200

// key processes a key: the name of a field, of an event, or of something of the handler's
// own.
func (w *walker) key(f *frame, key string) {
	name := cmp.Or(key, "(empty)")
	var named []owner
	w.ids.find(key, func(m mark, number, _, _ int) { named = append(named, owner{mark: m, number: number}) })
	if len(named) > 0 {
		name = "{" + named[0].label + "}"
	} else if w.isEntry(f, name) {
		name = "*"
	}
	if w.rows == nil {
		w.members.add(f.path, name)
	}
	f.key = member(f.path, name)
	for i := range named {
		named[i].place = f.key
		w.saw(f.key, named[i].mark, named[i].number)
	}
	f.member = named
}

// isEntry reports whether a key that names no event is that of an entry rather than a field.
func (w *walker) isEntry(f *frame, key string) bool {
	if fields, isMap := w.maps[f.path]; isMap {
		return !fields[key]
	}
	f.keys++
	return f.keys > mostKeys || madeUp().MatchString(key)
}

// member returns the path of a member of an object.
func member(object, name string) string { return strings.TrimPrefix(object+"."+name, ".") }

// madeUp matches keys that databases and handlers generate.
var madeUp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\d+$|^[0-9a-f]{8,}$|^[0-9a-fA-F-]{36}$|^[a-z]*[_-]?[0-9A-Za-z]*\d[0-9A-Za-z]{8,}$`)
})

// text processes a text, which may name events.
func (w *walker) text(path, text string) {
	named := false
	w.ids.find(text, func(m mark, number, _, _ int) {
		named = true
		at := path + " {" + m.label + "}"
		w.saw(at, m, number)
		if top := w.top(); top != nil && !top.list && len(w.stack) > 1 {
			top.owners = append(top.owners, owner{m, number, at})
		}
	})
	if !named {
		w.scalar(path, text)
	}
}

// scalar keeps a value until the owner of its row is known.
func (w *walker) scalar(path, text string) {
	top := w.top()
	switch {
	case top == nil || top.flushed || len(text) > 64:
	case len(top.pending) >= mostInRow:
		top.pending, top.flushed = nil, true
	case len(top.member) > 0: // {"pi_3…": 1}
		w.settle(top.member, []scalar{{path, text}})
	default:
		top.pending = append(top.pending, scalar{path, text})
	}
}

// end ends a list or an object: its values belong to the event that it names, or else to
// the event named by the enclosing row.
func (w *walker) end() {
	f := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	if len(f.pending) == 0 || w.settle(f.owners, f.pending) {
		return
	}
	if around := w.top(); around != nil && !around.flushed {
		if len(around.pending)+len(f.pending) > mostInRow {
			around.pending, around.flushed = nil, true
			return
		}
		around.pending = append(around.pending, f.pending...)
	}
}

// settle assigns the values of a row to the event that it names, if any.
func (w *walker) settle(owners []owner, values []scalar) bool {
	var of *owner
	for i := range owners {
		o := &owners[i]
		if w.rows != nil && !w.rows.stable[o.place] {
			continue
		}
		if of != nil && (of.in != o.in || of.number != o.number) {
			return false // about several events
		}
		of = o
	}
	if of == nil {
		return false
	}
	for _, v := range values {
		if of.number < w.learned {
			w.values[valueKey{v.path, of.in, of.number}] = v.text
		}
		if w.rows != nil {
			w.compare(of, v)
		}
	}
	return true
}

// compare compares a value with that of one clean delivery.
func (w *walker) compare(of *owner, v scalar) {
	want, judged := w.rows.expected[rowPlace{v.path, of.in}]
	if !judged || want == v.text || of.number >= of.in.size {
		return
	}
	odd := w.wrong[of.in]
	if odd == nil {
		odd = &oddities{said: make(map[int]string)}
		w.wrong[of.in] = odd
	}
	switch times, number := multiple(v.text, want); {
	case number && times == 0:
		odd.lost.set(of.number)
	case number && times >= 2:
		odd.doubled.set(of.number)
	default:
		odd.wrong.set(of.number)
	}
	if len(odd.said) < mostSaid {
		odd.said[of.number] = v.path + " is " + v.text + ", not " + want
	}
}

// multiple returns how many times one number contains another, if both are numbers and it
// is a whole number of times.
func multiple(text, one string) (times int, ok bool) {
	var n, unit json.Number = json.Number(text), json.Number(one)
	a, err := n.Float64()
	b, err2 := unit.Float64()
	if err != nil || err2 != nil || b == 0 {
		return 0, false
	}
	whole := a / b
	times = int(whole)
	return times, whole >= 0 && float64(times) == whole
}
