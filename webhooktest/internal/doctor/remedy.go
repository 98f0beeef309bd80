package doctor

import (
	"slices"
	"strings"
)

// A remedy is one line of advice.
type remedy struct {
	topic    string
	language string // node, python, ruby, php, go, java, dotnet; empty: whatever the language
	where    string
	how      string
}

// Topics of advice.
const (
	forRawBody  = "raw body"
	forCharset  = "charset"
	forBase64   = "base64"
	forLimit    = "limit"
	forConsumed = "consumed"
	forSecret   = "secret"
	forWhich    = "which secret"
	forHeader   = "header"
	forClock    = "clock"
	forSigner   = "signer"
	forForgery  = "forgery"
	forGzip     = "gzip"
	forNewline  = "newline"
)

// remedies are what to do where. Within a topic the most usual place is first.
var remedies = []remedy{
	{forRawBody, "node", "Express", "app.post('/webhook', express.raw({type: 'application/json'}), handler) before app.use(express.json()); verify req.body, which is a Buffer then"},
	{forRawBody, "node", "Next.js", "app router: await req.text(), not req.json(); pages router: export const config = {api: {bodyParser: false}} and read the stream"},
	{forRawBody, "", "AWS API Gateway", "proxy integration, and verify event.body as it is; in a mapping template $util.escapeJavaScript($input.body), not $input.json('$')"},
	{forRawBody, "ruby", "Rails", "request.raw_post, not params and not params.to_json"},
	{forRawBody, "php", "Laravel, Symfony", "$request->getContent(), not json_encode($request->all())"},
	{forRawBody, "python", "Flask", "request.get_data(), not request.json"},
	{forRawBody, "java", "Spring", "@RequestBody String payload (or byte[]), not a class or a Map"},
	{forRawBody, "dotnet", "ASP.NET Core", "await new StreamReader(Request.Body).ReadToEndAsync(), no [FromBody] model; Request.EnableBuffering() and Position = 0 if it was read before"},
	{forRawBody, "go", "Go", "io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)), and verify these bytes, not what json.Marshal makes of them"},
	{forRawBody, "python", "Django", "request.body, not request.data or json.dumps(...)"},
	{forRawBody, "python", "FastAPI", "await request.body(), with request: Request as the parameter and no model"},
	{forRawBody, "node", "body-parser", "express.json({verify: (req, res, buf) => { req.rawBody = buf }}), and verify req.rawBody"},
	{forRawBody, "node", "NestJS", "NestFactory.create(AppModule, {rawBody: true}), and verify req.rawBody"},
	{forRawBody, "node", "Fastify", "addContentTypeParser('application/json', {parseAs: 'buffer'}, (req, body, done) => done(null, body))"},
	{forRawBody, "node", "Cloudflare Workers, Deno, Bun", "await request.text(), not request.json(), and constructEventAsync"},
	{forRawBody, "ruby", "Sinatra", "request.body.read, before anything parses it (else request.body.rewind)"},
	{forRawBody, "php", "PHP", "file_get_contents('php://input'), not $_POST"},

	{forCharset, "node", "Node", "keep the body a Buffer: no setEncoding('latin1'), no toString('binary' or 'ascii')"},
	{forCharset, "python", "Python", "verify the bytes, or decode them with utf-8, not str(body) and not latin-1"},
	{forCharset, "java", "Java, Spring", "byte[] instead of String, or StandardCharsets.UTF_8: servlets read ISO-8859-1 where the request names no charset"},
	{forCharset, "dotnet", "ASP.NET Core", "new StreamReader(Request.Body, new UTF8Encoding(false)), not Encoding.ASCII or Encoding.Default"},
	{forCharset, "ruby", "Ruby", "request.raw_post.force_encoding('UTF-8'), not encode"},
	{forCharset, "php", "PHP", "no utf8_encode or mb_convert_encoding on php://input"},
	{forCharset, "", "queue, database, log", "keep the body as bytes (bytea, BLOB), or as UTF-8 (in MySQL utf8mb4)"},

	{forBase64, "", "AWS Lambda (API Gateway, function URL, ALB)", "Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'), base64.b64decode(event['body'])"},
	{forBase64, "", "API Gateway", "take application/json (and */*) out of the binary media types"},
	{forBase64, "", "queue between", "decode what the queue encoded before the signature is verified"},

	{forLimit, "node", "Express", "express.raw({type: 'application/json', limit: '1mb'}): the default is 100kb"},
	{forLimit, "", "nginx", "client_max_body_size 1m, and client_body_buffer_size where a script reads $request_body"},
	{forLimit, "go", "Go", "http.MaxBytesReader(w, r.Body, 1<<20), not io.LimitReader with 64 KiB, which cuts without an error"},
	{forLimit, "node", "Node", "Buffer.byteLength(body), not body.length, as the Content-Length"},
	{forLimit, "", "whatever reads it", "as many bytes as Content-Length says, or to the end; not as many characters"},

	{forConsumed, "node", "Express", "express.raw on the route, before express.json and before a logger that reads the stream"},
	{forConsumed, "dotnet", "ASP.NET Core", "Request.EnableBuffering() first, Request.Body.Position = 0 before reading again"},
	{forConsumed, "ruby", "Rack, Rails", "request.body.rewind before read, or request.raw_post"},
	{forConsumed, "java", "Spring, servlets", "ContentCachingRequestWrapper, or read the body once"},
	{forConsumed, "go", "Go", "in the middleware: body, _ := io.ReadAll(r.Body); r.Body = io.NopCloser(bytes.NewReader(body))"},
	{forConsumed, "python", "Django, Flask", "read request.body (request.get_data()) before request.POST (request.form)"},

	{forSecret, "", "environment, secret store", "store the secret exactly as the Dashboard shows it: whsec_ and what follows, one line, no quotes; trim what is read from a file"},
	{forSecret, "", "Kubernetes", "in data: base64 once (printf %s, not echo, which adds a line break); or stringData: as it is"},
	{forSecret, "", "the code", "the key of the HMAC is the whole text, whsec_ included; nothing is decoded (Svix and Standard Webhooks differ)"},

	{forWhich, "", "Dashboard", "Developers, Webhooks, the endpoint of this URL, Signing secret: each endpoint has its own, test and live mode too"},
	{forWhich, "", "stripe listen", "prints a secret of its own (stripe listen --print-secret), which is not the Dashboard's"},
	{forWhich, "", "several endpoints on one URL", "try every secret in turn, and refuse when none matches"},

	{forHeader, "", "the handler", "pass the header's value on as it is: request.headers['stripe-signature'], $_SERVER['HTTP_STRIPE_SIGNATURE'], r.Header.Get(\"Stripe-Signature\")"},
	{forHeader, "", "proxy, gateway", "forward Stripe-Signature unchanged, once; it is one line, with commas in it"},
	{forHeader, "", "API Gateway", "event.headers['Stripe-Signature'], not a list, and any case of letters"},

	{forClock, "", "the receiver", "keep the clock right (NTP)"},
	{forClock, "", "queue, replay", "verify when the delivery arrives, not when the queue gets to it; a stored one is judged with the time at which it came (--at)"},
	{forClock, "", "Stripe", "resend the event (Dashboard, stripe events resend): each attempt is signed anew"},

	{forSigner, "", "tests, tools", "sign as Stripe does: HMAC-SHA256 with the whole secret over \"<Unix seconds>.<the bytes that are sent>\", in lower-case hex; fakestripe sign does"},

	{forForgery, "", "the handler", "refuse it with 400: this delivery is not Stripe's"},

	{forGzip, "", "proxy, queue", "hand the body on uncompressed; Stripe sends it so"},
	{forGzip, "", "the handler", "decompress first (express.raw does with inflate: true), then verify"},

	{forNewline, "", "the handler", "verify what was read, without trim, strip, chomp, readline or a line break added"},
	{forNewline, "", "curl, files", "curl --data-binary @body.json, not -d @body.json; an editor that adds no line break at the end (printf %s, not echo)"},
	{forNewline, "java", "Java", "readAllBytes(), not reader.lines().collect(joining())"},
}

// mends returns the advice on a topic. languages, if there are any, leave out what
// is for others.
func mends(topic string, languages ...string) []Mend {
	list := []Mend{}
	for _, r := range remedies {
		fits := r.language == "" || len(languages) == 0 || slices.Contains(languages, r.language)
		if r.topic == topic && fits {
			list = append(list, Mend{r.where, r.how})
		}
	}
	return list
}

// A mistake is one thing that goes wrong with deliveries in practice.
type mistake struct {
	id    string
	says  string // completes a sentence: "the body was …", "the secret was given …"
	cause string
	topic string

	languages string // of those who make it; empty: any
}

func (m *mistake) finding(subject string) Finding {
	return Finding{
		ID: m.id, Says: subject + m.says, Cause: m.cause, Proven: true,
		Mend: mends(m.topic, strings.Fields(m.languages)...),
	}
}
