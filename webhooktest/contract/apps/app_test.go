// Package apps has small whole applications, each written as a team writes one: its own
// tables, its own way to verify, to dispatch and to store. The contract is run against
// each, sound and with the bugs that public applications of its kind have had.
package apps

import (
	"context"
	"io"
	"net/http"
	"sync"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// secret is what the endpoints of all applications are signed with.
const secret = "whsec_AppsT4vYq8LmRz2Wc6Nj9Bd3Kx7Hs5Pf"

// An app is an application. Its zero bug is none: it is sound then.
type app struct {
	name, why string
	schema    string // of its database
	breaks    string // the table that cannot be written while what it depends on fails
	told      string // a cause that it is told of even if sound: a should that its team has decided against
	bugs      []bug

	start   func(context.Context, *deps) http.Handler
	subject func(*deps, *contract.Subject) // what its team says of it; its handler and state are said already
}

// A bug is one that public applications have had.
type bug struct{ name, why string }

// deps is what a running application has.
type deps struct {
	db         *database
	bug        string
	api        *http.Client // with which Stripe is called
	apiURL     string
	background sync.WaitGroup
}

// has reports whether the application has a bug.
func (d *deps) has(bug string) bool { return d.bug == bug }

// receive returns the event of a genuine request, or answers what is none.
func receive(w http.ResponseWriter, r *http.Request) (event stripe.Event, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return event, false
	}
	event, err = webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)
	if err != nil {
		http.Error(w, "invalid signature", http.StatusBadRequest)
		return event, false
	}
	return event, true
}

// A process is an application that runs, and may be started anew on the same database.
type process struct {
	app  app
	deps *deps

	mu      sync.RWMutex
	handler http.Handler
	stop    context.CancelFunc
}

func (p *process) start() {
	ctx, cancel := context.WithCancel(context.Background())
	p.mu.Lock()
	defer p.mu.Unlock()
	routes := http.NewServeMux()
	routes.Handle("POST /", p.app.start(ctx, p.deps))
	p.handler, p.stop = routes, cancel
}

func (p *process) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.RLock()
	handler := p.handler
	p.mu.RUnlock()
	handler.ServeHTTP(w, r)
}

// Close ends what runs in the background, and waits for it.
func (p *process) Close() {
	p.stop()
	p.deps.background.Wait()
}

func (p *process) restart(context.Context) error {
	p.Close()
	p.start()
	return nil
}
