package contract_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A shop opens more for an order than the row that events name: a car is reserved, a license
// is made. That row has a key of the shop's own, another for each order. It must neither hide
// what is wrong with the order, nor make two clean deliveries differ.
func TestRowsByNumbersOfTheApp(t *testing.T) {
	t.Parallel()
	const unpaid, repeated = "dispatch/unpaid-checkout", "idempotency/redelivered"
	for _, keys := range []string{"%d", "v%d", "LIC-%d", "5f9e6a3c-2b1d-4c8e-9f70-%012d"} {
		for _, careful := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, looks at payment_status %t", keys, careful), func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					_, got := results(t, rental(t, keys, careful), unpaid, repeated)
					want := contract.Fail
					if careful {
						want = contract.Pass
					}
					require.Equal(t, want, got[unpaid].Verdict, "%+v", got[unpaid])
					require.Equal(t, contract.Pass, got[repeated].Verdict, "%+v", got[repeated])
				})
			})
		}
	}
}

// rental reserves a car for each booking.
func rental(t *testing.T, keys string, careful bool) contract.Subject {
	type row = map[string]string
	bookings, cars := make(map[string]row), make(map[string]row)
	subject := zooApp(t, []string{"checkout.session.completed"}, 0, func(d *zooDelivery) error {
		metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
		name, _ := metadata["booking"].(string)
		booking := bookings[name]
		if booking == nil || careful && d.event.Data.Object["payment_status"] != "paid" {
			return nil
		}
		booking["status"], cars[booking["car"]]["status"] = "paid", "rented"
		return nil
	}, func() any { return map[string]any{"bookings": maps.Clone(bookings), "cars": maps.Clone(cars)} })
	subject.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
		n := 100 + len(bookings)
		booking, car := fmt.Sprintf("booking-%d", n), fmt.Sprintf(keys, n)
		bookings[booking], cars[car] = row{"status": "pending", "car": car}, row{"status": "reserved"}
		return []webhooktest.Edit{webhooktest.Add("data.object.metadata.booking", booking)}, nil
	}
	return subject
}
