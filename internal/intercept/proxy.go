// Package intercept answers an app's calls to Stripe on this machine, without changes to
// the app or the system.
//
// A [Proxy] is one port on loopback. It is an HTTPS proxy for programs that honor
// HTTPS_PROXY, and accepts TLS connections directly from programs led here by a preloaded
// file ([Folder]). A handler answers for Stripe's hosts, with a certificate from an
// authority made for the run; other connections pass through unchanged.
package intercept

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/server"
)

// A Config configures a Proxy.
type Config struct {
	// Stripe answers requests to the Stripe hosts that servers call.
	Stripe http.Handler

	// Offline refuses connections to all other hosts.
	Offline bool

	// Refused, if not nil, is called once with each refused host.
	Refused func(host string)

	// Upstream returns the proxy to use for a host, or "": an address with a port, and the
	// value of Proxy-Authorization. If nil, all connections are direct.
	Upstream func(host string) (address, authorization string)
}

// A Proxy is a port on loopback that answers for Stripe's hosts.
type Proxy struct {
	config    Config
	authority *authority
	listener  net.Listener
	decrypted handoff // connections to Stripe's hosts
	server    *http.Server
	ctx       context.Context // ends with the proxy
	cancel    context.CancelFunc
	running   sync.WaitGroup

	mu      sync.Mutex
	refused map[string]bool
}

// Start opens a free port on loopback and serves it until Close.
func Start(config Config) (*Proxy, error) {
	authority, err := newAuthority(time.Now())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the app's calls: %w", err)
	}
	p := &Proxy{
		config: config, authority: authority, listener: listener, refused: make(map[string]bool),
		decrypted: handoff{address: listener.Addr(), connections: make(chan net.Conn)},
		server:    server.New(hosts(config.Stripe)),
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.decrypted.closed = p.ctx.Done()
	p.running.Go(func() { _ = p.server.Serve(&p.decrypted) }) // until closed
	p.running.Go(p.accept)
	return p, nil
}

// Port returns the port of the proxy on 127.0.0.1.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// Close ends all connections, and returns when nothing of the proxy is running.
func (p *Proxy) Close() {
	p.cancel()
	_ = p.listener.Close()
	_ = p.server.Close()
	p.running.Wait()
}

func (p *Proxy) accept() {
	for {
		connection, err := p.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // too many open files: others may be closed meanwhile
			select {
			case <-time.After(100 * time.Millisecond):
			case <-p.ctx.Done():
			}
			continue
		}
		p.running.Go(func() { p.serve(connection) })
	}
}

// patience limits the time for a client's first bytes, and for connecting to a host.
const patience = 10 * time.Second

// maxHeader limits the header of a request to the proxy, in bytes, as server does.
const maxHeader = 64 << 10

// serve detects the protocol of a connection: TLS begins with the record type handshake
// (22), and a request to a proxy with its method.
func (p *Proxy) serve(c net.Conn) {
	stop := context.AfterFunc(p.ctx, func() { _ = c.Close() })
	keep := false
	defer func() {
		stop()
		if !keep {
			_ = c.Close()
		}
	}()
	_ = c.SetDeadline(time.Now().Add(patience))
	from := &io.LimitedReader{R: c, N: maxHeader}
	in := bufio.NewReader(from)
	first, err := in.Peek(1)
	if err != nil {
		return
	}
	if first[0] == 22 {
		from.N = math.MaxInt64
		keep = p.decrypt(&buffered{c, in})
		return
	}
	request, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	from.N = math.MaxInt64
	if request.Method != http.MethodConnect {
		p.plain(c, request)
		return
	}
	if IsStripe(hostname(request.Host)) {
		_, err := io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
		keep = err == nil && p.decrypt(&buffered{c, in})
		return
	}
	p.pass(&buffered{c, in}, request.Host)
}

// decrypt completes a TLS handshake as one of Stripe's hosts, and hands the connection to
// the server. It reports whether the server took it.
func (p *Proxy) decrypt(c net.Conn) bool {
	secure := tls.Server(c, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if !IsStripe(hello.ServerName) {
				p.refuse(hello.ServerName)
				return nil, fmt.Errorf("%q is not one of Stripe's hosts", hello.ServerName)
			}
			return &p.authority.host, nil
		},
	})
	if err := secure.HandshakeContext(p.ctx); err != nil {
		return false
	}
	_ = c.SetDeadline(time.Time{})
	return p.decrypted.give(secure)
}

// plain answers a request other than CONNECT.
func (p *Proxy) plain(c net.Conn, request *http.Request) {
	status, text := http.StatusNotImplemented, "fakestripe exec is a proxy for https only"
	if p.config.Offline {
		p.refuse(hostname(request.Host))
		status, text = http.StatusForbidden, offline(request.Host)
	}
	respond(c, status, text)
}

// pass connects a client to its host, without changes.
func (p *Proxy) pass(client *buffered, address string) {
	if p.config.Offline {
		p.refuse(hostname(address))
		respond(client, http.StatusForbidden, offline(address))
		return
	}
	host, err := p.dial(address)
	if err != nil {
		respond(client, http.StatusBadGateway, "fakestripe exec: "+err.Error())
		return
	}
	defer host.Close()
	defer context.AfterFunc(p.ctx, func() { _ = host.Close() })()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	_ = client.SetDeadline(time.Time{})
	_ = host.SetDeadline(time.Time{})
	var sending sync.WaitGroup
	sending.Go(func() { shovel(host, client) })
	shovel(client, host)
	sending.Wait()
}

// shovel copies until one side ends, and then closes the other for writing.
func shovel(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// refuse reports a host, once.
func (p *Proxy) refuse(host string) {
	p.mu.Lock()
	told := p.refused[host] || len(p.refused) >= maxRefused
	p.refused[host] = true
	p.mu.Unlock()
	if !told && p.config.Refused != nil {
		p.config.Refused(host)
	}
}

// maxRefused limits the number of hosts remembered and reported.
const maxRefused = 1000

func offline(host string) string {
	return "offline: fakestripe exec does not call " + hostname(host)
}

func respond(c net.Conn, status int, text string) {
	response := http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Close: true,
		Header:        http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		ContentLength: int64(len(text) + 1), Body: io.NopCloser(strings.NewReader(text + "\n")),
	}
	_ = response.Write(c) // a client that has left does not get it
}

// hostname returns the name in an address with a port.
func hostname(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// A buffered connection has unread bytes from before.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

// Read implements io.Reader.
func (b *buffered) Read(p []byte) (int, error) { return b.in.Read(p) }

// CloseWrite closes the writing side.
func (b *buffered) CloseWrite() error {
	if half, ok := b.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// A handoff is a listener whose connections come from elsewhere.
type handoff struct {
	address     net.Addr
	connections chan net.Conn
	closed      <-chan struct{}
}

// give hands over a connection. It reports whether the listener took it.
func (h *handoff) give(c net.Conn) bool {
	select {
	case h.connections <- c:
		return true
	case <-h.closed:
		return false
	}
}

// Accept implements net.Listener.
func (h *handoff) Accept() (net.Conn, error) {
	select {
	case c := <-h.connections:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. The proxy closes the source of the connections.
func (h *handoff) Close() error { return nil }

// Addr implements net.Listener.
func (h *handoff) Addr() net.Addr { return h.address }
