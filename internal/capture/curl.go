package capture

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ErrNoCommand means that a text is not a curl command line.
var ErrNoCommand = errors.New("no curl command")

// ParseCurl parses a curl command line: its headers, and the body that curl would send.
// read returns the content of a file named on the command line (@file).
//
// Source: https://curl.se/docs/manpage.html
func ParseCurl(text []byte, read func(name string) ([]byte, error)) (*Request, error) {
	args, err := words(string(text))
	if err != nil {
		return nil, err
	}
	for len(args) > 0 && !isCurl(args[0].text) { // a prompt, a variable, time
		args = args[1:]
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("line 1: %w: want one such as curl URL -H 'Stripe-Signature: t=…,v1=…' --data-raw '{…}'", ErrNoCommand)
	}
	c := &curl{Request: Request{Header: make(http.Header)}, read: read, rest: args[1:]}
	for len(c.rest) > 0 {
		if err := c.option(c.take()); err != nil {
			return nil, err
		}
	}
	if c.get {
		return nil, errors.New("-G (--get) puts the data into the URL: the request has no body")
	}
	if c.stripped {
		c.Unstripped = c.files
	}
	if c.json {
		c.setDefault("Content-Type", "application/json")
	}
	return &c.Request, nil
}

func isCurl(program string) bool {
	name := program[strings.LastIndexAny(program, `/\`)+1:]
	return name == "curl" || name == "curl.exe"
}

// A curl is a command line being parsed.
type curl struct {
	Request
	read  func(name string) ([]byte, error)
	rest  []word
	parts int    // of the body
	files []byte // the body, without stripping files

	stripped bool // whether line breaks were removed
	get      bool
	json     bool
}

func (c *curl) take() word {
	w := c.rest[0]
	c.rest = c.rest[1:]
	return w
}

// valued are the short options of curl that take a value.
const valued = "AbcCdDeEFhHKmoPQrtTuUwxXyYz"

// option parses an option, with any value. Anything else is the URL, or the value of an
// irrelevant option.
func (c *curl) option(w word) error {
	switch {
	case w.text == "-" || !strings.HasPrefix(w.text, "-"):
		return nil
	case strings.HasPrefix(w.text, "--"):
		name, value, inline := strings.Cut(w.text[2:], "=")
		if inline {
			return c.apply(name, word{value, w.line, w.filled})
		}
		return c.long(name, w)
	}
	for i := 1; i < len(w.text); i++ {
		if strings.IndexByte(valued, w.text[i]) < 0 {
			c.get = c.get || w.text[i] == 'G'
			continue
		}
		value := word{w.text[i+1:], w.line, w.filled}
		if value.text == "" {
			if len(c.rest) == 0 {
				return fmt.Errorf("line %d: -%c without a value: is the command complete?", w.line, w.text[i])
			}
			value = c.take()
		}
		return c.apply(w.text[i:i+1], value)
	}
	return nil
}

// long parses a long option. Only the relevant ones are known to take a value; the value
// of another is ignored like a URL.
func (c *curl) long(name string, w word) error {
	switch name {
	case "get":
		c.get = true
	case "next":
		return fmt.Errorf("line %d: --next: more than one request; want one", w.line)
	case "header", "data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "form", "form-string", "upload-file", "user-agent", "config":
		if len(c.rest) == 0 {
			return fmt.Errorf("line %d: --%s without a value: is the command complete?", w.line, name)
		}
		return c.apply(name, c.take())
	}
	return nil
}

// apply applies an option.
func (c *curl) apply(name string, value word) error {
	err := c.do(name, value)
	if err != nil {
		return fmt.Errorf("line %d: %s: %w", value.line, dashed(name), err)
	}
	return nil
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

var errOnlyShell = errors.New("has a $(…) that only a shell fills in: run the command with set -x and use its output, or give the signature and the body")

func (c *curl) do(name string, value word) error {
	matters := true
	var err error
	switch name {
	case "H", "header":
		err = c.header(value.text)
	case "d", "data", "data-ascii":
		err = c.data(value.text, "&", withoutLines)
	case "data-binary":
		err = c.data(value.text, "&", asIs)
	case "data-raw":
		c.append([]byte(value.text), "&")
	case "json":
		c.json = true
		err = c.data(value.text, "", asIs)
	case "data-urlencode":
		err = c.urlencoded(value.text)
	case "T", "upload-file":
		err = c.data("@"+value.text, "", asIs)
	case "F", "form", "form-string":
		err = errors.New("a multipart form is not a webhook: want -d, --data-raw or --data-binary")
	case "K", "config":
		err = errors.New("options in a file are not read: put them on the command line")
	default:
		matters = false
	}
	if err == nil && matters && value.filled {
		err = errOnlyShell
	}
	return err
}

// header adds a header. In curl, "Name;" is an empty header and "Name:" removes it.
func (c *curl) header(text string) error {
	if file, ok := strings.CutPrefix(text, "@"); ok {
		return c.headerFile(file)
	}
	name, value, found := strings.Cut(text, ":")
	if !found {
		name, found = strings.CutSuffix(text, ";")
		value = ""
	}
	name = strings.TrimSpace(name)
	if !found || name == "" {
		return fmt.Errorf("%.40q is not a header: want Name: value", text)
	}
	if value = strings.TrimSpace(value); value != "" || strings.HasSuffix(text, ";") {
		c.Header.Add(name, value)
	}
	return nil
}

func (c *curl) headerFile(name string) error {
	content, err := c.read(name)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "@") {
			if err := c.header(line); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func asIs(content []byte) []byte { return content }

// withoutLines removes line breaks, as curl's -d @file does.
func withoutLines(content []byte) []byte {
	return slices.DeleteFunc(bytes.Clone(content), func(c byte) bool { return c == '\n' || c == '\r' || c == 0 })
}

// data adds a value, or the content of a file, to the body.
func (c *curl) data(value, separator string, change func([]byte) []byte) error {
	name, isFile := strings.CutPrefix(value, "@")
	if !isFile {
		c.append([]byte(value), separator)
		return nil
	}
	content, err := c.read(name)
	if err != nil {
		return err
	}
	if changed := change(content); len(changed) < len(content) {
		c.note("curl's -d @%s leaves out the line breaks of the file: --data-binary @%s keeps them", name, name)
		c.stripped = true
		c.join(changed, content, separator)
		return nil
	}
	c.append(content, separator)
	return nil
}

func (c *curl) append(content []byte, separator string) { c.join(content, content, separator) }

// join adds a part to the body, and its unstripped form.
func (c *curl) join(content, file []byte, separator string) {
	if c.parts++; c.parts > 1 {
		c.Body = append(c.Body, separator...)
		c.files = append(c.files, separator...)
	}
	c.Body = append(c.Body, content...)
	c.files = append(c.files, file...)
}

// urlencoded encodes a value: content, =content, name=content, @file or name@file.
func (c *curl) urlencoded(value string) error {
	at := strings.IndexAny(value, "=@")
	if at < 0 {
		c.append([]byte(url.QueryEscape(value)), "&")
		return nil
	}
	name, content := value[:at], []byte(value[at+1:])
	if value[at] == '@' {
		var err error
		if content, err = c.read(string(content)); err != nil {
			return err
		}
	}
	if name != "" {
		name += "="
	}
	c.append([]byte(name+url.QueryEscape(string(content))), "&")
	return nil
}

func (c *curl) setDefault(name, value string) {
	if c.Header.Get(name) == "" {
		c.Header.Set(name, value)
	}
}
