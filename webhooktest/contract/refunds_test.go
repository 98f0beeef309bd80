package contract_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

const chargeRefunded = "charge.refunded"

// refundApp keeps a row for each charge, as a handler of refunds leaves it.
func refundApp(t *testing.T, take func(row zooObject, d *zooDelivery)) contract.Subject {
	rows, seen := make(map[string]any), make(map[string]bool)
	return zooApp(t, []string{chargeRefunded}, 0, func(d *zooDelivery) error {
		id := zooField(d, "id")
		if string(d.event.Type) != chargeRefunded {
			return nil
		}
		if rows[id] == nil {
			rows[id] = zooObject{}
		}
		if !seen[d.event.ID] {
			take(rows[id].(zooObject), d)
		}
		seen[d.event.ID] = true
		return nil
	}, func() any { return zooObject{"charges": rows} })
}

// gaveBack is what one refund gave back.
func gaveBack(d *zooDelivery) float64 {
	return zooRefunded(d.event.Data.Object) - zooRefunded(d.event.Data.PreviousAttributes)
}

// Two refunds leave two notes, and one refund of all leaves one. What counts is the total.
func TestRefundsAreNoted(t *testing.T) {
	t.Parallel()
	const id = "idempotency/two-refunds"
	for name, test := range map[string]struct {
		take func(row zooObject, d *zooDelivery)
		want contract.Verdict
	}{
		"a line for each": {func(row zooObject, d *zooDelivery) {
			row["notes"] = fmt.Sprintf("%v\nPartially refunded at the gateway.", row["notes"])
			row["refunded"] = zooRefunded(d.event.Data.Object)
		}, contract.Pass},
		"a sentence for each, with what it gave back": {func(row zooObject, d *zooDelivery) {
			notes, _ := row["notes"].(string)
			row["notes"] = fmt.Sprintf("%sRefunded %.2f dollars. ", notes, gaveBack(d)/100)
			row["refunded"] = zooRefunded(d.event.Data.Object)
		}, contract.Pass},
		"an element of a list for each": {func(row zooObject, d *zooDelivery) {
			notes, _ := row["notes"].([]any)
			row["notes"] = append(notes, zooObject{"cents": gaveBack(d)})
			row["refunded"] = zooRefunded(d.event.Data.Object)
		}, contract.Pass},
		"a line for each, and the first alone counts": {func(row zooObject, d *zooDelivery) {
			if row["notes"] = fmt.Sprintf("%v\nPartially refunded.", row["notes"]); row["refunded"] == nil {
				row["refunded"] = zooRefunded(d.event.Data.Object)
			}
		}, contract.Fail},
		"a sentence about the first alone": {func(row zooObject, d *zooDelivery) {
			if row["note"] == nil {
				row["note"] = fmt.Sprintf("Refunded %.2f dollars.", zooRefunded(d.event.Data.Object)/100)
			}
		}, contract.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, refundApp(t, test.take), id)
				require.Equal(t, test.want, byID[id].Verdict, "%+v", byID[id])
			})
		})
	}
}
