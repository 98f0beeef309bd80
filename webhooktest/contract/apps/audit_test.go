package apps

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// audit has no SDK: it verifies by itself, and writes a line for each event that it took,
// with an id and times of its own.
var audit = app{
	name: "audit", why: "verifies by hand; an audit table with its own ids and times",
	schema: `
		CREATE TABLE audit_log (id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2)))), actor TEXT NOT NULL DEFAULT 'stripe',
			action TEXT NOT NULL, subject TEXT NOT NULL, event TEXT NOT NULL UNIQUE, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')));
		CREATE TABLE disputes (id TEXT PRIMARY KEY, amount INTEGER, opened_at INTEGER);`,
	bugs: []bug{
		{"no-tolerance", "accepts a signature of last week"},
		{"last-v1", "reads the header into a map, which keeps the last v1"},
		{"explains", "answers what the signature should have been"},
	},
	start:   func(_ context.Context, d *deps) http.Handler { return auditApp{d} },
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"charge.dispute.created"} },
}

type auditApp struct{ *deps }

func (a auditApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	if expected, ok := a.verify(r.Header.Get("Stripe-Signature"), body); !ok {
		answer := "bad signature"
		if a.has("explains") {
			answer += ", want " + expected
		}
		http.Error(w, answer, http.StatusUnauthorized)
		return
	}
	var event struct {
		ID, Type, Object string
		Data             struct {
			Object struct {
				ID      string
				Amount  int64
				Created int64
			}
		}
	}
	if json.Unmarshal(body, &event) != nil || event.Object != "event" {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	if event.Type != "charge.dispute.created" {
		return
	}
	dispute := event.Data.Object
	_, err = a.db.ExecContext(r.Context(), "INSERT INTO disputes VALUES (?, ?, ?) ON CONFLICT DO NOTHING", dispute.ID, dispute.Amount, dispute.Created)
	if err == nil {
		_, err = a.db.ExecContext(r.Context(), "INSERT INTO audit_log (action, subject, event) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", event.Type, dispute.ID, event.ID)
	}
	if err != nil {
		http.Error(w, "not written", http.StatusInternalServerError)
	}
}

// verify is Stripe's manual procedure.
func (a auditApp) verify(header string, body []byte) (expected string, ok bool) {
	var stamp string
	var signatures []string
	for _, element := range strings.Split(header, ",") {
		switch key, value, _ := strings.Cut(element, "="); key {
		case "t":
			stamp = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	if a.has("last-v1") && len(signatures) > 1 {
		signatures = signatures[len(signatures)-1:]
	}
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, stamp+".")
	mac.Write(body)
	expected = hex.EncodeToString(mac.Sum(nil))
	for _, signature := range signatures {
		ok = ok || hmac.Equal([]byte(signature), []byte(expected))
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	fresh := time.Since(time.Unix(seconds, 0)).Abs() < 5*time.Minute
	return expected, ok && err == nil && (fresh || a.has("no-tolerance"))
}
