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
	"github.com/fakestripe/fakestripe/webhooktest/internal/wire"
)

// DefaultTimeout is the default time for a handler to respond. It is our choice, and the
// Stripe CLI's: Stripe publishes none.
const DefaultTimeout = 30 * time.Second

// An Endpoint receives deliveries: a handler in this process, or a URL. Set the fields
// before the first delivery. An Endpoint is safe for concurrent use.
type Endpoint struct {
	// URL is the target of the POST. Missing parts are filled in, much as in the Stripe CLI:
	// 4242, 4242/webhook, /webhook and localhost:4242 are URLs on this machine. With a
	// Handler, empty means /webhook.
	URL string

	// Handler, if not nil, receives the deliveries in process, without a network.
	Handler http.Handler

	// Secrets are the signing secrets; each one signs. Several simulate an endpoint with a
	// rolled secret. Empty means DefaultSecret.
	Secrets []string

	// Header is added to each request, replacing headers of the same name. An empty value
	// removes one.
	Header http.Header

	// Timeout is the time for the handler to respond. 0 means DefaultTimeout. Negative means
	// no timeout but the context's; a Handler then runs on the caller's goroutine.
	Timeout time.Duration

	// TLS configures connections to an https URL. Nil means to verify certificates.
	TLS *tls.Config

	// Dial connects to the host of the URL, and returns when the context ends. Nil means no
	// restriction on addresses.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Sending, if not nil, is called with each event as it goes out, concurrently if
	// deliveries are concurrent.
	Sending func(*Event)

	// Now is the signer's clock. Nil means time.Now.
	Now func() time.Time

	once      sync.Once
	transport http.RoundTripper
	running   sync.WaitGroup // handlers in this process
	target    *url.URL
	err       error // configuration error
}

// Deliver sends the event once and returns the result. A missing response (connection
// refused, panic, timeout) is a Response, too, with Err set. The error is for events that
// could not be sent at all: a wrong URL, secret or mutation.
func (e *Endpoint) Deliver(ctx context.Context, event *Event, mutations ...string) (*Response, error) {
	w, err := e.prepare(ctx, event, mutations)
	if err != nil {
		return nil, err
	}
	return e.send(ctx, event, w), nil
}

// Validate checks the endpoint's configuration. It returns the error that Deliver would
// return for every event.
func (e *Endpoint) Validate() error {
	e.once.Do(e.open)
	return e.err
}

// Target returns the full URL of deliveries without a password, or "" if Validate fails.
func (e *Endpoint) Target() string {
	if e.Validate() != nil {
		return ""
	}
	return e.target.Redacted()
}

// Local reports whether deliveries stay on this machine or its private network. It looks
// up host names; every address must be local.
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

// closeWait is the time that Close allows late handlers.
const closeWait = 5 * time.Second

// Close closes idle connections, and waits a few seconds for in-process handlers that
// missed their deadline.
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
	if network, ok := e.transport.(*wire.Target); ok {
		network.Close()
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
	e.transport = wire.New(e.target, e.TLS, e.Dial)
}

// hasScheme reports whether text begins with a scheme such as http://: a URL may contain
// another one in its query.
func hasScheme(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && !strings.ContainsAny(scheme, "/?#")
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// parseTarget completes a URL like the Stripe CLI.
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
		text = "…" + text[at:] // the part before it may be a password
		if err != nil {
			err = &url.Error{Err: errors.New("not a URL")} // the original error may quote one, too
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
