// Package capture parses requests in the formats that people have: the raw text of an HTTP
// request, the curl command line copied from browsers, inspectors and tunnels, and anything
// else that contains a delivery ([Find]): captures, envelopes, logs, printed objects.
//
// It is as tolerant as possible without changing the body: a signature covers bytes.
// Errors name the line.
package capture

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// A Request is a parsed request.
type Request struct {
	Header http.Header
	Body   []byte
	Notes  []string // what was ignored, for the user

	// Unstripped is the body with the line breaks that curl's -d @file removed, or nil if it
	// removed none.
	Unstripped []byte

	// The source of a body returned by Find, such as "a HAR file", and its place: the path
	// in the source's JSON, and the byte at which it or the printed value begins.
	Form  string
	Path  string
	Start int

	// Parsed means that Body is not an original text: it was JSON inside other JSON, or a
	// printed value, and its layout may differ from the delivery's.
	Parsed bool
}

// maxHead limits the lines before a body.
const maxHead = 1 << 20

// ParseHTTP parses a raw HTTP request: an optional request line, header lines, an empty
// line, and the body as on the wire. Lines of the head may end in LF, and may begin with
// "> " as from curl -v. It does not decode a chunked body.
func ParseHTTP(text []byte) (*Request, error) {
	r := &Request{Header: make(http.Header)}
	verbose := bytes.HasPrefix(text, []byte("> ")) || bytes.HasPrefix(text, []byte("* "))
	rest, name := text, ""
	for number := 1; ; number++ {
		raw, after, found := bytes.Cut(rest, []byte("\n"))
		if len(text)-len(rest) > maxHead || len(raw) > maxHead {
			return nil, fmt.Errorf("line %d: no empty line after 1 MiB: want headers, an empty line, then the body", number)
		}
		line := strings.TrimSuffix(string(raw), "\r")
		if verbose {
			line = strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")
		}
		switch {
		case !found:
			return nil, fmt.Errorf("line %d: no empty line: want headers, an empty line, then the body", number)
		case line == "" && len(r.Header) == 0 && number == 1: // above the request
		case line == "":
			return r, r.setBody(after)
		case verbose && strings.HasPrefix(line, "* "):
		default:
			var err error
			if name, err = r.addLine(name, line, number); err != nil {
				return nil, err
			}
		}
		rest = after
	}
}

// addLine parses a line of the head. It returns the name of the header, for a
// continuation line.
func (r *Request) addLine(last, line string, number int) (name string, err error) {
	name, value, found := strings.Cut(line, ":")
	switch {
	case len(r.Header) == 0 && isRequestLine(line):
		return "", nil
	case len(r.Header) == 0 && strings.HasPrefix(line, "HTTP/"):
		return "", fmt.Errorf("line %d: this is a response; want the request", number)
	case strings.HasPrefix(line, ":"): // HTTP/2, as shown by browsers
		return "", nil
	case (line[0] == ' ' || line[0] == '\t') && last != "":
		values := r.Header[http.CanonicalHeaderKey(last)]
		values[len(values)-1] += " " + strings.TrimSpace(line)
		return last, nil
	case !found || name == "" || strings.ContainsAny(name, " \t\"{"):
		return "", fmt.Errorf("line %d: %.40q is not a header: want Name: value, and an empty line before the body", number, line)
	}
	r.Header.Add(name, strings.TrimSpace(value))
	return name, nil
}

func isRequestLine(line string) bool {
	method, target, found := strings.Cut(line, " ")
	return found && method != "" && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" &&
		(strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http") || strings.Contains(target, " HTTP/"))
}

// setBody sets the body to the text after the head. It drops white space beyond
// Content-Length, added by an editor.
func (r *Request) setBody(body []byte) error {
	r.Body = body
	text := r.Header.Get("Content-Length")
	if text == "" || r.Header.Get("Transfer-Encoding") != "" {
		return nil
	}
	length, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || length < 0:
		return fmt.Errorf("header Content-Length: %.20q is not a number of bytes", text)
	case length > int64(len(body)):
		r.note("Content-Length says %d bytes, and %d follow: the rest is missing", length, len(body))
	case length < int64(len(body)) && len(bytes.TrimSpace(body[length:])) == 0:
		r.Body = body[:length]
		r.note("Content-Length says %d bytes: the white space after them was left out", length)
	case length < int64(len(body)):
		r.note("Content-Length says %d bytes, and %d follow: all were taken", length, len(body))
	}
	return nil
}

func (r *Request) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}
