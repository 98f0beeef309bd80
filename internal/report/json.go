package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// JSON writes a report on one line, failures first. It leaves texts unchanged: the reader
// is a program.
func JSON(w io.Writer, r *contract.Report) error {
	line, err := json.Marshal(complete(r))
	if err != nil {
		return err
	}
	_, err = w.Write(append(ascii(line), '\n'))
	return err
}

// complete replaces nil lists with empty ones, and adds missing verdicts.
func complete(r *contract.Report) *contract.Report {
	c := *r
	c.Summary = map[contract.Verdict]int{}
	for _, v := range verdicts {
		c.Summary[v.verdict] = r.Summary[v.verdict]
	}
	if c.Subject.Handles == nil {
		c.Subject.Handles = []string{}
	}
	c.Cases = byUrgency(r.Cases)
	if c.Cases == nil {
		c.Cases = []contract.Result{}
	}
	return &c
}

// ascii escapes the control characters that encoding/json leaves alone: some terminals obey
// them, and some programs treat one as a line break.
func ascii(line []byte) []byte {
	var out []byte
	for _, r := range string(line) {
		if r >= 0x7f && r < 0xa0 {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, string(r)...)
		}
	}
	return out
}
