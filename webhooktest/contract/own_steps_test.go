package contract_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An app that makes its row of an object at a step that is no creation, and refuses later
// steps of what it does not know, is sent the earlier step first. What refuses the later step
// all the same is told.
func TestOwnStepsComeFirst(t *testing.T) {
	t.Parallel()
	const handled = "dispatch/handled-type"
	for _, test := range []struct {
		name, first, later string
		never              bool // refuses the later step in any case
		want               contract.Verdict
	}{
		{"a card that is taken off", "payment_method.attached", "payment_method.detached", false, contract.Pass},
		{"an invoice that is paid", "invoice.finalized", "invoice.paid", false, contract.Pass},
		{"money that was held", "payment_intent.amount_capturable_updated", "payment_intent.succeeded", false, contract.Pass},
		{"a charge that is captured", "charge.succeeded", "charge.captured", false, contract.Pass},
		{"a quote", "quote.finalized", "quote.accepted", false, contract.Pass},
		{"never, whatever came", "payment_method.attached", "payment_method.detached", true, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rows := map[string]string{}
			take := func(d *zooDelivery) error {
				id := zooField(d, "id")
				switch string(d.event.Type) {
				case test.first:
					rows[id] = "known"
				case test.later:
					if rows[id] == "" || test.never {
						return &zooError{http.StatusConflict, "row unknown yet"}
					}
					rows[id] = "done"
				}
				return nil
			}
			subject := zooApp(t, []string{test.first, test.later}, 0, take, func() any { return rows })
			_, byID := results(t, subject, "control/accepted", "control/effect", handled, "dispatch/handled-type-works")
			require.Equal(t, test.want, byID[handled].Verdict, "%+v", byID[handled])
		})
	}
}

// A later step that is named first is refused alone, and not for good: what creates the object,
// or the step before, comes first. Where that is of no use, the refusal is told.
func TestLaterStepNamedFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why, first, later string
		never             bool
	}{
		{"money that was held", "charge.succeeded", "charge.captured", false},
		{"an invoice that was finalized", "invoice.finalized", "invoice.paid", false},
		{"a subscription that was created", "customer.subscription.created", "customer.subscription.updated", false},
		{"never, whatever came", "charge.succeeded", "charge.captured", true},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := map[string]string{}
				take := func(d *zooDelivery) error {
					id := zooField(d, "id")
					switch {
					case string(d.event.Type) == test.first:
						rows[id] = "known"
					case string(d.event.Type) == test.later && (rows[id] == "" || test.never):
						return &zooError{http.StatusConflict, "row unknown yet"}
					case string(d.event.Type) == test.later:
						rows[id] = "done"
					}
					return nil
				}
				subject := zooApp(t, []string{test.later, test.first}, 0, take, func() any { return maps.Clone(rows) })
				report, byID := results(t, subject, "control/accepted", "control/effect", "control/second-event", "http/no-redirect", "signature/wrong-secret")
				if test.never {
					require.NotEmpty(t, report.Diagnosis)
					return
				}
				require.Empty(t, report.Diagnosis)
				for id, result := range byID {
					require.Equal(t, contract.Pass, result.Verdict, "%s %+v", id, result)
				}
			})
		})
	}
}
