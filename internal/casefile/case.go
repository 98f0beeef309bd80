// Package casefile writes recorded and imported events as cases of a suite.
//
// A case is three files with a common name, numbered in order of arrival:
//
//	00001-payment_intent.succeeded.json            the case, in the format of fixtures/README.md
//	payloads/00001-payment_intent.succeeded.json   the event that it delivers
//	exchanges/00001-payment_intent.succeeded.http  request and answer, for people; only of recordings
//
// Existing files are never overwritten, and files are never half-written: the payload
// comes before the case that names it, and each has another name until complete.
package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// A Case is one event and the expected response. It holds no secrets: it has been
// redacted.
type Case struct {
	Type     string // of the event
	Payload  []byte
	Expect   string // a status ("200") or a class ("2xx")
	Origin   string // the writer, e.g. "fakestripe record"
	Exchange []byte // nil for none
}

const (
	payloads  = "payloads"
	exchanges = "exchanges"
)

// maxType limits the part of an event type in a file name.
const maxType = 80

// name returns the common name of a case's files, without ending. The type is untrusted.
func (c *Case) name(number int) string {
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-", r) {
			return r
		}
		return '_'
	}, strings.ToLower(c.Type))
	if safe == "" {
		safe = "event"
	}
	return fmt.Sprintf("%05d-%s", number, safe[:min(len(safe), maxType)])
}

// text formats the case as described in fixtures/README.md.
func (c *Case) text(name string) []byte {
	answered := "answered with " + c.Expect
	if strings.HasSuffix(c.Expect, "xx") {
		answered = "accepted"
	}
	type event struct {
		File string `json:"file"`
	}
	type step struct {
		Send   string `json:"send"`
		Expect string `json:"expect"`
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(struct { // strings always encode
		Format      int              `json:"format"`
		Title       string           `json:"title"`
		Level       string           `json:"level"`
		Requirement string           `json:"requirement"`
		Source      string           `json:"source"`
		Events      map[string]event `json:"events"`
		Steps       []step           `json:"steps"`
	}{
		1, c.Type + " is " + answered, "must",
		"The " + c.Type + " of this recording is " + answered + ", freshly signed.", c.Origin,
		map[string]event{"e": {path.Join(payloads, name+".json")}},
		[]step{{"e", c.Expect}},
	})
	return out.Bytes()
}
