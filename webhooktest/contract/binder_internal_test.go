package contract

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What is sold, and how much of it, names no object of the app; its keys do.
func TestWhatAndHowMuchNamesNoObject(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"data.object.metadata.gift_months":                             true,
		"data.object.metadata.seatCount":                               true,
		"data.object.metadata.type":                                    true,
		"data.object.metadata.plan":                                    true,
		"data.object.items.data.0.price.metadata.claim":                true,
		"data.object.metadata.order_id":                                false,
		"data.object.metadata.order":                                   false,
		"data.object.metadata.user":                                    false,
		"data.object.client_reference_id":                              false,
		"data.object.subscription_details.metadata.organization":       false,
		"data.object.parent.subscription_details.metadata.wallet_uuid": false,
	} {
		require.Equal(t, want, tellsWhat(path), path)
	}
}

// What an app sets for all who have no account names none of its objects, unless the user
// says so.
func TestGuestsAreNoObject(t *testing.T) {
	t.Parallel()
	const session, path = "checkout.session.completed", "data.object.client_reference_id"
	for _, test := range []struct {
		value any
		bind  []string
		want  []string
	}{
		{"user-9", nil, []string{path}},
		{"guest", nil, nil},
		{"Anonymous", nil, nil},
		{"guest-17", nil, []string{path}},
		{"guest", []string{path}, []string{path}},
	} {
		subject := &Subject{Handles: []string{session}, Bind: test.bind, Edit: func(string) []webhooktest.Edit {
			return []webhooktest.Edit{webhooktest.Set(path, test.value)}
		}}
		b := &binder{subject: subject, objects: newAppObjects(new(boundPaths))}
		require.Equal(t, test.want, b.bindings(session), "%v, bound by %v", test.value, test.bind)
	}
}
