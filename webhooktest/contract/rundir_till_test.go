package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A till is a handler that notes the amounts of events and answers with a receipt.
type till struct {
	mu      sync.Mutex
	number  int // of the next row; like that of a database it goes on
	rows    []map[string]any
	bodies  []string
	delay   time.Duration // of the work after the answer
	status  int
	off     int // by how much amounts are wrong
	working sync.WaitGroup
}

func (s *till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var event struct {
		ID, Type string
		Data     struct{ Object map[string]any }
	}
	if json.Unmarshal(body, &event) != nil || r.Header.Get(webhooktest.SignatureHeader) == "" {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	if event.Type == "fakestripe.future_thing.happened" {
		return // it does nothing for types that it does not know
	}
	s.working.Go(func() {
		time.Sleep(s.delay)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.number++
		s.bodies = append(s.bodies, string(body))
		amount, _ := event.Data.Object["amount"].(float64)
		s.rows = append(s.rows, map[string]any{"serial": fmt.Sprintf("n%d", s.number), "event": event.ID, "object": event.Data.Object["id"], "amount": int(amount) + s.off, "at": time.Now()})
	})
	if s.delay == 0 {
		s.working.Wait()
	}
	w.Header().Set("X-Order", "order-17")
	w.WriteHeader(max(s.status, http.StatusOK))
	fmt.Fprintf(w, `{"order": {"id": "o_42", "total": %v, "note": "paid"}}`, event.Data.Object["amount"])
}

func (s *till) state(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"rows": slices.Clone(s.rows)}, nil
}

func (s *till) delivered() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bodies)
}

func (s *till) subject() contract.Subject {
	return contract.Subject{Handler: s, State: s.state}
}

// runOn runs a folder against a till.
func runOn(t *testing.T, s *till, dir string, change ...func(*contract.Suite)) *contract.Report {
	t.Helper()
	suite := contract.Suite{Dir: dir, New: s.subject}
	for _, c := range change {
		c(&suite)
	}
	return check(t, suite, s.working.Wait)
}

// runOne runs a folder of one case.
func runOne(t *testing.T, s *till, files map[string]string) contract.Result {
	t.Helper()
	report := runOn(t, s, folderOf(t, files))
	require.Len(t, report.Cases, 1)
	return report.Cases[0]
}

func updating(s *contract.Suite) { s.Update = true }

const payment = `{"type": "payment_intent.succeeded", "set": {"data.object.amount": 700}}`
