package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A run is told why it takes long, and how it would take less.
func TestLateWorkIsNoted(t *testing.T) {
	t.Parallel()
	const works = "the handler worked for up to "
	for _, test := range []struct {
		name  string
		later time.Duration
		noted bool
	}{
		{"before the response", 0, false},
		{"soon after it", 50 * time.Millisecond, false},
		{"a second after it", time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				var paid []string
				subject := zooApp(t, []string{"invoice.paid"}, test.later, func(d *zooDelivery) error {
					paid = append(paid, zooField(d, "id"))
					return nil
				}, func() any { return paid })
				report, _ := results(t, subject, "control/effect", "control/second-event")
				if test.noted {
					require.Len(t, report.Notes, 1)
					require.Contains(t, report.Notes[0], works+"1.1s after a response")
					return
				}
				require.Empty(t, report.Notes)
			})
		})
	}
}
