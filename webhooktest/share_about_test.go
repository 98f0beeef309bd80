package webhooktest

import (
	"strconv"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
)

// A fact set in one event of a flow is the same in events made About it, by
// those of the flow, and by those that are made about these.
func TestEventsAboutAnEditedOneTellTheSame(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	compared := 0
	for _, name := range realpart.Sample(fixtures.Flows(), 3) {
		plain, err := (&Source{Seed: 1}).Flow(name)
		require.NoError(t, err)
		first := plain.Steps[0].Event
		for _, path := range []string{"amount", "amount_total", "amount_due", "currency", "customer_email"} {
			path = objectPath + path
			was, known := first.Lookup(path)
			if !known || was == nil || was == 0.0 {
				continue
			}
			var value any = 12345
			if _, isText := was.(string); isText {
				value = "zmw"
			}
			source := Source{Seed: 1}
			edited, err := source.Event(first.typ, Set(path, value))
			require.NoError(t, err)
			untouched, err := source.Event(first.typ, About(edited))
			require.NoError(t, err)
			chained, err := source.Event(first.typ, About(untouched))
			require.NoError(t, err)
			for _, step := range plain.Steps[1:] {
				before, err := source.Event(step.Event.typ)
				require.NoError(t, err)
				for _, about := range []*Event{edited, chained} {
					after, err := source.Event(step.Event.typ, About(about))
					require.NoError(t, err)
					compared += sameFacts(t, &source, path, edited, before, after)
				}
			}
		}
	}
	require.Greater(t, compared, 50)
}

// sameFacts holds that an event tells a fact as the edited one does, where the fixtures of
// both say the same of it, and everything else as before. It returns how many were held.
func sameFacts(t *testing.T, s *Source, path string, edited, before, after *Event) (held int) {
	t.Helper()
	theirs, err := s.factsOf(edited.typ)
	require.NoError(t, err)
	mine, err := s.factsOf(after.typ)
	require.NoError(t, err)
	set := edited.shared[0]
	for _, field := range fieldsOf(mine, theirs[path]) {
		was, known := before.Lookup(field)
		if !known || strings.Trim(string(set.old), `"`) != plainText(was) {
			continue
		}
		is, _ := after.Lookup(field)
		require.Equal(t, strings.Trim(string(set.new), `"`), plainText(is), "%s about %s with %s set: %s", after.typ, edited.typ, path, field)
		held++
	}
	return held
}

func plainText(value any) string {
	switch value := value.(type) {
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	case string:
		return value
	}
	return ""
}

// The event of a flow that was edited says the same to events that are made about it.
func TestEventsAboutAnEditedFlowTellTheSame(t *testing.T) {
	t.Parallel()
	source := Source{Seed: 1}
	flow, err := source.Flow("checkout.session.completed", Set("data.object.amount_total", 100))
	require.NoError(t, err)
	for _, step := range flow.Steps {
		if step.Event.typ != "checkout.session.completed" {
			continue
		}
		payment, err := source.Event("charge.succeeded", About(step.Event))
		require.NoError(t, err)
		amount, _ := payment.Lookup("data.object.amount")
		require.Equal(t, 100.0, amount)
	}
}
