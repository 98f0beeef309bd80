package redact

import (
	"strings"
	"sync"
)

// fields classifies the fields of Stripe's objects by the last keys of their paths. The
// first matching row counts. In a key, * stands for any text; /** at the end includes
// everything inside.
//
// Source: the attributes in https://docs.stripe.com/api, and typical custom fields of
// shops.
var fields = []struct {
	kind  kind
	paths string
}{

	// What handlers branch on, without personal data.
	{kindStructure, "object type status *_status *_check currency livemode locale"},
	{kindPage, "doc_url image images"},
	{kindVersion, "api_version version *_version"},
	{kindAmount, "*_decimal"},

	// Who, and how to reach them.
	{kindEmail, "email email_address *_email *_email_address"},
	{kindPhone, "phone phone_number *_phone *_phone_number"},
	{kindName, "name *_name name_* *_name_kana *_name_kanji nickname username filename cashtag"},
	{kindBirthday, "dob.day dob.month date_of_birth.day date_of_birth.month"},
	{kindBirthYear, "dob.year date_of_birth.year"},
	{kindText, "dob date_of_birth birth_date nationality gender occupation relationship.title"},
	{kindIP, "ip *_ip ip_address *_ip_address"},
	{kindAgent, "user_agent *_user_agent"},

	// Where they are.
	{kindCountry, "address.country *_address.country address_k*.country address_country"},
	{kindPostcode, "postal_code *_postal_code address_zip zip *_zip"},
	{kindState, "address.state *_address.state address_k*.state address_state"},
	{kindAddress, "line1 line2 *_line1 *_line2 city *_city town *_town"},
	{kindAddress, "address/** *_address/** address_kana/** address_kanji/** birthplace/**"},
	{kindNumber, "latitude longitude"},

	// Cards, accounts, documents.
	{kindExpiry, "exp_month *_exp_month"},
	{kindExpiryYear, "exp_year *_exp_year"},
	{kindNumber, "last4 *_last4 last_4 *_last_4 fingerprint *_fingerprint iin bin cvc number"},
	{kindAccount, "account_number *_account_number routing_number *_routing_number sort_code *_sort_code iban bic swift_code"},
	{kindAccount, "bank_code branch_code transit_number institution_number clabe bsb_number"},
	{kindNumber, "authorization_code *transaction_id serial_number license_number tracking_number *_tracking_number"},
	{kindNumber, "receipt_number reference *_reference idempotency_key"},
	{kindTaxID, "tax_id vat_id tax_id_number id_number *_id_number registration_number creditor_identifier"},

	// What opens something.
	{kindSecret, "client_secret *_client_secret secret *_secret *password* token *_token api_key *_api_key apikey"},
	{kindSecret, "authorization access_key secret_key private_key"},
	{kindURL, "url *_url href pdf *_pdf"},

	// Free text, with any content.
	{kindText, "description *_description memo note notes comment *_comment explanation *_explanation *_text customer_data"},
	{kindText, "client_reference_id value customer_signature purchase_order header footer custom_message"},
	{kindDescriptor, "statement_descriptor* *_statement_descriptor *_statement_descriptor_k*"},
	{kindText, "metadata/** *_metadata/** custom_fields/** verified_outputs/** evidence/**"},
}

// fieldRules is the table, parsed on first use.
var fieldRules = sync.OnceValue(func() []*rule {
	var rules []*rule
	for _, row := range fields {
		for _, text := range strings.Fields(row.paths) {
			keys, inside := strings.CutSuffix(text, "/**")
			rules = append(rules, &rule{keys: split(keys), inside: inside, kind: row.kind})
		}
	}
	return rules
})

// plainHeaders are kept, except for matches of the patterns. Any other header may be a
// credential, and loses its value.
var plainHeaders = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Allow", "Cache-Control", "Connection", "Content-Encoding",
	"Content-Length", "Content-Type", "Date", "Expires", "Retry-After", "Server", "Transfer-Encoding", "User-Agent",
	"Vary", "X-Content-Type-Options", "X-Frame-Options", "X-Powered-By",
}
