package contract

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// nullsFor limits the search for the null field that breaks a handler.
const nullsFor = 3 * time.Second

// nameNull names the responsible field in a finding about an event full of nulls: a field
// that gets the same answer when it alone is null.
func (e *execution) nameNull(ctx context.Context, step caseStep, responses []*webhooktest.Response) error {
	at := slices.IndexFunc(responses, func(r *webhooktest.Response) bool {
		return (r.Err == nil || r.Duration < nullsFor) && step.Expect != "" && !meets(r, step.Expect)
	})
	if at < 0 || len(e.findings) == 0 || !slices.Contains(step.Mutate, "nulls") {
		return nil
	}
	refused := responses[at]
	until := time.Now().Add(nullsFor)
	for _, path := range e.nulled(refused.Event) {
		if time.Now().After(until) {
			return nil
		}
		event, err := e.session.sender.distinct(ctx, refused.Event.Type())
		if err != nil {
			return err
		}
		answer, err := e.session.sender.deliver(ctx, event, "null="+path)
		if err != nil {
			return err
		}
		if alike(answer, refused) {
			last := &e.findings[len(e.findings)-1]
			last.actual += "; so does an event in which " + path + " alone is null"
			return nil
		}
	}
	return nil
}

// alike reports whether two answers have the same status, or fail in the same way: an
// exited handler accepts no connection.
func alike(a, b *webhooktest.Response) bool {
	if a.Err != nil && b.Err != nil {
		return a.Err.Error() == b.Err.Error()
	}
	return a.Err == nil && b.Err == nil && a.StatusCode == b.StatusCode
}

// sparing returns the mutations of an event without nulls at the paths by which the handler
// finds its objects: Stripe sends those as the app has set them.
func sparing(e *execution, event *webhooktest.Event, mutations []string) []string {
	at := slices.Index(mutations, "nulls")
	if at < 0 || len(findsBy(e.session.sender, event)) == 0 {
		return mutations
	}
	var each []string
	for _, path := range e.nulled(event) {
		each = append(each, "null="+path)
	}
	return slices.Replace(slices.Clone(mutations), at, at+1, each...)
}

// nulled returns the fields that are null in an event full of nulls, the object's first,
// but for those by which the handler finds its objects.
func (e *execution) nulled(event *webhooktest.Event) (paths []string) {
	body, err := e.session.sender.endpoint.Body(event, "nulls")
	var before, after any
	if err != nil || json.Unmarshal(event.Body(), &before) != nil || json.Unmarshal(body, &after) != nil {
		return nil
	}
	bound := findsBy(e.session.sender, event)
	paths = slices.DeleteFunc(newNulls("", before, after), func(path string) bool {
		return slices.ContainsFunc(bound, func(by string) bool { return within(by, path) })
	})
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(strings.Count(a, "."), strings.Count(b, ".")) })
	return paths
}

// findsBy returns the paths by which the handler finds what an event is about: objects of the
// app, or the payment that came before.
func findsBy(s *sender, event *webhooktest.Event) []string {
	paths := s.binder.bindingsOf(event)
	if !followsPayment(s.subject.Handles, event.Type()) {
		return paths
	}
	return append(slices.Clone(paths), "data.object.payment_intent", "data.object.charge")
}

// newNulls returns the paths at which one value is null and another is not.
func newNulls(path string, before, after any) (paths []string) {
	if before != nil && after == nil {
		return []string{strings.TrimPrefix(path, ".")}
	}
	switch after := after.(type) {
	case map[string]any:
		old, _ := before.(map[string]any)
		for key, value := range after {
			paths = append(paths, newNulls(path+"."+strings.ReplaceAll(key, ".", `\.`), old[key], value)...)
		}
	case []any:
		old, _ := before.([]any)
		for i := range min(len(old), len(after)) {
			paths = append(paths, newNulls(path+"."+strconv.Itoa(i), old[i], after[i])...)
		}
	}
	slices.Sort(paths)
	return paths
}
