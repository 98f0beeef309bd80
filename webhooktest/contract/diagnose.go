package contract

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/refusal"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// A likeness makes events like the refused event, and counts the handler's calls. Each of
// its functions may be nil.
type likeness struct {
	at     func(version string) (*webhooktest.Event, error)
	event  func(eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error)
	shapes []string   // shapes of its type with another meaning
	common []string   // types that it may handle
	calls  func() int // calls of the local API since the first delivery
	bound  bool       // to objects of the app

	// works reports whether an event is accepted and, if that can be seen, has an effect.
	works func(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event) (bool, error)
	seen  bool // effects can be seen
}

// A diagnosis explains why an endpoint rejects a genuine event.
type diagnosis struct {
	lines  []string
	wanted string // the API version that it accepts, if that is the reason
	label  string // the api_version that it accepts instead, older than all that there are fixtures of
	shape  string // the TYPE=VARIANT that it accepts, if that is the reason
	need   string // what else would let it accept the event, as in Result.Need
	takes  string // a type that it accepts, or does not refuse like a forgery, if the type is the reason
}

func (d *diagnosis) add(lines ...string) { d.lines = append(d.lines, lines...) }

// diagnose finds out why an endpoint refuses a genuine event. It reads the answer, sends
// the event in ways that only a handler with a certain mistake accepts, and reads those
// answers, too. Stronger evidence comes first: what the answer proves, what is accepted
// instead, what the answer suggests, and a comparison with other answers. It finds nothing
// if the endpoint accepts the event.
func diagnose(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event, like likeness) (found diagnosis, err error) {
	answer, err := e.Deliver(ctx, event)
	if err != nil || answer.Accepted() {
		return found, err
	}
	until := time.Now().Add(20 * time.Second) // some handlers take their time for each
	if answer.Err != nil {
		found.add("a genuine " + event.Type() + " got " + answerOf(answer))
		if crashed(answer) {
			err = found.tryShapes(ctx, e, event.Type(), like, until)
		}
		return found, err
	}
	found.add("a genuine " + event.Type() + " got " + answerOf(answer))
	if said, ok := versionRefusal(answer); ok {
		found.add(readRefusal(said))
		found.wanted = wantedVersion(answer)
		if _, known := said.Version(); !known {
			found.label = said.Want
		}
		return found, nil
	}
	said, read := refusal.ReadText(event.Type(), answer.Body)
	if ofAPI(said) && like.calls != nil && like.calls() > 0 { // it called the local one
		read = false
	}
	quoted := namedFields(answer)
	if len(quoted) > 0 && (!read || said.ID == refusal.UnknownObject.ID) {
		said, read = refusal.Reading{Cause: refusal.UnknownObject}, true
		found.add("its answer quotes the event's " + strings.Join(quoted[:min(len(quoted), 3)], ", "))
	}
	if read && !said.Unsure {
		found.add(readingLines(said)...)
		if ofAPI(said) {
			found.need = needAPI
		}
		if said.ID == refusal.WantsThin.ID || said.ID == refusal.WantsSnapshot.ID {
			_, err = found.tryType(ctx, e, like, otherKind(event.Type()))
		}
		return found, err
	}
	mistake, err := findMistake(ctx, e, event, until)
	if mistake != nil || err != nil {
		found.add(worded(mistake)...)
		return found, err
	}
	if !read {
		return found, found.compareAnswers(ctx, e, answer, like, until)
	}
	if said.ID == refusal.UnknownObject.ID {
		if len(quoted) == 0 || like.seen { // else it may just ignore what it accepts
			err = found.tryShapes(ctx, e, event.Type(), like, until)
		}
		if found.shape != "" || err != nil {
			return found, err
		}
		found.need = needObjects
	}
	found.add(readingLines(said)...)
	return found, nil
}

// ofAPI reports whether a refusal is about Stripe's API.
func ofAPI(said refusal.Reading) bool {
	return said.ID == refusal.RealAPI.ID || said.ID == refusal.UnreachableAPI.ID
}

// compareAnswers reads the status, and compares the answer with those to other events.
func (d *diagnosis) compareAnswers(ctx context.Context, e *webhooktest.Endpoint, answer *webhooktest.Response, like likeness, until time.Time) error {
	unsigned, err := e.Deliver(ctx, answer.Event, "unsigned")
	if err != nil {
		return err
	}
	same := unsigned.StatusCode == answer.StatusCode
	said, read := refusal.ReadStatus(answer.StatusCode)
	broke := said.ID == refusal.Crashed.ID
	switch {
	case broke:
		d.add(append(readingLines(said), noCall(like)...)...)
	case read && same: // what refuses it may be middleware
		if explained, err := d.tryTypes(ctx, e, answer, like, until); explained || err != nil {
			return err
		}
		d.add(readingLines(said)...)
		if answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden {
			d.add(fmt.Sprintf("if it returns %d to a bad signature, probably the secret differs from the handler's", answer.StatusCode))
		}
		return nil
	}
	if err := d.tryVersions(ctx, e, answer, like, until); d.wanted != "" || d.label != "" || err != nil {
		return err
	}
	if young, err := d.tryNow(ctx, e, answer.Event); young || err != nil {
		return err
	}
	if err := d.tryShapes(ctx, e, answer.Event.Type(), like, until); d.shape != "" || err != nil {
		return err
	}
	if explained, err := d.tryTypes(ctx, e, answer, like, until); explained || err != nil {
		return err
	}
	switch {
	case unsigned.StatusCode == http.StatusTooManyRequests:
		d.add("an unsigned event gets 429: the handler, or what stands before it, limits requests: raise the limit for this run")
	case broke && same:
		d.add("an unsigned event gets the same response: it may crash at the signature: look at the secret, too, and at whether it verifies the raw body")
	case same:
		d.add("an unsigned event gets the same response: probably the secret differs from the handler's; else its API version is refused, or the body is changed before it is verified")
	default:
		if err := d.compareForgery(ctx, e, answer, unsigned); err != nil || !broke || like.bound {
			return err
		}
		d.suspectUnknown(like)
	}
	return nil
}

// compareForgery says how far the handler came with an event that it does not refuse as it
// refuses an unsigned one.
func (d *diagnosis) compareForgery(ctx context.Context, e *webhooktest.Endpoint, answer, unsigned *webhooktest.Response) error {
	forged, err := e.Deliver(ctx, answer.Event, "wrong-secret")
	if err != nil {
		return err
	}
	compared := "the signature was looked at, and what it refuses comes after that"
	if forged.StatusCode == answer.StatusCode {
		compared = fmt.Sprintf("one with a wrong signature gets %d, too: no more than the header was looked at", forged.StatusCode)
	}
	d.add(fmt.Sprintf("an unsigned event gets %d instead: %s", unsigned.StatusCode, compared))
	return nil
}

// noCall says that a crashed handler has not called the local API.
func noCall(like likeness) []string {
	if like.calls == nil || like.calls() > 0 {
		return nil
	}
	return []string{"it called nothing at fakestripe's API: if it fetches objects, its SDK still calls the real Stripe, which does not know them"}
}

// tryVersions delivers the type at other API versions. One at which the handler crashes,
// where it refuses this one, is the one that it wants.
func (d *diagnosis) tryVersions(ctx context.Context, e *webhooktest.Endpoint, answer *webhooktest.Response, like likeness, until time.Time) error {
	if like.at == nil {
		return nil
	}
	taken, err := triedVersions(ctx, e, like.at, until)
	switch {
	case err != nil:
		return err
	case taken.version == "":
		return d.tryLabels(ctx, e, answer.Event, until)
	case taken.answer.Accepted():
		d.add(fmt.Sprintf("it accepts %s of API version %s, but not this one, of %s", answer.Event.Type(), taken.version, answer.Event.APIVersion()))
	case crashed(answer):
		return d.tryLabels(ctx, e, answer.Event, until) // at every version
	default:
		d.add(fmt.Sprintf("it does not refuse %s of API version %s so, but crashes: it got %s", answer.Event.Type(), taken.version, answerOf(taken.answer)))
	}
	d.wanted = taken.version
	return nil
}

// tryLabels delivers the event under the names of older API versions.
func (d *diagnosis) tryLabels(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event, until time.Time) error {
	older, err := takenLabel(ctx, e, event, until)
	if d.label = older.name; d.label != "" {
		d.add(older.said(event.APIVersion())...)
	}
	return err
}

// tryNow delivers the event as if it had just been created, and reports whether that is
// accepted: the events of a run are some hours old, as those that are delivered again are.
func (d *diagnosis) tryNow(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event) (accepted bool, err error) {
	response, err := e.Deliver(ctx, event, "event-age=1s")
	if err != nil || !response.Accepted() {
		return false, err
	}
	d.add("it accepts the same event if that was created a second ago, and refuses it hours later: Stripe repeats events for three days, and those are lost",
		"judge freshness by t in the Stripe-Signature header, never by created in the event")
	return true, nil
}

// tryShapes delivers the type in its other shapes: an app may sell subscriptions alone. A
// shape must have an effect if effects can be seen: apps accept what they ignore.
func (d *diagnosis) tryShapes(ctx context.Context, e *webhooktest.Endpoint, eventType string, like likeness, until time.Time) error {
	for _, shape := range like.shapes {
		event, err := like.event(eventType, webhooktest.Variant(shape))
		if err != nil || time.Now().After(until) {
			continue // the user's edits do not fit this shape
		}
		works, err := like.works(ctx, e, event)
		if err != nil {
			return err
		}
		if works {
			d.shape = eventType + "=" + shape
			d.add(fmt.Sprintf("it accepts %s of variant %s, signed with the same secret, but not this one", eventType, shape))
			return nil
		}
	}
	return nil
}

// readingLines explains an answer and how to fix its cause, a line each.
func readingLines(said refusal.Reading) []string {
	lines := []string{said.String()}
	var languages []string
	if said.Language != "" {
		languages = append(languages, said.Language)
	}
	for _, fix := range firstFixes(mistakes.Fixes(said.Topic, languages...)) {
		lines = append(lines, fix.Where+": "+fix.How)
	}
	return lines
}

func firstFixes(fixes []mistakes.Fix) []mistakes.Fix { return fixes[:min(len(fixes), shownFixes)] }

// findMistake returns the mistake in the handler's verification, or nil if it makes no
// known mistake.
func findMistake(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event, until time.Time) (*mistakes.HandlerMistake, error) {
	for _, mistake := range mistakes.HandlerMistakes(event.Body(), secretsOf(e)[0]) {
		if time.Now().After(until) {
			break
		}
		response, err := e.Deliver(ctx, event, "signature="+webhooktest.Sign(mistake.Body, time.Now(), mistake.Secret))
		if err != nil {
			return nil, err
		}
		if response.Accepted() {
			return &mistake, nil
		}
	}
	return nil, nil
}

// shownFixes is the maximum number of fixes shown for a mistake.
const shownFixes = 6

// worded describes a mistake and its fixes, a line each.
func worded(mistake *mistakes.HandlerMistake) []string {
	if mistake == nil {
		return nil
	}
	lines := []string{"it verifies " + mistake.Problem}
	for _, m := range firstFixes(mistake.Fix) {
		lines = append(lines, m.Where+": "+m.How)
	}
	return lines
}
