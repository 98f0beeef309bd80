package contract_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooNetworkBugs are seen by those who have a connection. In process, they are sound.
func zooNetworkBugs() []zooBug {
	gated := func(name, why string, gate func(d *zooDelivery) bool) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.gate = func(d *zooDelivery) bool { return gate(d) || zooPostOnly(d) }
		}).served()
	}
	return []zooBug{
		zooWith("header-case", "B73: a server that compares header names by the letter", func(*zooHandler) {}).listening(zooCaseSensitive),
		gated("wrong-date", "the clock of its answers is an hour ahead", func(d *zooDelivery) bool {
			d.w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			return false
		}),
		gated("length-required", "411 for a body whose length is not known beforehand", func(d *zooDelivery) bool {
			if d.r.ContentLength >= 0 {
				return false
			}
			http.Error(d.w, "length required", http.StatusLengthRequired)
			return true
		}),
		zooWith("connection-spoilt", "refuses before it has read the body, the rest of which is taken for the next request", func(z *zooHandler) {
			spoilt := make(map[any]bool)
			z.refuse = func(d *zooDelivery, err error) {
				z.mu.Lock()
				defer z.mu.Unlock()
				spoilt[d.r.Context().Value(connection{})] = true
				zooRefuseWith(http.StatusBadRequest)(d, err)
			}
			z.construct = z.refusing(func(d *zooDelivery) bool {
				z.mu.Lock()
				defer z.mu.Unlock()
				return spoilt[d.r.Context().Value(connection{})]
			})
		}).served(),
	}
}

// connection is the key of a request's connection in its context. An address would not
// do: the next connection may have the same one.
type connection struct{}

// serve puts a subject's handler behind a server on loopback.
func (b zooBug) serve(t *testing.T, s contract.Subject) contract.Subject {
	t.Helper()
	server := httptest.NewUnstartedServer(s.Handler)
	server.Config.ErrorLog = silent
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connection{}, conn)
	}
	if b.listen != nil {
		server.Listener = b.listen(server.Listener)
	}
	server.Start()
	t.Cleanup(server.Close)
	s.Handler, s.URL = nil, server.URL+"/webhook"
	return s
}

// zooCaseSensitive makes a server know Stripe's header in its usual writing only.
// Go's own knows them all, so the others are spoilt on their way.
func zooCaseSensitive(listener net.Listener) net.Listener { return zooListener{listener} }

type zooListener struct{ net.Listener }

func (l zooListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return zooConn{conn}, err
}

type zooConn struct{ net.Conn }

func (c zooConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	const name = "\nStripe-Signature:"
	if at := bytes.Index(bytes.ToLower(p[:n]), bytes.ToLower([]byte(name))); at >= 0 && string(p[at:at+len(name)]) != name {
		p[at+1] = 'X'
	}
	return n, err
}

func TestZooCaseSensitiveServer(t *testing.T) {
	t.Parallel()
	url := zooBug{listen: zooCaseSensitive}.serve(t, contract.Subject{Handler: newZoo()}).URL
	for name, status := range map[string]int{"Stripe-Signature": http.StatusOK, "stripe-signature": http.StatusBadRequest, "STRIPE-SIGNATURE": http.StatusBadRequest} {
		body := newEvent(t, "charge.succeeded").Body()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
		require.NoError(t, err)
		request.Header[name] = []string{webhooktest.Sign(body, time.Now(), zooSecret)}
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, status, response.StatusCode, name)
	}
}
