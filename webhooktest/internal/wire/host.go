package wire

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// asciiHost returns the host of a URL as DNS has it: xn--bcher-kva.test for bücher.test.
// The standard library exports no function for that, but writes the Host header so.
func asciiHost(u *url.URL) string {
	if strings.IndexFunc(u.Host, func(r rune) bool { return r > 0x7f }) < 0 {
		return u.Hostname()
	}
	var text bytes.Buffer
	if err := (&http.Request{URL: u}).Write(&text); err != nil {
		return u.Hostname()
	}
	request, err := http.ReadRequest(bufio.NewReader(&text))
	if err != nil {
		return u.Hostname()
	}
	return (&url.URL{Host: request.Host}).Hostname()
}
