package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// secure starts a server with TLS, and counts its connections.
func secure(t *testing.T) (server *httptest.Server, connections *atomic.Int32) {
	t.Helper()
	connections = new(atomic.Int32)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != "HTTP/1.1" {
			t.Error(r.Proto)
		}
		_, _ = io.WriteString(w, "fine")
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, connections
}

func trusting(t *testing.T, server *httptest.Server, config *tls.Config) *Target {
	t.Helper()
	to, err := url.Parse("https://example.com") // in the certificate
	require.NoError(t, err)
	config.RootCAs = x509.NewCertPool()
	config.RootCAs.AddCert(server.Certificate())
	target := New(to, config, func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	})
	t.Cleanup(target.Close)
	return target
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, connections := secure(t)
			target := trusting(t, server, &tls.Config{MaxVersion: version})
			for range 3 {
				requireFine(t, target, "{}")
			}
			require.EqualValues(t, 1, connections.Load(), "a connection is used again")
			server.CloseClientConnections()
			requireFine(t, target, "{}")
			require.EqualValues(t, 2, connections.Load(), "the farewell of TLS is noticed")
		})
	}
}

func TestWrongName(t *testing.T) {
	t.Parallel()
	server, _ := secure(t)
	config := &tls.Config{ServerName: "elsewhere.test"}
	_, _, err := send(trusting(t, server, config), post(t.Context(), "{}"))
	var wrong x509.HostnameError
	require.True(t, errors.As(err, &wrong), err)
	require.Equal(t, "elsewhere.test", wrong.Host)
}

func TestUnknownAuthority(t *testing.T) {
	t.Parallel()
	server, _ := secure(t)
	_, _, err := send(targetOf(t, server.URL, nil), post(t.Context(), "{}"))
	var certificate *tls.CertificateVerificationError
	require.True(t, errors.As(err, &certificate), err)
}

func TestPlainServer(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ *stand, p *peer) { p.say("HTTP/1.1 400 Bad Request\r\n\r\n"); p.rest() })
	var dialed net.Conn
	target := targetOf(t, "https://"+s.address, func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		dialed, err = new(net.Dialer).DialContext(ctx, network, address)
		return dialed, err
	})
	_, _, err := send(target, post(t.Context(), "{}"))
	var plain tls.RecordHeaderError
	require.True(t, errors.As(err, &plain), err)
	require.ErrorIs(t, dialed.SetDeadline(time.Time{}), net.ErrClosed, "a connection without TLS is of no use")
}

func TestPlainRequestToTLS(t *testing.T) {
	t.Parallel()
	server, _ := secure(t)
	response, body, err := send(targetOf(t, "http://"+server.Listener.Addr().String(), nil), post(t.Context(), "{}"))
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, response.StatusCode)
	require.Equal(t, "Client sent an HTTP request to an HTTPS server.\n", body)
}
