package contract

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"
)

// go test shows the log of a test at its end, unless it is given -v: a long run would say
// nothing for minutes.

// meanwhileEvery is how often a run says how far it is then.
const meanwhileEvery = 30 * time.Second

// sayMeanwhile prints now and then how far a run is and at which case, until the test ends.
func (a *tally) sayMeanwhile(t *testing.T, of int) {
	if testing.Verbose() {
		return
	}
	t.Cleanup(a.tellEvery(os.Stderr, meanwhileEvery, of))
}

// tellEvery prints how far a run is each time that an interval has passed, until stop is called.
func (a *tally) tellEvery(out io.Writer, interval time.Duration, of int) (stop func()) {
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				fmt.Fprintln(out, "fakestripe: "+a.soFar(of))
			}
		}
	}()
	return func() {
		close(ended)
		<-done
	}
}

// begin notes which case began last.
func (a *tally) begin(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = id
}

// soFar says how far a run is, at which case, and what fell short.
func (a *tally) soFar(of int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	line := fmt.Sprintf("%d of %d cases after %s, now at %s", len(a.results), of, time.Since(a.began).Round(time.Second), a.at)
	for i := range a.results {
		if r := &a.results[i]; r.Verdict == Fail {
			line += "; failed: " + r.ID
		}
	}
	return line
}
