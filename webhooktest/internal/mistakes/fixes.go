package mistakes

// A table of fixes for mistakes, by topic. A new fix is a row.

import "slices"

// A Fix says how to fix a mistake in one place.
type Fix struct{ Where, How string }

// A fix is a row of the table.
type fix struct {
	topic    string
	language string // node, python, ruby, php, go, java or dotnet; empty: any
	where    string
	how      string
}

// Topics of fixes.
const (
	ForRawBody  = "raw body"
	ForCharset  = "charset"
	ForBase64   = "base64"
	ForLimit    = "limit"
	ForConsumed = "consumed"
	ForSecret   = "secret"
	ForWhich    = "which secret"
	ForPublic   = "public secret"
	ForUnset    = "unset secret"
	ForHeader   = "header"
	ForLost     = "header lost"
	ForUnsigned = "unsigned" // lost, or never sent
	ForTransit  = "header lost in transit"
	ForCSRF     = "CSRF"
	ForRelay    = "relay"
	ForClock    = "clock"
	ForSigner   = "signer"
	ForForgery  = "forgery"
	ForGzip     = "gzip"
	ForNewline  = "newline"
	ForPart     = "part of an event"
)

// fixes are grouped by topic, the most common place first.
var fixes = []fix{
	{ForRawBody, "node", "Express", "register app.post('/webhook', express.raw({type: 'application/json'}), handler) before app.use(express.json()), and verify req.body, which is then a Buffer"},
	{ForRawBody, "node", "Next.js", "in the app router, await req.text(), not req.json(); in the pages router, export const config = {api: {bodyParser: false}} and read the stream"},
	{ForRawBody, "", "relay, no-code tool", "smee, Zapier, Make and templates of gateways parse JSON and write it anew, so no handler can verify it: log the bytes that arrive, before any parser, or send straight to the handler with fakestripe send; if that verifies, use a tunnel that leaves bodies alone (stripe listen, ngrok, cloudflared)"},
	{ForRawBody, "", "AWS API Gateway", "use the proxy integration and verify event.body as is; in a mapping template, use $util.escapeJavaScript($input.body), not $input.json('$')"},
	{ForRawBody, "ruby", "Rails", "use request.raw_post, not params and not params.to_json"},
	{ForRawBody, "php", "Laravel, Symfony", "use $request->getContent(), not json_encode($request->all())"},
	{ForRawBody, "python", "Flask", "use request.get_data(), not request.json"},
	{ForRawBody, "java", "Spring", "take @RequestBody String payload (or byte[]), not a class or a Map"},
	{ForRawBody, "dotnet", "ASP.NET Core", "await new StreamReader(Request.Body).ReadToEndAsync() instead of a [FromBody] model; if something read the body earlier, call Request.EnableBuffering() first and set Position = 0"},
	{ForRawBody, "go", "Go", "verify the bytes from io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)), not the output of json.Marshal"},
	{ForRawBody, "python", "Django", "use request.body, not request.data or json.dumps(...)"},
	{ForRawBody, "python", "FastAPI", "take request: Request instead of a model, and await request.body()"},
	{ForRawBody, "node", "body-parser", "use express.json({verify: (req, res, buf) => { req.rawBody = buf }}), and verify req.rawBody"},
	{ForRawBody, "node", "NestJS", "use NestFactory.create(AppModule, {rawBody: true}), and verify req.rawBody"},
	{ForRawBody, "node", "Fastify", "use addContentTypeParser('application/json', {parseAs: 'buffer'}, (req, body, done) => done(null, body))"},
	{ForRawBody, "node", "Cloudflare Workers, Deno, Bun", "await request.text(), not request.json(), and use constructEventAsync"},
	{ForRawBody, "ruby", "Sinatra", "call request.body.read before anything parses the body, or request.body.rewind first"},
	{ForRawBody, "php", "PHP", "use file_get_contents('php://input'), not $_POST"},

	{ForRelay, "", "a relay (smee, a no-code tool, an API gateway's template, a queue)", "it may have written the body again: deliver to the handler's own URL, past the relay; if that is accepted, the relay is at fault, and must pass on the bytes"},
	{ForRelay, "", "smee.io and other relays that parse JSON", "use a tunnel that leaves the body alone: stripe listen, ngrok, cloudflared; what smee-client posts has been parsed and written again"},

	{ForPart, "", "the Dashboard, the API", "what they show of an event is not what was signed: verify the body of the request, as bytes, with the header of the same request"},
	{ForPart, "", "the handler", "verify the raw body, not event.data, event.data.object or a list"},

	{ForCharset, "node", "Node", "keep the body as a Buffer: no setEncoding('latin1'), no toString('binary') or toString('ascii')"},
	{ForCharset, "python", "Python", "verify the bytes, or decode them as utf-8; do not use str(body) or latin-1"},
	{ForCharset, "java", "Java, Spring", "read byte[] instead of String, or use StandardCharsets.UTF_8: servlets assume ISO-8859-1 if the request names no charset"},
	{ForCharset, "dotnet", "ASP.NET Core", "use new StreamReader(Request.Body, new UTF8Encoding(false)), not Encoding.ASCII or Encoding.Default"},
	{ForCharset, "ruby", "Ruby", "use request.raw_post.force_encoding('UTF-8'), not encode"},
	{ForCharset, "php", "PHP", "do not run utf8_encode or mb_convert_encoding on php://input"},
	{ForCharset, "", "queue, database, log", "store the body as bytes (bytea, BLOB) or as UTF-8 (utf8mb4 in MySQL)"},

	{ForBase64, "", "AWS Lambda (API Gateway, function URL, ALB)", "verify Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'), or base64.b64decode(event['body'])"},
	{ForBase64, "", "API Gateway", "remove application/json (and */*) from the binary media types"},
	{ForBase64, "", "a queue in between", "decode what the queue encoded before you verify the signature"},

	{ForLimit, "node", "Express", "use express.raw({type: 'application/json', limit: '1mb'}); the default is 100kb"},
	{ForLimit, "", "nginx", "set client_max_body_size 1m, and client_body_buffer_size if a script reads $request_body"},
	{ForLimit, "go", "Go", "use http.MaxBytesReader(w, r.Body, 1<<20), not io.LimitReader with 64 KiB, which truncates without an error"},
	{ForLimit, "node", "Node", "compute Content-Length with Buffer.byteLength(body), not body.length"},
	{ForLimit, "", "any reader", "read as many bytes (not characters) as Content-Length says, or to the end"},

	{ForConsumed, "node", "Express", "put express.raw on the route, before express.json and before any logger that reads the stream"},
	{ForConsumed, "dotnet", "ASP.NET Core", "call Request.EnableBuffering() first, and set Request.Body.Position = 0 before you read again"},
	{ForConsumed, "ruby", "Rack, Rails", "call request.body.rewind before read, or use request.raw_post"},
	{ForConsumed, "java", "Spring, servlets", "use ContentCachingRequestWrapper, or read the body only once"},
	{ForConsumed, "go", "Go", "restore the body in the middleware: body, _ := io.ReadAll(r.Body); r.Body = io.NopCloser(bytes.NewReader(body))"},
	{ForConsumed, "python", "Django, Flask", "read request.body (request.get_data()) before request.POST (request.form)"},

	{ForSecret, "", "environment, secret store", "store the secret exactly as the Dashboard shows it, with its whsec_, on one line, without quotes; if you read it from a file, trim it"},
	{ForSecret, "", "Kubernetes", "under data:, encode it in base64 once (with printf %s, not echo, which adds a line break); or put it under stringData: as is"},
	{ForSecret, "", "the code", "use the whole text, including whsec_, as the HMAC key, and decode nothing (unlike Svix and Standard Webhooks)"},

	{ForWhich, "", "Dashboard", "copy it from Developers > Webhooks > the endpoint with this URL > Signing secret; each endpoint has its own, and so do test and live mode"},
	{ForWhich, "", "stripe listen", "use the secret that it prints (stripe listen --print-secret); the Dashboard's is a different one"},
	{ForWhich, "", "several endpoints on one URL", "try each secret in turn, and reject the request if none matches"},

	{ForPublic, "", "a test", "sign with the handler's secret: STRIPE_WEBHOOK_SECRET for the command, Secret in a Go test"},
	{ForPublic, "", "production", "use the endpoint's own signing secret; anyone can forge events with this one"},

	{ForUnset, "", "environment", "set the variable that the handler reads; check its name and where it is set (.env, Compose, the service)"},
	{ForUnset, "", "the code", "refuse to start without a secret"},

	{ForHeader, "", "the handler", "pass on the header's value unchanged: request.headers['stripe-signature'], $_SERVER['HTTP_STRIPE_SIGNATURE'], r.Header.Get(\"Stripe-Signature\")"},
	{ForHeader, "", "proxy, gateway", "forward Stripe-Signature once and unchanged; it is one line that contains commas"},
	{ForHeader, "", "API Gateway", "use event.headers['Stripe-Signature'], which is not a list, and ignore case when you look it up"},

	{ForLost, "", "the handler", "read it by its name: request.headers['stripe-signature'] in Node, request.headers['Stripe-Signature'] in Flask, request.META['HTTP_STRIPE_SIGNATURE'] in Django, request.env['HTTP_STRIPE_SIGNATURE'] in Rails, $_SERVER['HTTP_STRIPE_SIGNATURE'] in PHP, r.Header.Get(\"Stripe-Signature\") in Go"},
	{ForUnsigned, "", "the handler", "reject it with 400 unless the header was lost: what is not signed may be from anyone"},

	{ForTransit, "", "CloudFront", "add Stripe-Signature to the headers of the origin request policy, or use AllViewer: it forwards no other headers"},
	{ForTransit, "", "nginx", "proxy_set_header Stripe-Signature $http_stripe_signature; nginx drops a header whose name has underscores unless underscores_in_headers is on"},
	{ForTransit, "php", "PHP-FPM, FastCGI", "include fastcgi_params and leave fastcgi_pass_request_headers on, or set fastcgi_param HTTP_STRIPE_SIGNATURE $http_stripe_signature"},
	{ForTransit, "", "AWS API Gateway", "with a mapping template, map integration.request.header.Stripe-Signature from method.request.header.Stripe-Signature; with the proxy integration, look it up in event.headers without regard to case"},
	{ForTransit, "", "relay, queue, no-code tool", "pass on Stripe-Signature together with the body, both unchanged"},

	{ForCSRF, "python", "Django", "put @csrf_exempt on the view"},
	{ForCSRF, "ruby", "Rails", "skip_before_action :verify_authenticity_token"},
	{ForCSRF, "php", "Laravel", "$middleware->validateCsrfTokens(except: ['webhook']) in bootstrap/app.php; before Laravel 11, $except in VerifyCsrfToken"},
	{ForCSRF, "node", "Express", "register the webhook's route before csurf"},
	{ForCSRF, "java", "Spring Security", "http.csrf(c -> c.ignoringRequestMatchers(\"/webhook\"))"},
	{ForCSRF, "dotnet", "ASP.NET Core", "put [IgnoreAntiforgeryToken] on the action"},

	{ForClock, "", "the receiver", "synchronize the clock (NTP)"},
	{ForClock, "", "queue, replay", "verify a delivery when it arrives, not when the queue gets to it; to check a stored one, give the time it arrived"},
	{ForClock, "", "Stripe", "resend the event (from the Dashboard, or with stripe events resend); each attempt gets a new signature"},

	{ForSigner, "", "tests, tools", "sign as Stripe does: HMAC-SHA256 with the whole secret over \"<Unix seconds>.<the bytes that are sent>\", in lower-case hex; fakestripe sign does this"},

	{ForForgery, "", "the handler", "reject it with 400; this delivery is not from Stripe"},

	{ForGzip, "", "proxy, queue", "forward the body uncompressed, as Stripe sends it"},
	{ForGzip, "", "the handler", "decompress the body before you verify it (express.raw does with inflate: true)"},

	{ForNewline, "", "the handler", "verify the body exactly as it was read: no trim, strip, chomp or readline, and no added line break"},
	{ForNewline, "", "curl, files", "use curl --data-binary @body.json, not -d @body.json; use printf %s, not echo, and an editor that adds no final line break"},
	{ForNewline, "java", "Java", "use readAllBytes(), not reader.lines().collect(joining())"},
}

// Fixes returns the fixes for a topic. If languages are given, it leaves out fixes
// for other languages.
func Fixes(topic string, languages ...string) []Fix {
	list := []Fix{}
	for _, f := range fixes {
		fits := f.language == "" || len(languages) == 0 || slices.Contains(languages, f.language)
		if fits && f.isFor(topic) {
			list = append(list, Fix{f.where, f.how})
		}
	}
	return list
}

// isFor reports whether the fix is for a topic. A missing header may have been lost in
// transit.
func (f fix) isFor(topic string) bool {
	missing := topic == ForLost || topic == ForUnsigned
	return f.topic == topic || missing && f.topic == ForTransit
}
