package contract

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A call names the account in a header, or asks for the account itself.
func TestCallsThatCarryTheAccount(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Seed: 1}
	account, err := source.Event("account.updated", webhooktest.Set("data.object.id", "acct_1Own"))
	require.NoError(t, err)
	for _, c := range []struct {
		name    string
		call    stripeapi.Call
		carried bool
	}{
		{"in the header", stripeapi.Call{Path: "/v1/charges/ch_1", Account: foreignAccount}, true},
		{"not at all", stripeapi.Call{Path: "/v1/charges/ch_1"}, false},
		{"another account", stripeapi.Call{Path: "/v1/charges/ch_1", Account: "acct_Other"}, false},
		{"in the path", stripeapi.Call{Path: "/v1/accounts/" + foreignAccount}, true},
		{"below the path", stripeapi.Call{Path: "/v1/accounts/" + foreignAccount + "/capabilities"}, true},
		{"in the path of v2", stripeapi.Call{Path: "/v2/core/accounts/" + foreignAccount}, true},
		{"of a link to onboarding", stripeapi.Call{Path: "/v1/account_links", Params: map[string][]string{"account": {foreignAccount}}}, true},
		{"of a transfer", stripeapi.Call{Path: "/v1/transfers", Params: map[string][]string{"destination": {foreignAccount}}}, true},
		{"of a charge for it", stripeapi.Call{Path: "/v1/payment_intents", Params: map[string][]string{"transfer_data[destination]": {foreignAccount}}}, true},
		{"in metadata alone", stripeapi.Call{Path: "/v1/customers", Params: map[string][]string{"metadata[shop]": {foreignAccount}}}, false},
		{"of the account that the event is about", stripeapi.Call{Path: "/v1/accounts/acct_1Own"}, true},
		{"another in the path", stripeapi.Call{Path: "/v1/accounts/" + foreignAccount + "2"}, false},
	} {
		found := notCarried(account, "", "Stripe-Account", []stripeapi.Call{c.call}, func(call stripeapi.Call) string { return call.Account })
		require.Equal(t, c.carried, len(found) == 0, c.name)
	}
}
