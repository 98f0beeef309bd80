package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/refusal"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// An advice is the meaning of a refusal, and what to do.
type advice struct {
	cause, text string
	always      bool // given even if a refusal was expected, but not this one
}

// unsaidCause is the cause where the answer says nothing that is known.
const unsaidCause = "unsaid"

// adviceOn reads the refusal of a genuine event. Where the answer says nothing that is
// known, it says how to find out.
func adviceOn(r *webhooktest.Response, mutations []string) (found advice, ok bool) {
	if said, ok := refusalOf(r); ok {
		return advice{"version " + said.Want, giveVersion(said), true}, true
	}
	if said, ok := readingOf(r, mutations); ok {
		return advice{said.ID, said.String(), false}, true
	}
	if r.Err == nil && len(mutations) == 0 && (r.StatusCode == http.StatusBadRequest || r.StatusCode == http.StatusUnprocessableEntity) {
		return advice{unsaidCause, unsaid(r), false}, true
	}
	return advice{}, false
}

// readingOf interprets the refusal of a delivery without mutations: mutated ones are meant
// to be refused. refusalOf handles the API version.
func readingOf(r *webhooktest.Response, mutations []string) (said refusal.Reading, ok bool) {
	if r.Accepted() || r.Err != nil || len(mutations) > 0 {
		return said, false
	}
	said, ok = refusal.Read(r.Event.Type(), r.StatusCode, r.Body)
	if fixtures.IsThin(r.Event.Type()) && said.ID == refusal.Crashed.ID {
		said.Fix += "; " + wasThin
	}
	return said, ok
}

// wasThin is a possible reason if a thin event is refused.
const wasThin = "the event is thin, without data.object: if the endpoint wants snapshot events, send a snapshot type (fakestripe list)"

// unsaid returns how to find the reason for the refusal of a genuine event.
func unsaid(r *webhooktest.Response) string {
	why := "the response does not say why: "
	if strings.Contains(strings.ToLower(string(r.Body)), "signature") {
		why = "the response names the signature, not what is wrong with it: "
	}
	if fixtures.IsThin(r.Event.Type()) {
		return why + wasThin + "; else fakestripe check --to URL finds out"
	}
	other := "another API version"
	if label, _ := r.Event.Lookup("api_version"); label != nil {
		other += fmt.Sprintf(" than %v", label)
	}
	return why + "often the secret is another one, or the SDK wants " + other +
		" (try --api-version with its release, such as stripe-go@82); fakestripe check --to URL finds out, and fakestripe verify from the body and header that the handler got"
}

// advise returns an advice for an endpoint, or "" if it was given before.
func (p *printer) advise(endpoint string, given advice) string {
	if _, before := p.advised.LoadOrStore([2]string{endpoint, given.cause}, true); before {
		return ""
	}
	return indented(given.text)
}
