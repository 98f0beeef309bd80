package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// An app creates customer and subscription at Stripe, and its webhook only reads there: the
// calls that created them are none of the webhook's, and the customer has its metadata under
// any id.
func TestCreatedAtStripe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, why, id string
		later         bool // drops what is not created later than what came before
		want          contract.Verdict
	}{
		{"same second", "drops the second of two events of one second", "ordering/same-second", true, contract.Fail},
		{"any second", "takes the second of two events of one second", "ordering/same-second", false, contract.Pass},
		{"long ids", "finds the account by the customer's metadata", "dispatch/long-ids", false, contract.Pass},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, byID := results(t, readingApp(t, test.later), test.id)
			require.Equal(t, test.want, byID[test.id].Verdict, "%s: %v", test.why, byID[test.id])
		})
	}
}

func readingApp(t *testing.T, later bool) contract.Subject {
	api := &stripeapi.Server{}
	accounts, last := make(map[string]zooObject), make(map[string]int64)
	ask := func(ctx context.Context, method, path string, form url.Values) (answer struct {
		ID       string
		Metadata map[string]string
	}) {
		text := askStripe(ctx, api, method, path, form.Encode()).Body.Bytes()
		require.NoError(t, json.Unmarshal(text, &answer), "%s", text)
		return answer
	}
	handles := []string{"customer.subscription.created", "customer.subscription.deleted", "customer.subscription.updated"}
	subject := zooApp(t, handles, 0, func(d *zooDelivery) error {
		customer := zooField(d, "customer")
		account := accounts[ask(d.r.Context(), http.MethodGet, "/v1/customers/"+customer, nil).Metadata["account"]]
		if account == nil {
			return &zooError{http.StatusInternalServerError, "no account"}
		}
		key := customer + string(d.event.Type)
		if d.event.Created < last[key] || later && d.event.Created == last[key] {
			return nil
		}
		last[key] = d.event.Created
		account["status"], account["cancels"] = zooField(d, "status"), d.event.Data.Object["cancel_at_period_end"]
		account["items"] = d.event.Data.Object["items"]
		return nil
	}, func() any { return accounts })
	subject.API = api
	subject.Create = func(ctx context.Context) error {
		name := fmt.Sprint("account", len(accounts))
		price := ask(ctx, http.MethodPost, "/v1/prices", url.Values{"currency": {"usd"}, "unit_amount": {"900"}, "recurring[interval]": {"month"}, "product_data[name]": {"Team"}}).ID
		customer := ask(ctx, http.MethodPost, "/v1/customers", nil).ID
		ask(ctx, http.MethodPost, "/v1/customers/"+customer, url.Values{"metadata[account]": {name}})
		ask(ctx, http.MethodPost, "/v1/subscriptions", url.Values{"customer": {customer}, "items[0][price]": {price}})
		accounts[name] = zooObject{"customer": customer}
		return nil
	}
	return subject
}
