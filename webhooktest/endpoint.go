package webhooktest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/sockets"
)

// DefaultTimeout is how long a handler has to answer. It is ours, the one that
// the Stripe CLI has too: Stripe publishes none.
const DefaultTimeout = 30 * time.Second

// An Endpoint is where events are delivered: a handler in this process, or a
// URL. Set the fields before the first delivery. An Endpoint is safe for use by
// several goroutines.
type Endpoint struct {
	// URL is where to POST to. What is left out is completed much as the Stripe
	// CLI does it: 4242, 4242/webhook, /webhook and localhost:4242 are URLs of this
	// machine. Empty, with a Handler: /webhook.
	URL string

	// Handler, if not nil, gets the deliveries in this process, without a network.
	Handler http.Handler

	// Secrets are the signing secrets, each of which signs. Several are those of
	// an endpoint whose secret is being rolled. None: DefaultSecret.
	Secrets []string

	// Header is added to each request and replaces headers of the same name. An
	// empty value leaves one out.
	Header http.Header

	// Timeout is how long the handler has to answer. 0: DefaultTimeout. Negative:
	// as long as the context, or without end for a Handler, which then runs on the
	// caller's goroutine.
	Timeout time.Duration

	// TLS configures connections to an https URL. Nil: certificates are verified.
	TLS *tls.Config

	// Dial connects to the host of the URL, as http.Transport.DialContext does. Nil: any
	// address is connected to.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Sending, if not nil, is called with each event as it goes out, by several
	// goroutines when there are several deliveries at a time.
	Sending func(*Event)

	// Now is the clock that deliveries are signed by. Nil: time.Now.
	Now func() time.Time

	once      sync.Once
	transport http.RoundTripper
	running   sync.WaitGroup // handlers in this process
	target    *url.URL
	err       error // of the configuration
}

// Deliver sends the event once and returns what came of it. No answer (a refused
// connection, a panic, a timeout) is a Response too, with its Err set. The error
// is for what could not be sent at all: a wrong URL, secret or mutation.
func (e *Endpoint) Deliver(ctx context.Context, event *Event, mutations ...string) (*Response, error) {
	w, err := e.prepare(ctx, event, mutations)
	if err != nil {
		return nil, err
	}
	return e.send(ctx, event, w), nil
}

// Validate reports whether the endpoint can be delivered to: what Deliver would
// return as an error for every event.
func (e *Endpoint) Validate() error {
	e.once.Do(e.open)
	return e.err
}

// Target returns the URL that deliveries go to, completed and without a password,
// or "" when Validate reports an error.
func (e *Endpoint) Target() string {
	if e.Validate() != nil {
		return ""
	}
	return e.target.Redacted()
}

// Local reports whether deliveries stay on this machine or in its private
// network. A host name is looked up, and every address of it must be local.
func (e *Endpoint) Local(ctx context.Context) (bool, error) {
	if err := e.Validate(); err != nil {
		return false, err
	}
	if e.Handler != nil {
		return true, nil
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", e.target.Hostname())
	if err != nil {
		return false, &failure{"no address found for host " + e.target.Hostname(), err}
	}
	for _, address := range addresses {
		if a := address.Unmap(); !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsUnspecified() {
			return false, nil
		}
	}
	return true, nil
}

// closeWait is how long Close waits for handlers that overran their deadline.
const closeWait = 5 * time.Second

// Close closes the connections that are kept open between deliveries, and waits a
// few seconds for handlers in this process that overran their deadline.
func (e *Endpoint) Close() {
	if e.Validate() != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.running.Wait()
	}()
	select {
	case <-done:
	case <-time.After(closeWait):
	}
	if network, ok := e.transport.(*http.Transport); ok {
		network.CloseIdleConnections()
	}
}

func (e *Endpoint) open() {
	if e.URL == "" && e.Handler == nil {
		e.err = errors.New("endpoint needs a URL or a Handler")
		return
	}
	if e.target, e.err = parseTarget(e.URL); e.err != nil {
		return
	}
	for _, secret := range e.Secrets {
		if e.err = credential.CheckSecret(secret); e.err != nil {
			return
		}
	}
	for name, values := range e.Header {
		for _, value := range values {
			if !validHeader(name, value) {
				e.err = fmt.Errorf("header %q: %q cannot be sent: want a name and a line of text", name, value)
				return
			}
		}
	}
	if e.Handler != nil {
		e.transport = inProcess{e.Handler, &e.running}
		return
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // as Stripe does
	e.transport = &http.Transport{
		DialContext:         e.Dial,
		Protocols:           protocols,
		TLSClientConfig:     e.TLS,
		DisableCompression:  true, // the request asks for gzip itself, as Stripe's does
		MaxIdleConnsPerHost: sockets.MaxConnections,
		IdleConnTimeout:     90 * time.Second, // http.DefaultTransport's
	}
}

// hasScheme reports whether text begins with http:// or the like: a URL may hold
// another one in its query.
func hasScheme(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && !strings.ContainsAny(scheme, "/?#")
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// parseTarget completes a URL as the Stripe CLI does.
func parseTarget(text string) (*url.URL, error) {
	full := text
	port, _, _ := strings.Cut(text, "/")
	switch {
	case text == "":
		full = "http://localhost/webhook"
	case port != "" && strings.Trim(port, "0123456789") == "":
		full = "http://localhost:" + text
	case text[0] == '/':
		full = "http://localhost" + text
	case !hasScheme(text):
		full = "http://" + text
	}
	u, err := url.Parse(full)
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		text = "…" + text[at:] // what is before may be a password
		if err != nil {
			err = &url.Error{Err: errors.New("not a URL")} // and so may what is wrong with it
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("url %q: %w (write http://localhost:4242/webhook)", text, errors.Unwrap(err))
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("url %q: scheme %s is not http or https", text, u.Scheme)
	case !validPort(u.Port()):
		return nil, fmt.Errorf("url %q: port %s is not 1 to 65535", text, u.Port())
	case u.Hostname() == "":
		return nil, fmt.Errorf("url %q: no host (write http://localhost:4242/webhook)", text)
	}
	return u, nil
}

func (e *Endpoint) now() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}
