package refusal_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/refusal"
)

// snapshot is the type of the events that are refused.
const snapshot = "payment_intent.succeeded"

// what handlers answer, in the words of the SDK or framework, and what it means. The
// first rows were printed by the program itself; judges_test.go has more of those.
var answers = map[string]struct {
	status int
	body   string
	cause  string // "": nothing is known
	fix    string // part of the fix
}{
	"parsed, in JSON":                   {400, `{"error":"Webhook payload must be provided as a string or a Buffer (https://nodejs.org/api/buffer.html) instance representing the _raw_ request body.Payload was provided as a parsed JavaScript object instead. \nSignature verification is impossible without access to the original signed material. \n"}`, "parsed-body", "raw body"},
	"in HTML":                           {500, `<!DOCTYPE html><pre>Error: No stripe-signature header value was provided.<br> &nbsp; &nbsp;at parseEventDetails</pre>`, "header-lost", ""},
	"wrapped lines":                     {400, "Webhook Error: No signatures\n  found matching the expected signature for payload", "no-match", "same secret"},
	"white space in the secret":         {400, "No signatures found matching the expected signature for payload. Are you passing the raw request body you received from Stripe? \n\nNote: The provided signing secret contains whitespace. This often indicates", "spaced-secret", "trim"},
	"thin at a snapshot parser in Java": {400, "You passed an event notification to Webhook method, which expects a webhook payload. Use the corresponding parseEventNotification method instead.", "wants-snapshot", ""},
	"thin at a snapshot parser in .NET": {400, "You passed a thin event notification to ConstructEvent, which expects a webhook payload. Use StripeClient.ParseEventNotification instead.", "wants-snapshot", ""},
	"thin at a snapshot parser in Go":   {400, "Failed to parse webhook body json: json: cannot unmarshal string into Go struct field Event.created of type int64", "wants-snapshot", "a snapshot type"},
	"thin at a type of one's own in Go": {400, "json: cannot unmarshal string into Go struct field Event.created of type int64", "wants-snapshot", "destination of their own"},
	"another body at a parser in Go":    {400, "Failed to parse webhook body json: unexpected end of JSON input", "not-json", "as it came"},
	"snapshot at a thin parser in Ruby": {400, "You passed a webhook payload to a method that expects a thin event notification. Use the corresponding construct_event* method instead.", "wants-thin", "a thin type"},
	"snapshot at a thin parser in PHP":  {400, "You passed a v1 Event to a method that expects a thin event notification. Use the corresponding constructEvent* method instead.", "wants-thin", ""},
	"Stripe.net, since v47":             {400, "The expected signature was not found in the Stripe-Signature header. Make sure you're using the correct webhook secret (whsec_) and confirm the incoming request came from Stripe.", "no-match", ""},
	"Stripe.net, old":                   {400, "The signature for the webhook is not present in the Stripe-Signature header.", "no-match", ""},
	"Stripe.net, clock":                 {400, "The webhook cannot be processed because the current timestamp is outside of the allowed tolerance.", "outside-tolerance", "clock"},
	"stripe-ruby, clock":                {400, "Timestamp outside the tolerance zone (2026-11-21 23:20:16 +0000)", "outside-tolerance", "clock"},
	"on Workers":                        {400, "SubtleCryptoProvider cannot be used in a synchronous context.\nUse `await constructEventAsync(...)` instead of `constructEvent(...)`", "needs-async", "constructEventAsync"},
	"no secret in an old stripe-node":   {500, `The \"key\" argument must be of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey. Received undefined`, "no-secret", "variable"},
	"no secret in stripe-python":        {500, "AttributeError: 'NoneType' object has no attribute 'encode'", "no-secret", ""},
	"the real API":                      {500, "StripeAuthenticationError: Invalid API Key provided: sk_test_*******123", "real-api", "which fakestripe listen serves"},
	"no API, in Node":                   {500, "StripeConnectionError: An error occurred with our connection to Stripe. Request was retried 2 times.", "unreachable-api", "which fakestripe listen serves"},
	"no API, in Python":                 {500, "stripe._error.APIConnectionError: Unexpected error communicating with Stripe. If this problem persists,\nlet us know at support@stripe.com.", "unreachable-api", ""},
	"no API, in PHP":                    {500, "Could not connect to Stripe (http://localhost:12111). Please check your internet connection and try again.", "unreachable-api", ""},

	"Django, CSRF":        {403, "<h1>Forbidden <span>(403)</span></h1>\n<p>CSRF verification failed. Request aborted.</p>", "csrf", "@csrf_exempt"},
	"Rails, CSRF":         {422, "<h1>ActionController::InvalidAuthenticityToken</h1>", "csrf", "skip_before_action"},
	"Rails, CSRF text":    {422, "Can&#39;t verify CSRF token authenticity.", "csrf", "skip_before_action"},
	"Laravel, CSRF":       {419, "<title>Page Expired</title>", "csrf", "validateCsrfTokens"},
	"Laravel, by status":  {419, "", "csrf", "exempt"},
	"csurf":               {403, "ForbiddenError: invalid csrf token", "csrf", "before app.use(csurf())"},
	"gorilla/csrf":        {403, "Forbidden - CSRF token invalid\n", "csrf", "csrf.Protect"},
	"Spring Security":     {403, "Could not verify the provided CSRF token because no token was found to compare.", "csrf", "ignoringRequestMatchers"},
	"Django, host":        {400, "DisallowedHost at /webhook\nInvalid HTTP_HOST header: 'x.ngrok.app'. You may need to add 'x.ngrok.app' to ALLOWED_HOSTS.", "host", "ALLOWED_HOSTS"},
	"Django, slash":       {500, "You called this URL via POST, but the URL doesn't end in a slash and you have APPEND_SLASH set.", "slash", "slash"},
	"Express, 404":        {404, "<pre>Cannot POST /webhook</pre>", "path", "mounted"},
	"API Gateway, path":   {403, `{"message":"Missing Authentication Token"}`, "path", "stage"},
	"Supabase":            {401, `{"msg":"Error: Missing authorization header"}`, "login", "--no-verify-jwt"},
	"Vercel":              {401, `<script>document.cookie="_vercel_sso_nonce=x"</script>`, "login", "Protection"},
	"body-parser, limit":  {413, "PayloadTooLargeError: request entity too large", "too-large", "1mb"},
	"nginx, limit":        {413, "<center><h1>413 Request Entity Too Large</h1></center>\n<hr><center>nginx/1.24.0</center>", "too-large", "client_max_body_size"},
	"Go, limit":           {413, "http: request body too large\n", "too-large", "MaxBytesReader"},
	"Flask, limit":        {413, "<h1>Request Entity Too Large</h1><p>The data value transmitted exceeds the capacity limit.</p>", "too-large", "MAX_CONTENT_LENGTH"},
	"fetch, read twice":   {500, "TypeError: Body is unusable: Body has already been read", "read-twice", "request.text()"},
	"Django, read twice":  {500, "RawPostDataException: You cannot access body after reading from request's data stream", "read-twice", "request.body"},
	"servlet, read twice": {500, "java.lang.IllegalStateException: getReader() has already been called for this request", "read-twice", "@RequestBody String"},
	"parsed twice":        {400, "SyntaxError: Unexpected token o in JSON at position 1", "parsed-body", "JSON.parse"},
	"parsed twice, newer": {400, `Webhook Error: "[object Object]" is not valid JSON`, "parsed-body", "JSON.parse"},
	"no key":              {500, "Error: Neither apiKey nor config.authenticator provided", "no-key", "sk_test_"},
	"WSGI, no header":     {500, "KeyError: 'HTTP_STRIPE_SIGNATURE'", "header-lost", "by its name"},
	"Spring, no header":   {400, `{"detail":"Required header 'Stripe-Signature' is not present."}`, "header-lost", "by its name"},
	"Fastify, media type": {415, `{"statusCode":415,"code":"FST_ERR_CTP_INVALID_MEDIA_TYPE","error":"Unsupported Media Type"}`, "media-type", "addContentTypeParser"},
	"FastAPI, model":      {422, `{"detail":[{"type":"missing","loc":["body","amount"],"msg":"Field required"}]}`, "validated", "Request"},
	"FastAPI, header":     {422, `{"detail":[{"type":"missing","loc":["header","stripe_signature"],"msg":"Field required"}]}`, "validated", "Header"},
	"ngrok":               {502, "ERR_NGROK_8012", "tunnel", "port"},

	"an order that is not there":       {500, `{"error":"order ord_123 not found"}`, "unknown-object", "make one for each event"},
	"a user, in a page":                {404, "<h1>No user with this e-mail</h1>", "unknown-object", ""},
	"a subscription, in an exception":  {500, "Error: Could not find subscription for customer", "unknown-object", ""},
	"an account, quietly":              {422, "The account does not exist.", "unknown-object", ""},
	"an object of Stripe's":            {500, "No such customer: 'cus_123'", "real-api", ""},
	"a secret of a customer":           {500, "customer webhook secret not found", "no-secret", ""},
	"a header in one's own words":      {400, `{"error":"Missing stripe-signature header"}`, "header-lost", "by its name"},
	"the same, the other way around":   {400, "Stripe signature is required", "header-lost", ""},
	"the same, shorter":                {400, "No signature", "header-lost", ""},
	"the same in quotes":               {400, "Missing 'Stripe-Signature' header", "header-lost", ""},
	"a secret in one's own words":      {500, `{"error":"STRIPE_WEBHOOK_SECRET is not set"}`, "no-secret", "variable"},
	"the same, otherwise":              {500, "Webhook secret not configured", "no-secret", ""},
	"the same, first":                  {500, "Missing env var: STRIPE_WEBHOOK_SIGNING_SECRET", "no-secret", ""},
	"a body in one's own words":        {400, "Raw body not available", "no-body", "raw body"},
	"a signature that is wrong":        {400, "Webhook signature verification failed", "", ""},
	"a secret that is wrong":           {400, "The webhook secret may be wrong", "", ""},
	"stripe-java, no header":           {500, `java.lang.NullPointerException: Cannot invoke "String.split(String)" because "sigHeader" is null`, "header-lost", ""},
	"stripe-ruby, no header":           {500, "NoMethodError (undefined method `split' for nil:NilClass):", "header-lost", ""},
	"stripe-ruby, no header, Ruby 3.4": {500, "undefined method 'split' for nil (NoMethodError)", "header-lost", ""},
	"stripe-ruby, no secret":           {500, "TypeError (no implicit conversion of nil into String):", "no-secret", ""},
	"Elixir":                           {400, "Unable to extract timestamp and signatures", "header-unread", ""},
	"Rust":                             {400, "error comparing signatures", "no-match", ""},
	"Spring, no body":                  {400, "Required request body is missing: public String hook(String)", "no-body", "filter"},
	"ASP.NET Core, reading":            {500, "InvalidOperationException: Synchronous operations are disallowed. Call ReadAsync or set AllowSynchronousIO to true instead.", "read-twice", "ReadToEndAsync"},
	"Django Ninja, CSRF":               {403, `{"detail": "CSRF check Failed"}`, "csrf", "NinjaAPI"},
	"Django Ninja, model":              {422, `{"detail": [{"type": "missing", "loc": ["body", "x"]}]}`, "validated", "request.body"},
	"Echo, CSRF":                       {400, `{"message":"missing csrf token in request header"}`, "csrf", "Skipper"},
	"Yii, CSRF":                        {400, "Unable to verify your data submission.", "csrf", "enableCsrfValidation"},
	"a function URL":                   {403, `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/"}`, "login", "NONE"},
	"API Gateway, key":                 {403, `{"message":"Forbidden"}`, "login", "API key"},
	"Cloudflare Access":                {403, `<a href="https://team.cloudflareaccess.com/cdn-cgi/access/login">`, "login", "Bypass"},
	"Railway":                          {502, `{"status":"error","code":502,"message":"Application failed to respond"}`, "tunnel", "PORT"},
	"Envoy":                            {503, "no healthy upstream", "tunnel", "port"},
	"Fastify, path":                    {404, `{"message":"Route POST:/webhook not found","error":"Not Found","statusCode":404}`, "path", "prefix"},
	"Rails, path":                      {404, `No route matches [POST] "/webhook"`, "path", "routes.rb"},
	"Remix, method":                    {405, `You made a POST request to "/webhook" but did not provide an ` + "`action`" + ` for route "webhook"`, "method", "action"},
	"h3, method":                       {405, `{"statusMessage":"HTTP method is not allowed."}`, "method", "webhook.post.ts"},
	"Deno, read twice":                 {500, "TypeError: Body already consumed.", "read-twice", "request.text()"},

	"401": {401, "", "login", ""}, "403": {403, "no", "forbidden", "CSRF"}, "404": {404, "", "path", ""}, "405": {405, "", "method", ""},
	"413": {413, "", "too-large", ""}, "415": {415, "", "media-type", ""}, "500": {500, "oops", "crashed", "log"}, "502": {502, "", "gateway", ""},
	"a redirect": {302, "", "redirect", "configure"},

	"a page about another exception": {500, "TypeError: x is not a function\n  raise SignatureVerificationError(", "crashed", ""},
	"a page that quotes code":        {500, "<h1>No stripe-signature header value was provided.</h1> <pre>message: 'No signatures found with expected scheme'</pre>", "header-lost", ""},
	"words of its own":               {400, "refused", "", ""},
	"nothing":                        {400, "", "", ""},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, test := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, ok := refusal.Read(snapshot, test.status, []byte(test.body))
			require.Equal(t, test.cause != "", ok)
			require.Equal(t, test.cause, said.ID)
			require.Contains(t, said.Fix, test.fix)
		})
	}
}

// A thin event has no API version, so what an SDK says of one means another thing: a version
// would not help.
func TestReadOfAThinEvent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ eventType, body, cause string }{
		"a version that it misses": {"v1.charge.refunded", "webhook: received event with API version , but stripe-go 82.5.1 expects API version 2025-08-27.basil", "wants-snapshot"},
		"of a snapshot":            {snapshot, "webhook: received event with API version 2023-10-16, but stripe-go 82.5.1 expects API version 2025-08-27.basil", ""},
		"another sentence":         {"v1.charge.refunded", "webhook has no Stripe-Signature header", "header-lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, ok := refusal.ReadText(test.eventType, []byte(test.body))
			require.Equal(t, test.cause != "", ok)
			require.Equal(t, test.cause, said.ID)
		})
	}
}

// Text in quotes, in capitals or broken into lines is still the same sentence, and what
// is said about it repeats nothing of the answer.
func TestReadRepeatsNothing(t *testing.T) {
	t.Parallel()
	const private = "whsec_5f4dcc3b5aa765d61d8327deb882cf99 jane@example.com"
	said, ok := refusal.Read(snapshot, http.StatusBadRequest, []byte(private+` {"e":"WEBHOOK HAD\nNO VALID SIGNATURE"} `+private))
	require.True(t, ok)
	require.Equal(t, refusal.NoMatch.ID, said.ID)
	require.NotContains(t, said.String(), "jane")
	require.NotContains(t, said.String(), "5f4dcc")
}

// Every sentence of the table can be found: it is written as the text is read.
func TestSentencesAreRead(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("sentences.go")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\t\\{\"[^\"]+\", \"[a-z]*\", (\"[^\"]*\"|`[^`]*`), &").FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(rows), 70)
	for _, row := range rows {
		sentence := row[1][1 : len(row[1])-1]
		_, ok := refusal.ReadText(snapshot, []byte(strings.ReplaceAll(sentence, " … ", " and so on ")))
		require.True(t, ok, sentence)
	}
}

func FuzzRead(f *testing.F) {
	for _, test := range answers {
		f.Add(test.body)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if said, ok := refusal.ReadText(snapshot, []byte(text)); ok {
			require.NotEmpty(t, said.Problem)
			require.NotEmpty(t, said.Fix)
			require.NotEmpty(t, said.Who)
		}
	})
}
