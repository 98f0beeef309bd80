package apps

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// notifier posts a line to a chat for each failed payment, and keeps nothing else.
var notifier = app{
	name: "notifier", why: "one message for each event, no model of its own",
	schema: `CREATE TABLE messages (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, text TEXT NOT NULL, event TEXT UNIQUE, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "messages",
	bugs: []bug{
		{"forgets", "remembers in memory what it has posted"},
		{"fire-and-forget", "does not look at what the chat answers"},
		{"channel-of-customer", "dereferences the customer, whom a guest has not"},
	},
	start: func(_ context.Context, d *deps) http.Handler {
		return &notifierApp{deps: d, posted: make(map[string]bool)}
	},
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"charge.failed"} },
}

type notifierApp struct {
	*deps
	mu     sync.Mutex
	posted map[string]bool // of the bug forgets
}

func (a *notifierApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "charge.failed" {
		return
	}
	charge := event.Data.Object
	channel := "#billing"
	if a.has("channel-of-customer") {
		channel = "#" + charge["customer"].(string)
	}
	err := a.post(r.Context(), event.ID, channel, fmt.Sprintf("%v failed: %v", charge["id"], charge["failure_code"]))
	if err != nil && !isDuplicate(err) && !a.has("fire-and-forget") {
		http.Error(w, "chat is down", http.StatusBadGateway)
	}
}

func (a *notifierApp) post(ctx context.Context, event, channel, text string) error {
	if !a.has("forgets") {
		_, err := a.db.ExecContext(ctx, "INSERT INTO messages (channel, text, event) VALUES (?, ?, ?)", channel, text, event)
		return err
	}
	if !a.remember(event, true) {
		return nil
	}
	_, err := a.db.ExecContext(ctx, "INSERT INTO messages (channel, text) VALUES (?, ?)", channel, text)
	if err != nil {
		a.remember(event, false)
	}
	return err
}

// remember reports whether that is news.
func (a *notifierApp) remember(event string, posted bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	news := a.posted[event] != posted
	a.posted[event] = posted
	return news
}
