package webhooktest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// invented are the types whose later versions add ids that the event does not have.
var invented = []string{"invoice.upcoming", "charge.refund.updated", "refund.", "terminal.reader."}

// An event that is carried to another API version is the one that is made there.
func TestAt(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	from := func(version string) *webhooktest.Source {
		return &webhooktest.Source{APIVersion: version, Seed: 7, Now: func() time.Time { return epoch }}
	}
	for _, version := range []string{"2024-06-20", "2025-03-31.basil", "latest"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			name, err := fixtures.FindVersion(version)
			require.NoError(t, err)
			for _, eventType := range realpart.Sample(fixtures.Types(name), 3) {
				if since, _ := fixtures.Since(eventType); since != fixtures.DefaultVersion {
					continue
				}
				earlier, err := from("").Event(eventType)
				require.NoError(t, err)
				carried, err := earlier.At(version)
				require.NoError(t, err)
				made, err := from(version).Event(eventType)
				require.NoError(t, err)
				require.Equal(t, earlier.ID(), carried.ID())
				if slices.ContainsFunc(invented, func(prefix string) bool { return strings.HasPrefix(eventType, prefix) }) {
					require.Equal(t, len(made.Body()), len(carried.Body()), eventType)
					continue
				}
				require.Equal(t, string(made.Body()), string(carried.Body()))
			}
		})
	}
}

func TestAtErrors(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{APIVersion: "clover"}
	event, err := source.Event("invoice.paid")
	require.NoError(t, err)
	same, err := event.At("clover")
	require.NoError(t, err)
	require.Same(t, event, same)
	thin, err := source.Event("v1.invoice.paid")
	require.NoError(t, err)
	same, err = thin.At("latest")
	require.NoError(t, err)
	require.Same(t, thin, same, "has no version")
	_, err = event.At("basil")
	require.ErrorContains(t, err, "API version 2026-02-25.clover is later than 2025-08-27.basil: changes go forward only")
	_, err = event.At("basel")
	require.ErrorContains(t, err, `unknown API version "basel"`)
	old, err := event.Edit(webhooktest.Set("api_version", "2020-08-27"))
	require.NoError(t, err)
	_, err = old.At("latest")
	require.ErrorContains(t, err, `API version "2020-08-27": there are no fixtures for it`)
	own, err := webhooktest.ParseEvent([]byte(`{"id":"evt_1","object":"event","api_version":"2023-10-16","data":{"object":{"object":"subscription","current_period_end":5,"note":"{cus}","items":{"object":"list","data":[{"id":"si_1","object":"subscription_item"}]}}}}`))
	require.NoError(t, err)
	later, err := own.At("2025-03-31.basil")
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"evt_1","object":"event","api_version":"2025-03-31.basil","data":{"object":{"object":"subscription","note":"{cus}","items":{"object":"list","data":[{"id":"si_1","object":"subscription_item","current_period_end":5}]}}}}`, string(later.Body()))
	for _, body := range []string{`{"api_version":"2023-10-16"}`, `{"api_version":"2023-10-16","data":1}`, `{"api_version":"2023-10-16","data":{"object":[]}}`} {
		odd, err := webhooktest.ParseEvent([]byte(body))
		require.NoError(t, err)
		_, err = odd.At("latest")
		require.ErrorContains(t, err, "no data.object to carry to another API version", body)
	}
}
