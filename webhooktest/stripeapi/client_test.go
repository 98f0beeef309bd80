package stripeapi_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// TestEveryClient calls each method of each client of stripe-go that makes an
// object, with all parameters set, and then each that does something with the
// object. What counts is that the path is known, and that stripe-go can decode the
// answer into its types.
func TestEveryClient(t *testing.T) {
	realpart.Long(t)
	_, sc := newAPI(t)
	clients := reflect.ValueOf(sc).Elem()
	made, called := 0, 0
	for i := range clients.NumField() {
		name, c := clients.Type().Field(i).Name, clients.Field(i)
		if unsuited[name] != "" {
			continue
		}
		create := c.MethodByName("New")
		if !create.IsValid() || create.Type().NumIn() != 1 {
			continue
		}
		made++
		t.Run(name, func(t *testing.T) {
			object := call(t, name+".New", create, "")
			if object == nil {
				return
			}
			field := reflect.Indirect(reflect.ValueOf(object)).FieldByName("ID")
			if !field.IsValid() {
				return // it can be made, not fetched
			}
			id := field.String()
			for j := range c.NumMethod() {
				method := c.Type().Method(j).Name
				if takesID(c.Method(j)) && method != "Del" && unsuited[name+"."+method] == "" {
					called++
					call(t, name+"."+method, c.Method(j), id)
				}
			}
			if del := c.MethodByName("Del"); del.IsValid() && unsuited[name+".Del"] == "" {
				called++
				call(t, name+".Del", del, id)
			}
		})
	}
	t.Logf("%d clients that make objects, %d other methods", made, called)
}

// TestEveryList lists what each client of stripe-go lists, after an event of every
// type.
func TestEveryList(t *testing.T) {
	realpart.Long(t)
	api, sc := newAPI(t)
	ids := addEveryType(t, api)
	clients := reflect.ValueOf(sc).Elem()
	for i := range clients.NumField() {
		name, c := clients.Type().Field(i).Name, clients.Field(i)
		for j := range c.NumMethod() {
			method := c.Type().Method(j).Name
			if !strings.HasPrefix(method, "List") || c.Method(j).Type().NumIn() != 1 {
				continue
			}
			t.Run(name+"."+method, func(t *testing.T) {
				n := count(t, c.Method(j).Call([]reflect.Value{inPath(t, name, c.Method(j), ids)})[0].Interface())
				assert.Equal(t, !slices.Contains(nothingToList, name+"."+method), n > 0)
			})
		}
	}
}

// nothingToList are lists of objects that no event carries or refers to, or not for
// this customer or account.
var nothingToList = []string{
	"ApplePayDomains.List",
	"AppsSecrets.List",
	"BankAccounts.List",
	"BillingMeterEventSummaries.List",
	"Capabilities.List",
	"Cards.List",
	"CountrySpecs.List",
	"CustomerBalanceTransactions.List",
	"CustomerCashBalanceTransactions.List",
	"EntitlementsActiveEntitlements.List",
	"EntitlementsFeatures.List",
	"FileLinks.List",
	"FinancialConnectionsAccounts.ListOwners",
	"FinancialConnectionsTransactions.List",
	"ForwardingRequests.List",
	"IssuingPersonalizationDesigns.List",
	"IssuingPhysicalBundles.List",
	"PaymentMethodDomains.List",
	"PaymentSources.List",
	"Persons.List",
	"RadarValueListItems.List",
	"RadarValueLists.List",
	"SourceTransactions.List",
	"TaxCalculations.ListLineItems",
	"TaxCodes.List",
	"TaxIDs.List",
	"TaxRegistrations.List",
	"TaxTransactions.ListLineItems",
	"TerminalConfigurations.List",
	"TransferReversals.List",
	"TreasuryTransactionEntries.List",
	"UsageRecordSummaries.List",
	"WebhookEndpoints.List",
}

// addEveryType adds an event of every type and returns the id of an object of each
// kind.
func addEveryType(t *testing.T, api *stripeapi.Server) map[string]string {
	ids := make(map[string]string)
	for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		event := add(t, api, eventType)
		kind, _ := event.Lookup("data.object.object")
		id, _ := event.Lookup("data.object.id")
		if id, ok := id.(string); ok && !strings.HasSuffix(eventType, ".deleted") {
			ids[kind.(string)] = id
		}
		if id, ok := event.Lookup("data.object.items.data.0.id"); ok {
			ids["subscription_item"] = id.(string)
		}
	}
	for _, o := range []string{`{"object":"tax.calculation","id":"taxcalc_1A"}`, `{"object":"tax.transaction","id":"tax_1A"}`, `{"object":"billing.meter","id":"mtr_1A"}`} {
		require.NoError(t, api.Put([]byte(o)))
	}
	ids["tax.calculation"], ids["tax.transaction"], ids["billing.meter"] = "taxcalc_1A", "tax_1A", "mtr_1A"
	return ids
}

// inPath returns the parameters of a list with the ids that are in its path.
func inPath(t *testing.T, client string, method reflect.Value, ids map[string]string) reflect.Value {
	params := reflect.New(method.Type().In(0).Elem())
	for i := range params.Elem().NumField() {
		field := params.Elem().Type().Field(i)
		if field.Tag.Get("form") != "-" || field.Type != reflect.TypeFor[*string]() || slices.Contains(alternatives[client], field.Name) {
			continue
		}
		kind := parentKinds[client+"."+field.Name]
		if kind == "" {
			kind = parentKinds[field.Name]
		}
		require.NotEmpty(t, ids[kind], "%s.%s", client, field.Name)
		params.Elem().Field(i).Set(reflect.ValueOf(stripe.String(ids[kind])))
	}
	return params
}

// parentKinds are the kinds of the ids in the paths of lists.
var parentKinds = map[string]string{
	"Account":          "account",
	"Calculation":      "tax.calculation",
	"CreditNote":       "credit_note",
	"Customer":         "customer",
	"Invoice":          "invoice",
	"PaymentLink":      "payment_link",
	"Quote":            "quote",
	"Session":          "checkout.session",
	"Source":           "source",
	"SubscriptionItem": "subscription_item",
	"Transaction":      "tax.transaction",

	"BillingMeterEventSummaries.ID":        "billing.meter",
	"FeeRefunds.ID":                        "application_fee",
	"FinancialConnectionsAccounts.Account": "financial_connections.account",
	"TransferReversals.ID":                 "transfer",
}

// count reads a list to its end.
func count(t *testing.T, iter any) (n int) {
	pages := iter.(interface {
		Next() bool
		Err() error
	})
	for pages.Next() {
		n++
	}
	assert.NoError(t, pages.Err())
	return n
}

// unsuited are clients and methods that the test cannot call in this general way.
var unsuited = map[string]string{
	"OAuth":                           "not part of the API proper",
	"Customers.DeleteDiscount":        "there is none",
	"Customers.RetrievePaymentMethod": "the id is the customer's",
	"Quotes.PDF":                      "of another host, files.stripe.com",
	"Subscriptions.DeleteDiscount":    "there is none",
	"Sources.Detach":                  "the source is needed for what follows",
}

// alternatives are parameters that exclude others.
var alternatives = map[string][]string{
	"Accounts":     {"ExternalAccount"},
	"BankAccounts": {"Account"},
	"Cards":        {"Account", "Token"},
	"Plans":        {"ProductID"},
}

// parents are the ids in the paths of clients whose parameters call them ID.
var parents = map[string]string{"FeeRefunds": "fee_1Test", "TransferReversals": "tr_1Test"}

// takesID says whether a method is func(id string, params *XParams) (*X, error).
func takesID(method reflect.Value) bool {
	typ := method.Type()
	return typ.NumIn() == 2 && typ.In(0).Kind() == reflect.String && typ.In(1).Kind() == reflect.Pointer && typ.NumOut() == 2
}

// call calls a method with all its parameters set.
func call(t *testing.T, name string, method reflect.Value, id string) (object any) {
	t.Helper()
	var in []reflect.Value
	for i := range method.Type().NumIn() {
		typ := method.Type().In(i)
		if typ.Kind() == reflect.String {
			in = append(in, reflect.ValueOf(id))
			continue
		}
		params := reflect.New(typ.Elem())
		fill(params.Elem(), 0)
		client, _, _ := strings.Cut(name, ".")
		for _, other := range alternatives[client] {
			if field := params.Elem().FieldByName(other); field.IsValid() {
				field.SetZero()
			}
		}
		if field := params.Elem().FieldByName("EnabledEvents"); field.IsValid() {
			field.Set(reflect.ValueOf([]*string{stripe.String("*")})) // no invented type will do
		}
		if field := params.Elem().FieldByName("ID"); field.IsValid() && parents[client] != "" {
			field.Set(reflect.ValueOf(stripe.String(parents[client])))
		}
		in = append(in, params)
	}
	out := method.Call(in)
	if err, failed := out[1].Interface().(error); failed {
		assert.NoError(t, err, name)
		return nil
	}
	return out[0].Interface()
}

// fill sets the fields of parameters, as deep as they go.
func fill(v reflect.Value, depth int) {
	typ := v.Type()
	for i := range typ.NumField() {
		field, tag := typ.Field(i), typ.Field(i).Tag.Get("form")
		if !field.IsExported() || field.Anonymous || field.Name == "Expand" || tag == "*" {
			continue
		}
		fillValue(v.Field(i), field.Name, depth)
	}
}

func fillValue(v reflect.Value, name string, depth int) {
	if v.Kind() == reflect.Map && v.Type().Elem().Kind() == reflect.String && v.Type().Key().Kind() == reflect.String {
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf("12"))
		return
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillValue(v.Index(0), name, depth)
		return
	}
	if v.Kind() != reflect.Pointer || depth > 4 {
		return
	}
	fresh := reflect.New(v.Type().Elem())
	switch elem := fresh.Elem(); elem.Kind() {
	case reflect.String:
		elem.SetString(plausible(name))
	case reflect.Int64:
		elem.SetInt(1099)
	case reflect.Bool:
		elem.SetBool(true)
	case reflect.Float64:
		elem.SetFloat(12.5)
	case reflect.Struct:
		if elem.Type() == reflect.TypeOf(stripe.Params{}) {
			return
		}
		fill(elem, depth+1)
	}
	v.Set(fresh)
}

// plausible returns a text parameter.
func plausible(name string) string {
	if id, ok := map[string]string{
		"Account": "acct_1Test", "Customer": "cus_Test1", "Charge": "ch_3Test", "PaymentIntent": "pi_3Test", "Price": "price_1Test",
		"Product": "prod_Test1", "Subscription": "sub_1Test", "Invoice": "in_1Test", "PaymentMethod": "pm_1Test", "Coupon": "TESTCOUPON",
		"Currency": "eur", "ID": "",
	}[name]; ok {
		return id
	}
	if strings.HasSuffix(name, "URL") {
		return "https://shop.example.com/" + strings.ToLower(name)
	}
	if name == "APIVersion" {
		return stripe.APIVersion
	}
	return fmt.Sprintf("text_%s", strings.ToLower(name))
}
