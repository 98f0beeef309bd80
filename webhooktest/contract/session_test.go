package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	nethttp "github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// testdata/session is what fakestripe record wrote of the shop, which verifies with
// stripe-go v76, and a case over its payloads with golden files of the ledger.
const session = "testdata/session"

// choosy is the shop with another amount check: it takes no payments of less than a
// dollar.
func choosy(s *nethttp.Shop) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var event struct {
			Type string
			Data struct {
				Object struct {
					Received int64 `json:"amount_received"`
				}
			}
		}
		_ = json.Unmarshal(body, &event)
		if event.Type == "payment_intent.succeeded" && event.Data.Object.Received < 100 {
			http.Error(w, "amount too small", http.StatusUnprocessableEntity)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.ServeHTTP(w, r)
	})
}

func shopSubject(change func(*nethttp.Shop) http.Handler) contract.Subject {
	s := nethttp.New("whsec_session")
	return contract.Subject{
		Handler: change(s), Secret: "whsec_session", Isolated: true,
		State: func(context.Context) (any, error) { return s.Ledger(), nil },
	}
}

func TestRecordedSessionReplays(t *testing.T) {
	if *update {
		t.Setenv("FAKESTRIPE_UPDATE", "1")
	}
	contract.RunDir(t, session, func(*testing.T) contract.Subject {
		return shopSubject(func(s *nethttp.Shop) http.Handler { return s })
	})
}

// TestRecordedSessionTurnsRed wants a changed amount check to be seen, in the answer
// and in the ledger.
func TestRecordedSessionTurnsRed(t *testing.T) {
	t.Parallel()
	report := check(t, contract.Suite{
		Dir: session, New: func() contract.Subject { return shopSubject(choosy) },
	})
	require.Equal(t, []string{"00004-payment_intent.succeeded", "ledger"}, shortfalls(report, contract.Fail))
	require.Equal(t, 3, report.Summary[contract.Pass])
	require.Contains(t, report.Cases[3].Actual, "422 Unprocessable Entity: amount too small")
	require.Contains(t, report.Cases[3].Actual, "amount too small")

	// With the answer out of the way, the diff shows what is missing in the ledger.
	text, err := os.ReadFile(filepath.Join(session, "ledger.json"))
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(session)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ledger.json"), bytes.Replace(text, []byte(`"200"`), []byte(`"answer"`), 1), 0o644))
	report = check(t, contract.Suite{
		Dir: dir, Only: []string{"ledger"}, New: func() contract.Subject { return shopSubject(choosy) },
	})
	require.Equal(t, "the state of golden/00004-payment_intent.succeeded.json", report.Cases[0].Expected)
	require.Equal(t, `another state (- golden/00004-payment_intent.succeeded.json, + now):
- {
-   "state[]": [
-     {
-       "amount": 50,
-       "currency": "usd",
-       "object": "{e.data.object.id}",
-       "what": "payment received"
-     }
-   ]
- }
+ {}
`, report.Cases[0].Actual)
}
