package stripeapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// retrievals says how each object that an event can carry is fetched: with a client
// of stripe-go, or by a path where it has none.
var retrievals = []struct{ object, client, path string }{
	{object: "account", client: "Accounts.GetByID"},
	{object: "application"}, // Stripe has no path for it
	{object: "application_fee", client: "ApplicationFees"},
	{object: "balance", client: "Balance"},
	{object: "bank_account", client: "BankAccounts"},
	{object: "billing_portal.configuration", client: "BillingPortalConfigurations"},
	{object: "billing_portal.session", path: "/v1/billing_portal/sessions/{id}"},
	{object: "capability", client: "Capabilities"},
	{object: "card", client: "Cards"},
	{object: "cash_balance", client: "CashBalances"},
	{object: "charge", client: "Charges"},
	{object: "checkout.session", client: "CheckoutSessions"},
	{object: "climate.order", client: "ClimateOrders"},
	{object: "climate.product", client: "ClimateProducts"},
	{object: "coupon", client: "Coupons"},
	{object: "credit_note", client: "CreditNotes"},
	{object: "customer", client: "Customers"},
	{object: "customer_cash_balance_transaction", client: "CustomerCashBalanceTransactions"},
	{object: "discount", path: "/v1/customers/{customer}/discount"},
	{object: "dispute", client: "Disputes"},
	{object: "fee_refund", client: "FeeRefunds"},
	{object: "file", client: "Files"},
	{object: "financial_connections.account", client: "FinancialConnectionsAccounts.GetByID"},
	{object: "identity.verification_session", client: "IdentityVerificationSessions"},
	{object: "invoice", client: "Invoices"},
	{object: "invoiceitem", client: "InvoiceItems"},
	{object: "issuing.authorization", client: "IssuingAuthorizations"},
	{object: "issuing.card", client: "IssuingCards"},
	{object: "issuing.cardholder", client: "IssuingCardholders"},
	{object: "issuing.dispute", client: "IssuingDisputes"},
	{object: "issuing.token", client: "IssuingTokens"},
	{object: "issuing.transaction", client: "IssuingTransactions"},
	{object: "mandate", client: "Mandates"},
	{object: "order", path: "/v1/orders/{id}"},
	{object: "payment_intent", client: "PaymentIntents"},
	{object: "payment_link", client: "PaymentLinks"},
	{object: "payment_method", client: "PaymentMethods"},
	{object: "payout", client: "Payouts"},
	{object: "person", client: "Persons"},
	{object: "plan", client: "Plans"},
	{object: "price", client: "Prices"},
	{object: "product", client: "Products"},
	{object: "promotion_code", client: "PromotionCodes"},
	{object: "quote", client: "Quotes"},
	{object: "radar.early_fraud_warning", client: "RadarEarlyFraudWarnings"},
	{object: "recipient", path: "/v1/recipients/{id}"},
	{object: "refund", client: "Refunds"},
	{object: "reporting.report_run", client: "ReportingReportRuns"},
	{object: "reporting.report_type", client: "ReportingReportTypes"},
	{object: "review", client: "Reviews"},
	{object: "scheduled_query_run", client: "SigmaScheduledQueryRuns"},
	{object: "setup_intent", client: "SetupIntents"},
	{object: "sku", path: "/v1/skus/{id}"},
	{object: "source", client: "Sources"},
	{object: "source_mandate_notification", path: "/v1/sources/{source.id}/mandate_notifications/{id}"},
	{object: "source_transaction", path: "/v1/sources/{source}/source_transactions/{id}"},
	{object: "subscription", client: "Subscriptions"},
	{object: "subscription_schedule", client: "SubscriptionSchedules"},
	{object: "tax.settings", client: "TaxSettings"},
	{object: "tax_id", client: "TaxIDs"},
	{object: "tax_rate", client: "TaxRates"},
	{object: "terminal.reader", client: "TerminalReaders"},
	{object: "test_helpers.test_clock", client: "TestHelpersTestClocks"},
	{object: "topup", client: "Topups"},
	{object: "transfer", client: "Transfers"},
	{object: "treasury.credit_reversal", client: "TreasuryCreditReversals"},
	{object: "treasury.debit_reversal", client: "TreasuryDebitReversals"},
	{object: "treasury.financial_account", client: "TreasuryFinancialAccounts"},
	{object: "treasury.inbound_transfer", client: "TreasuryInboundTransfers"},
	{object: "treasury.outbound_payment", client: "TreasuryOutboundPayments"},
	{object: "treasury.outbound_transfer", client: "TreasuryOutboundTransfers"},
	{object: "treasury.received_credit", client: "TreasuryReceivedCredits"},
	{object: "treasury.received_debit", client: "TreasuryReceivedDebits"},
}

// TestEveryObject adds an event of every type, and fetches its object: it is in the
// state that the event carried.
func TestEveryObject(t *testing.T) {
	realpart.Long(t)
	covered := make(map[string]bool)
	for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		t.Run(eventType, func(t *testing.T) {
			api, _ := newAPI(t)
			event := add(t, api, eventType)
			object, _ := event.Lookup("data.object")
			want := object.(map[string]any)
			kind := want["object"].(string)
			covered[kind] = true
			if eventType == "customer.discount.deleted" {
				return // what is gone has no path
			}
			at := slices.IndexFunc(retrievals, func(r struct{ object, client, path string }) bool { return r.object == kind })
			require.GreaterOrEqual(t, at, 0, "no row for %s", kind)
			client, path := retrievals[at].client, retrievals[at].path
			if want["id"] == nil && kind == "invoice" {
				client, path = "", "/v1/invoices/upcoming?customer={customer}"
			}
			got := retrieve(t, api, client, path, want)
			switch {
			case got == nil:
			case strings.HasSuffix(eventType, ".deleted") && kind != "subscription":
				require.Equal(t, map[string]any{"id": want["id"], "object": kind, "deleted": true}, got)
			default:
				require.Equal(t, want, got)
			}
		})
	}
	require.Len(t, covered, len(retrievals))
}

// retrieve fetches an object and returns it as it came over the wire. stripe-go
// must be able to decode it.
func retrieve(t *testing.T, api *stripeapi.Server, client, path string, want map[string]any) (got map[string]any) {
	t.Helper()
	if client == "" && path == "" {
		return nil
	}
	spy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &got), "%s", answer.Body)
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	defer spy.Close()
	if path != "" {
		fetch(t, spy.URL+fillPath(path, want))
		return got
	}
	field, method, given := strings.Cut(client, ".")
	if !given {
		method = "Get"
	}
	get := reflect.ValueOf(clientOf(spy)).Elem().FieldByName(field).MethodByName(method)
	require.True(t, get.IsValid(), client)
	var in []reflect.Value
	for i := range get.Type().NumIn() {
		if get.Type().In(i).Kind() == reflect.String {
			id, _ := want["id"].(string)
			in = append(in, reflect.ValueOf(id))
			continue
		}
		in = append(in, paramsFor(get.Type().In(i), field, want))
	}
	_, failed := get.Call(in)[1].Interface().(error)
	assert.False(t, failed, "%v", got)
	return got
}

// paramsFor returns parameters with the ids that are in the path.
func paramsFor(typ reflect.Type, client string, want map[string]any) reflect.Value {
	params := reflect.New(typ.Elem())
	for _, name := range []string{"Customer", "Account"} {
		id, given := want[strings.ToLower(name)].(string)
		if field := params.Elem().FieldByName(name); given && field.IsValid() {
			field.Set(reflect.ValueOf(stripe.String(id)))
		}
	}
	if fee, ok := want["fee"].(string); ok && client == "FeeRefunds" {
		params.Elem().FieldByName("Fee").Set(reflect.ValueOf(stripe.String(fee)))
	}
	return params
}

func fillPath(path string, want map[string]any) string {
	for _, key := range []string{"id", "customer", "source"} {
		if id, ok := want[key].(string); ok {
			path = strings.ReplaceAll(path, "{"+key+"}", id)
		}
	}
	if source, ok := want["source"].(map[string]any); ok {
		path = strings.ReplaceAll(path, "{source.id}", source["id"].(string))
	}
	return path
}

// fetch gets a URL and returns the body of the answer.
func fetch(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+testKey)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s", body)
	return string(body)
}
