// Package casefile writes recorded and imported events as cases of a suite.
//
// A case is three files with one name, numbered in the order in which the events came:
//
//	00001-payment_intent.succeeded.json            the case, in the format of fixtures/README.md
//	payloads/00001-payment_intent.succeeded.json   the event that it delivers
//	exchanges/00001-payment_intent.succeeded.http  request and answer, for people; only of recordings
//
// A file that exists is never overwritten, and no file is ever half-written: the payload
// is written before the case that names it, and each under another name until it is
// complete.
package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// A Case is one event and what the handler is to answer. Nothing in it is secret:
// it was redacted.
type Case struct {
	Type     string // of the event
	Payload  []byte
	Expect   string // a status ("200") or a class ("2xx")
	Origin   string // who wrote it: "fakestripe record"
	Exchange []byte // nil: there was none
}

const (
	payloads  = "payloads"
	exchanges = "exchanges"
)

// maxType bounds how much of an event type is in a name.
const maxType = 80

// name returns the name of the files of a case, without an ending. The type is
// whatever a stranger sent.
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

// text returns the case in the format of fixtures/README.md.
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
	_ = encoder.Encode(struct { // strings can be encoded
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
