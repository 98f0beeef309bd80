package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"sync"
)

// A Target is a server and the connections to it. It is safe for concurrent use.
type Target struct {
	address  string      // host and port
	tls      *tls.Config // nil: none
	dial     Dialer
	idle     idle
	messages sync.Pool // of *bytes.Buffer
}

// A Dialer connects to an address. It returns when the context ends.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// New returns the target that a URL names. The configuration is for https; nil means to
// verify certificates. A nil Dialer means the system's.
func New(to *url.URL, config *tls.Config, dial Dialer) *Target {
	host, port := asciiHost(to), "80"
	t := &Target{dial: dial}
	if dial == nil {
		t.dial = new(net.Dialer).DialContext
	}
	if to.Scheme == "https" {
		port = "443"
		if t.tls = config.Clone(); t.tls == nil {
			t.tls = new(tls.Config)
		}
		t.tls.ServerName = cmp.Or(t.tls.ServerName, host)
	}
	t.address = net.JoinHostPort(host, cmp.Or(to.Port(), port))
	return t
}

// Close closes the idle connections.
func (t *Target) Close() { t.idle.close() }

// RoundTrip implements [http.RoundTripper] for requests to the target, with a body that is
// in memory.
func (t *Target) RoundTrip(request *http.Request) (*http.Response, error) {
	message, _ := t.messages.Get().(*bytes.Buffer)
	if message == nil {
		message = new(bytes.Buffer)
	}
	if err := request.Write(message); err != nil {
		return nil, err
	}
	response, err := t.send(request, message.Bytes())
	if message.Len() <= atOnce { // a longer one may still be on its way
		message.Reset()
		t.messages.Put(message)
	}
	return response, err
}

// send sends a message over an idle connection, if there is one that works.
func (t *Target) send(request *http.Request, message []byte) (*http.Response, error) {
	ctx := request.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c := t.idle.take(); c != nil {
		response, err := c.exchange(request, message)
		if err == nil || ctx.Err() != nil || !c.mayRepeat(request) {
			return response, err
		}
	}
	c, err := t.connect(ctx)
	if err != nil {
		return nil, ended(ctx, err)
	}
	return c.exchange(request, message)
}

func (t *Target) connect(ctx context.Context) (*conn, error) {
	plain, err := t.dial(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	if t.tls == nil {
		return newConn(plain, plain, &t.idle), nil
	}
	secure := tls.Client(plain, t.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		plain.Close()
		return nil, err
	}
	return newConn(secure, plain, &t.idle), nil
}
