package contract

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// TestChangedSince holds that an update which is to show a change has nothing that it changes
// in common with the creation: a sound handler would store the same for both.
func TestChangedSince(t *testing.T) {
	t.Parallel()
	subject := Subject{Handler: http.NotFoundHandler()}
	subjects := func() Subject { return subject }
	s := newRun(Suite{New: subjects, Seed: 1}, &subject).newSession(subject, subjects)
	defer s.close()
	for _, test := range []struct {
		resource string
		edits    []webhooktest.Edit
		version  int // 0: none
		why      string
	}{
		{"customer.subscription", nil, 2, "past due, and was active"},
		{"customer.subscription", []webhooktest.Edit{webhooktest.Set("data.object.status", "past_due")}, 3, "past due from the beginning: the quantity differs later"},
		{"customer", nil, 2, "another name and e-mail address"},
		{"issuing_card", nil, 3, "inactive, active, inactive again, then canceled"},
		{"refund", nil, 0, "has succeeded from the beginning, and does so at last"},
		{"transfer", nil, 2, "is marked"},
	} {
		created, err := s.sender.source.event(test.resource+".created", test.edits...)
		require.NoError(t, err)
		version, err := s.sender.changedSince(created, test.resource+".updated")
		require.Equal(t, test.version, version, "%s: %s", test.resource, test.why)
		if test.version == 0 {
			require.ErrorIs(t, err, render.ErrNotApplicable)
			continue
		}
		require.NoError(t, err)
	}
}

// TestUnchanged holds that an update which changes nothing tells of the object as it was.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Seed: 1}
	created, err := source.Event("customer.subscription.created", webhooktest.Set("data.object.status", "trialing"))
	require.NoError(t, err)
	same, err := source.Event("customer.subscription.updated", append([]webhooktest.Edit{webhooktest.About(created)}, sameAs(created, "customer.subscription.updated")...)...)
	require.NoError(t, err)
	was, _ := created.Lookup("data.object")
	is, _ := same.Lookup("data.object")
	require.Equal(t, was, is)
	require.NotEqual(t, created.ID(), same.ID())
}

// A session that stands for the creation of a subscription is none.
func TestUnchangedSinceASession(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Seed: 1}
	session, err := source.Event("checkout.session.completed", webhooktest.Variant("subscription"))
	require.NoError(t, err)
	same, err := source.Event("customer.subscription.updated", append([]webhooktest.Edit{webhooktest.About(session)}, sameAs(session, "customer.subscription.updated")...)...)
	require.NoError(t, err)
	kind, _ := same.Lookup("data.object.object")
	status, _ := same.Lookup("data.object.status")
	require.Equal(t, []any{"subscription", "active"}, []any{kind, status})
}
