package contract_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A rebooted is a server that is started in the background, and listens a while later.
type rebooted struct {
	handler http.Handler
	address string

	mu     sync.Mutex
	server *http.Server
}

// listen serves until the next restart.
func (r *rebooted) listen(t *testing.T) {
	listener, err := net.Listen("tcp", r.address)
	if err != nil {
		t.Errorf("the port was taken meanwhile: %v", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.address, r.server = listener.Addr().String(), &http.Server{Handler: r.handler, ReadHeaderTimeout: time.Minute}
	go func(server *http.Server) { _ = server.Serve(listener) }(r.server)
}

func (r *rebooted) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.server.Close()
}

// A restart that returns before the handler listens again is waited for: what is sent
// meanwhile would be refused by nobody.
func TestRestartIsWaitedFor(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	z := newZoo()
	t.Cleanup(z.Close)
	sound := zooNamed(t, "sound").subject(z, z.State)
	r := &rebooted{handler: sound.Handler, address: "127.0.0.1:0"}
	r.listen(t)
	var starting sync.WaitGroup
	t.Cleanup(func() { starting.Wait(); r.stop() })
	sound.Handler, sound.URL = nil, "http://"+r.address
	sound.Restart = func(context.Context) error {
		r.stop()
		starting.Add(1)
		time.AfterFunc(200*time.Millisecond, func() { defer starting.Done(); r.listen(t) })
		return nil
	}
	_, byID := results(t, sound, "resilience/restart-keeps-ledger", "resilience/restart-keeps-work")
	for id, got := range byID {
		require.Equal(t, contract.Pass, got.Verdict, "%s: %+v", id, got)
	}
}
