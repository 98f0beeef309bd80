package webhooktest

import (
	"fmt"
	"net/http"
	"strings"
)

func setHeader(d *draft, text string) error {
	name, value, ok := strings.Cut(text, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || !validHeader(name, value) {
		return fmt.Errorf("%q is not a header: write Name: value", text)
	}
	if name = http.CanonicalHeaderKey(name); name == "Content-Length" || name == "Transfer-Encoding" {
		return fmt.Errorf("%s follows from the body; the mutation chunked leaves Content-Length out", name)
	}
	if d.header = d.header.Clone(); d.header == nil { // a replayed attempt keeps its own
		d.header = make(http.Header)
	}
	d.header.Set(name, value)
	return nil
}

// validHeader requires a valid header: a token and a line of text.
func validHeader(name, value string) bool {
	const separators = "()<>@,;:\\\"/[]?={} \t"
	for _, c := range []byte(name) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(separators, c) >= 0 {
			return false
		}
	}
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	return name != "" && strings.IndexFunc(value, control) < 0
}

func otherMethod(d *draft, method string) error {
	if !validHeader(method, "") {
		return fmt.Errorf("%q is not a method: write PUT, for example", method)
	}
	d.method = method
	return nil
}

func withQuery(d *draft, query string) error {
	if strings.ContainsAny(query, " #\t\r\n") {
		return fmt.Errorf("%q is not a query: write name=value", query)
	}
	d.query = query
	return nil
}

func signatureName(d *draft, name string) error {
	if !strings.EqualFold(name, SignatureHeader) {
		return fmt.Errorf("%q is not a spelling of %s", name, SignatureHeader)
	}
	d.name = name
	return nil
}

func hangUp(d *draft, _ string) error {
	d.hangUp = true
	return nil
}

func chunked(d *draft, _ string) error {
	d.chunked = true
	return nil
}
