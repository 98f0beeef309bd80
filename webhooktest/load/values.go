package load

import (
	"strconv"
	"strings"
)

// A value is a text of the events that is fresh in each, though no id with a stem: the
// order_GDQAQK7M2X of a fixture, or what an edit makes of {n}. Handlers use such values as keys.
type value struct {
	label  string // in places: "order"
	pieces []piece
	rest   string // after the last piece
}

// A piece is a fixed text and what is fresh after it.
type piece struct {
	before string
	word   *freshWord // nil: the event's number
	base   int64
}

// leastRoom is how many words a word needs to identify an event without a text around it.
const leastRoom = 1 << 30

// values returns the fresh texts of the events that identify them.
func (s *series) values() (found []value) {
	known := make(map[string]bool)
	for i := range s.steps {
		s.steps[i].texts(func(start, end int, blanks []blank) {
			v, ok := s.value(s.steps[i].text[start:end], start, blanks)
			if sample := string(v.append(nil, 0)); ok && !known[sample] {
				known[sample] = true
				found = append(found, v)
			}
		})
	}
	return found
}

// texts calls found with each text of a step that has blanks, and those.
func (s *step) texts(found func(start, end int, blanks []blank)) {
	next := 0
	for at := 0; at < len(s.text); at++ {
		if s.text[at] != '"' {
			continue
		}
		start := at + 1
		for at = start; at < len(s.text) && s.text[at] != '"'; at++ {
			if s.text[at] == '\\' {
				at++
			}
		}
		for next < len(s.blanks) && s.blanks[next].at < start {
			next++
		}
		first := next
		for next < len(s.blanks) && s.blanks[next].at <= at {
			next++
		}
		if next > first {
			found(start, at, s.blanks[first:next])
		}
	}
}

// value makes the value of a text with blanks that begins at a position of its step. Ids with
// stems and times are none, and neither is a bare number, which may be anything.
func (s *series) value(text string, start int, blanks []blank) (v value, ok bool) {
	copied, room := 0, 1.0
	for _, b := range blanks {
		p := piece{before: text[copied : b.at-start], base: s.base}
		copied = b.at - start
		switch {
		case b.kind == wordBlank && s.words[b.role].stem == "":
			p.word = &s.words[b.role]
			room *= float64(p.word.room)
		case b.kind != numberBlank:
			return value{}, false
		}
		v.pieces = append(v.pieces, p)
	}
	v.rest = text[copied:]
	fixed := strings.Trim(v.pieces[0].before+v.rest, "0123456789") != ""
	v.label = labelOfText(v.pieces[0].before)
	return v, !strings.Contains(text, `\`) && (fixed || room >= leastRoom)
}

// labelOfText returns how places refer to texts that begin alike.
func labelOfText(before string) string {
	before = strings.TrimRight(before, "_-.:/#@ ")
	if at := strings.LastIndexAny(before, ".:/#@ {}"); at >= 0 {
		before = before[at+1:]
	}
	if before == "" {
		return "n"
	}
	return before
}

// append appends the text of a number.
func (v *value) append(dst []byte, number int) []byte {
	for _, p := range v.pieces {
		dst = append(dst, p.before...)
		if p.word != nil {
			dst = p.word.appendTo(dst, number)
		} else {
			dst = strconv.AppendInt(dst, p.base+int64(number), 10)
		}
	}
	return append(dst, v.rest...)
}

// number returns the number of the event that a text is of, or -1.
func (v *value) number(text string) int {
	rest, ok := strings.CutPrefix(text, v.pieces[0].before)
	if !ok {
		return -1
	}
	n := v.pieces[0].number(rest)
	var room [64]byte
	if n < 0 || string(v.append(room[:0], n)) != text {
		return -1
	}
	return n
}

// number returns the number at the beginning of a text, or -1.
func (p *piece) number(text string) int {
	if p.word != nil {
		return p.word.number(text)
	}
	end := 0
	for end < len(text) && '0' <= text[end] && text[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(text[:end], 10, 64)
	if err != nil || n < p.base {
		return -1
	}
	return int(n - p.base)
}

// period returns after how many events the texts are the same again; 0: never.
func (v *value) period() uint64 {
	if word := v.pieces[0].word; word != nil {
		return word.period()
	}
	return 0
}
