package webhooktest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		described, err := webhooktest.Describe(eventType)
		require.NoError(t, err)
		require.Equal(t, eventType, described.Name)
		require.NotEmpty(t, described.Description)

		var source webhooktest.Source
		event := next(t, &source, eventType)
		require.Equal(t, described.Object, at(t, event, "data.object.object"), "the object that the event carries")
		for n := range described.Versions {
			next(t, &source, eventType, webhooktest.Version(n+1))
		}
		_, err = source.Event(eventType, webhooktest.Version(described.Versions+1))
		require.ErrorContains(t, err, "has ", "no more versions than described")
		_, connect := event.Lookup("account")
		require.Equal(t, described.Connect, connect, "only connected accounts' events carry account")
	}
	_, err := webhooktest.Describe("charge.suceeded")
	require.ErrorIs(t, err, webhooktest.ErrUnknownType)
}
