package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/internal/record"
	"github.com/fakestripe/fakestripe/internal/redact"
)

// A recordTally counts requests.
type recordTally struct {
	Kept    int            `json:"kept"`
	Refused int            `json:"refused"`  // of these
	Failed  int            `json:"failed"`   // of these, with a server error
	NotKept map[string]int `json:"not_kept"` // by reason
	err     error          // of a case that could not be written
}

// done prints the result of a request.
func (r *recording) done(e record.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.File != "" {
		r.tally.Kept++
		switch {
		case e.Status >= http.StatusInternalServerError:
			r.tally.Failed++
		case e.Status >= http.StatusBadRequest:
			r.tally.Refused++
		}
	} else {
		r.tally.NotKept[e.Reason]++
		r.tally.err = cmp.Or(r.tally.err, e.Err) // one is enough
	}
	if e.Status == 0 && !r.hinted {
		hint := nobodyAt(context.Background(), r.target, contained())
		if r.hinted = hint != ""; r.hinted {
			fmt.Fprintf(r.shell.err, "fakestripe: %s\n", hint)
		}
	}
	if r.format.json() {
		r.printJSON(newExchange(e))
		return
	}
	fmt.Fprint(r.shell.out, exchangeLine(e, time.Now()))
}

func exchangeLine(e record.Exchange, now time.Time) string {
	answer := "[ERROR]"
	if e.Status > 0 {
		answer = fmt.Sprintf("[%d %s]", e.Status, e.Method)
	}
	line := fmt.Sprintf("%s  <--  %s ", now.Format(timeLayout), answer)
	if e.Reason != "" {
		return line + "not kept: " + e.Reason + "\n"
	}
	return fmt.Sprintf("%s%s %s, kept in %s\n", line, visible(e.Type), round(e.Duration), e.File)
}

// An exchange is a line of JSON.
type exchange struct {
	Method   string  `json:"method"`
	Type     string  `json:"type,omitempty"`
	Status   int     `json:"status"` // 0: no answer
	Duration float64 `json:"duration_ms"`
	File     string  `json:"file,omitempty"`
	Reason   string  `json:"not_kept,omitempty"`
}

func newExchange(e record.Exchange) exchange {
	return exchange{e.Method, e.Type, e.Status, milliseconds(e.Duration), e.File, e.Reason}
}

func (r *recording) printJSON(v any) {
	_ = json.NewEncoder(r.shell.out).Encode(v) // even if no one reads the lines, the cases are safe
}

// summary prints what was kept and what was redacted.
func (r *recording) summary(redactor *redact.Redactor) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tally.err != nil {
		r.tally.err = fmt.Errorf("not everything was recorded: %w", r.tally.err)
	}
	if r.format.json() {
		warnUnused(r.shell.err, redactor)
		r.printJSON(map[string]any{"summary": struct {
			recordTally
			Redacted []redact.Finding `json:"redacted"`
		}{r.tally, redactor.Found()}})
		return r.tally.err
	}
	fmt.Fprint(r.shell.out, r.tally.line(r.out))
	if n := r.tally.Refused + r.tally.Failed; n > 0 && len(r.secrets) == 0 {
		fmt.Fprintf(r.shell.err, "fakestripe: %d were not accepted: if for their signature, a replay will be; give --secret to keep only what is signed\n", n)
	}
	return errors.Join(printRedacted(r.shell, redactor), r.tally.err)
}

func (t *recordTally) line(folder string) string {
	line := fmt.Sprintf("%s kept in %s", plural(t.Kept, "exchange"), folder)
	notKept := 0
	for _, n := range t.NotKept {
		notKept += n
	}
	if notKept > 0 {
		line += fmt.Sprintf(", %d not kept", notKept)
	}
	return line + "\n"
}
