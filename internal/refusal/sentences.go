package refusal

// A sentence is the text with which an SDK, a framework or a service refuses a request.
type sentence struct {
	who      string
	language string // of the fixes; "": any
	text     string // in lower case; parts with … between follow each other
	cause    *Cause
	fix      string // replaces the cause's
}

// sentences cover all generations. Sources for the SDKs:
//
//   - stripe-go v70 to v86: webhook/client.go, v2_events.go
//   - stripe-node 14 to 23: cjs/Webhooks.js, cjs/stripe.core.js, cjs/crypto
//   - stripe-python: stripe/webhook.py (5.0), stripe/_webhook.py, stripe/_stripe_client.py
//   - stripe-ruby: lib/stripe/webhook.rb, lib/stripe/stripe_client.rb
//   - stripe-php: lib/WebhookSignature.php, lib/Webhook.php, lib/V2/Core/EventNotification.php
//   - stripe-java: com/stripe/net/Webhook.java, com/stripe/StripeClient.java
//   - stripe-dotnet: Services/Events/EventUtility.cs
//
// The sources of the others are the code or documentation of the named framework.
var sentences = [...]sentence{
	// Before the signature is computed.
	{"stripe-node", "node", "payload was provided as a parsed javascript object", &parsedBody, ""},
	{"stripe-node", "node", "webhook payload must be provided as a string or a buffer", &parsedBody, ""},
	{"stripe-node", "node", "no webhook payload was provided", &noBody, ""},
	{"stripe-node", "node", "no stripe-signature header value was provided", &headerLost, ""},
	{"stripe-node", "node", "no webhook secret value was provided", &noSecret, ""},
	{"stripe-node", "node", "an array was passed as a header", &headerList, ""},
	{"stripe-node", "node", "subtlecryptoprovider cannot be used in a synchronous context", &needsAsync, ""},
	{"stripe-node", "node", "use `await constructeventasync(...)`", &needsAsync, ""},
	{"stripe-node", "node", `the "key" argument must be … received undefined`, &noSecret, ""},
	{"Node", "node", `"[object object]" is not valid json`, &parsedBody, "JSON.parse was given an object: keep the raw body on this route, as bytes or text"},
	{"Node", "node", "unexpected token o in json at position 1", &parsedBody, "JSON.parse was given an object: keep the raw body on this route, as bytes or text"},
	{"stripe-php", "php", "argument #3 ($secret) must be of type string, null given", &noSecret, ""},
	{"Stripe.net", "dotnet", "value cannot be null. (parameter 'secret')", &noSecret, ""},
	{"stripe-java", "java", "illegalargumentexception: empty key", &noSecret, ""},
	{"stripe-python", "python", "'nonetype' object has no attribute 'encode'", &noSecret, ""},
	{"stripe-python", "python", "the json object must be str, bytes or bytearray, not dict", &parsedBody, ""},
	{"stripe-go", "go", "webhook has no stripe-signature header", &headerLost, ""},
	{"stripe-go", "go", "webhook has invalid stripe-signature header", &HeaderUnread, ""},
	{"Stripe.net", "dotnet", "the signature header format is unexpected", &HeaderUnread, ""},
	{"Stripe.net", "dotnet", "the signature cannot be safely calculated", &badText, ""},
	{"stripe-java", "java", "unable to compute signature for payload", &badText, ""},
	{"Python", "python", "keyerror: 'http_stripe_signature'", &headerLost, ""},
	{"Python", "python", "keyerror: 'stripe-signature'", &headerLost, ""},
	{"PHP", "php", "undefined array key \"http_stripe_signature\"", &headerLost, ""},
	{"PHP", "php", "undefined index: http_stripe_signature", &headerLost, ""},
	{"Spring", "java", "header 'stripe-signature' … not present", &headerLost, ""},
	{"a Stripe SDK", "", "unable to extract timestamp and signatures from header", &HeaderUnread, ""}, // all but Go and .NET
	{"a Stripe SDK", "", "no signatures found with expected scheme", &headerCut, ""},

	// The signature was computed and compared.
	{"stripe-node", "node", "no signatures found matching the expected signature for payload … the provided signing secret contains whitespace", &spacedSecret, ""},
	{"a Stripe SDK", "", "no signatures found matching the expected signature", &NoMatch, ""},
	{"stripe-go", "go", "webhook had no valid signature", &NoMatch, ""},
	{"Stripe.net", "dotnet", "the expected signature was not found in the stripe-signature header", &NoMatch, ""},
	{"Stripe.net", "dotnet", "the signature for the webhook is not present in the stripe-signature header", &NoMatch, ""},
	{"a Stripe SDK", "", "timestamp outside the tolerance zone", &outsideTolerance, ""},
	{"stripe-go", "go", "timestamp wasn't within tolerance", &outsideTolerance, ""},
	{"Stripe.net", "dotnet", "current timestamp is outside of the allowed tolerance", &outsideTolerance, ""},
	{"Stripe.net", "dotnet", "current timestamp is above the allowed tolerance", &outsideTolerance, ""},

	// The signature was right.
	{"stripe-go", "go", "failed to parse webhook body json … field event.created of type int64", &WantsSnapshot, ""}, // before v83
	{"Go", "go", "cannot unmarshal string into go struct field event.created of type int64", &WantsSnapshot, ""},
	{"stripe-go", "go", "failed to parse webhook body json", &notJSON, ""},
	{"a Stripe SDK", "", "that expects a thin event notification", &WantsThin, ""},
	{"a Stripe SDK", "", "which expects an event notification", &WantsThin, ""},
	{"a Stripe SDK", "", "which expects a thin event notification", &WantsThin, ""},
	{"a Stripe SDK", "", "expected 'v2.core.event' for an event notification", &WantsThin, ""},
	{"stripe-go", "go", "did you use eventnotificationfromjson to parse a webhook payload", &WantsThin, ""},
	{"stripe-go", "go", "did you use an eventnotification function to parse a webhook payload", &WantsThin, ""},
	{"a Stripe SDK", "", "you passed a thin event notification to", &WantsSnapshot, ""},
	{"stripe-node", "node", "you passed an event notification to", &WantsSnapshot, ""}, // and stripe-java
	{"stripe-go", "go", "did you use constructevent to parse an eventnotification", &WantsSnapshot, ""},
	{"stripe-go", "go", "did you use constructevent to parse a thin event notification", &WantsSnapshot, ""},

	// The handler called Stripe.
	{"stripe-node", "node", "neither apikey nor config.authenticator provided", &noKey, ""},
	{"a Stripe SDK", "", "no api key provided", &noKey, ""},
	{"Stripe's API", "", "invalid api key provided", &realAPI, ""},
	{"Stripe's API", "", "expired api key provided", &realAPI, ""},
	{"Stripe's API", "", "you did not provide an api key", &realAPI, "give its SDK any test key, such as sk_test_123, and point it at fakestripe's API"},
	{"Stripe's API", "", "an error occurred with our connection to stripe", &realAPI, ""},

	// CSRF protection.
	{"Django", "python", "csrf verification failed", &wantsToken, "put @csrf_exempt on the view"},
	{"Django REST framework", "python", "csrf failed:", &wantsToken, "set authentication_classes = [] on the view"},
	{"Flask-WTF", "python", "the csrf token is missing", &wantsToken, "put @csrf.exempt on the view"},
	{"Rails", "ruby", "invalidauthenticitytoken", &wantsToken, "skip_before_action :verify_authenticity_token in the webhook's controller"},
	{"Rails", "ruby", "can't verify csrf token authenticity", &wantsToken, "skip_before_action :verify_authenticity_token in the webhook's controller"},
	{"Laravel", "php", "csrf token mismatch", &wantsToken, "in bootstrap/app.php, $middleware->validateCsrfTokens(except: ['webhook']); before Laravel 11, $except in VerifyCsrfToken"},
	{"Laravel", "php", "page expired", &wantsToken, "in bootstrap/app.php, $middleware->validateCsrfTokens(except: ['webhook']); before Laravel 11, $except in VerifyCsrfToken"},
	{"csurf", "node", "invalid csrf token", &wantsToken, "register the webhook's route before app.use(csurf())"},
	{"csurf", "node", "misconfigured csrf", &wantsToken, "register the webhook's route before app.use(csurf())"},
	{"Fastify", "node", "missing csrf secret", &wantsToken, "leave fastify.csrfProtection off this route"},
	{"Spring Security", "java", "could not verify the provided csrf token", &wantsToken, "http.csrf(c -> c.ignoringRequestMatchers(\"/webhook\"))"},
	{"Spring Security", "java", "invalid csrf token '", &wantsToken, "http.csrf(c -> c.ignoringRequestMatchers(\"/webhook\"))"},
	{"ASP.NET Core", "dotnet", "antiforgery token", &wantsToken, "put [IgnoreAntiforgeryToken] on the action"},
	{"Phoenix", "", "invalid csrf (cross site request forgery) token", &wantsToken, "take the route out of the :browser pipeline"},
	{"gorilla/csrf", "go", "forbidden - csrf token", &wantsToken, "keep the webhook's route out of csrf.Protect"},
	{"gorilla/csrf", "go", "forbidden - referer", &wantsToken, "keep the webhook's route out of csrf.Protect"},
	{"gorilla/csrf", "go", "forbidden - origin", &wantsToken, "keep the webhook's route out of csrf.Protect"},

	// Host names.
	{"Django", "python", "invalid http_host header", &wrongHost, "add the host name to ALLOWED_HOSTS"},
	{"Rails", "ruby", "blocked host", &wrongHost, "config.hosts << the host name"},
	{"Vite", "node", "blocked request. this host", &wrongHost, "add the host name to server.allowedHosts, or deliver to the API's own port"},
	{"webpack", "node", "invalid host header", &wrongHost, "set devServer.allowedHosts, or deliver to the API's own port"},

	// Logins, and services that ask for one.
	{"AWS API Gateway", "", `"missing authentication token"`, &wrongPath, "API Gateway says this of a path or method that it does not have: is the stage (/prod) in the URL?"},
	{"Supabase", "", "missing authorization header", &wantsLogin, "deploy the function with --no-verify-jwt"},
	{"Supabase", "", `"invalid jwt"`, &wantsLogin, "deploy the function with --no-verify-jwt"},
	{"Google Cloud", "", "your client does not have permission to get url", &wantsLogin, "allow unauthenticated invocations (--allow-unauthenticated)"},
	{"Vercel", "", "_vercel_sso_nonce", &wantsLogin, "turn Deployment Protection off for this URL, or add its bypass secret to it"},
	{"Django REST framework", "python", "authentication credentials were not provided", &wantsLogin, "set authentication_classes = [] and permission_classes = [] on the view"},
	{"Laravel", "php", `"unauthenticated."`, &wantsLogin, "take the route out of the auth middleware"},
	{"Spring Security", "java", "full authentication is required", &wantsLogin, "authorizeHttpRequests(a -> a.requestMatchers(\"/webhook\").permitAll())"},
	{"Cloudflare", "", "just a moment...", &wantsLogin, "skip challenges for the webhook's path in the WAF"},
	{"Cloudflare", "", "attention required! | cloudflare", &wantsLogin, "skip the rule for the webhook's path in the WAF"},

	// The tunnel or proxy itself.
	{"ngrok", "", "err_ngrok_", &tunnelDown, ""},
	{"localtunnel", "", "tunnel unavailable", &tunnelDown, ""},
	{"Cloudflare", "", "unable to reach the origin service", &tunnelDown, ""},
	{"Heroku", "", "no such app", &tunnelDown, "is the app's name right?"},

	// Paths and methods.
	{"Django", "python", "have append_slash set", &slash, ""},
	{"Express", "node", "cannot post /", &wrongPath, "no route takes POST at this path: is it right, and is the router mounted?"},
	{"Spring", "java", "request method 'post' is not supported", &wrongMethod, "put @PostMapping on the method"},
	{"Flask", "python", "the method is not allowed for the requested url", &wrongMethod, "@app.route(…, methods=['POST'])"},
	{"Laravel", "php", "the post method is not supported for", &wrongMethod, "Route::post(…), in routes/api.php or exempt from CSRF protection"},
	{"Django REST framework", "python", `method "post" not allowed`, &wrongMethod, "@api_view(['POST'])"},

	// What the framework does with the body before the handler.
	{"Fetch", "node", "body is unusable", &readTwice, "const body = await request.text(), once, and no request.json()"},
	{"Fetch", "node", "body has already been read", &readTwice, "const body = await request.text(), once, and no request.json()"},
	{"Fetch", "node", "body has already been used", &readTwice, "const body = await request.text(), once, and no request.json()"},
	{"Fetch", "node", "body stream already read", &readTwice, "const body = await request.text(), once, and no request.json()"},
	{"Bun", "node", "body already used", &readTwice, "const body = await request.text(), once, and no request.json()"},
	{"raw-body", "node", "stream is not readable", &readTwice, "register this route before the body parsers; with Next.js, export const config = {api: {bodyParser: false}}"},
	{"Django", "python", "you cannot access body after reading from request's data stream", &readTwice, "verify request.body before request.data or request.POST is used"},
	{"Starlette", "python", "stream consumed", &readTwice, "await request.body(), which may be read again, instead of request.stream()"},
	{"a servlet", "java", "getinputstream() has already been called", &readTwice, "take @RequestBody String, and let no filter read the request"},
	{"a servlet", "java", "getreader() has already been called", &readTwice, "take @RequestBody String, and let no filter read the request"},
	{"Go", "go", "invalid read on closed body", &readTwice, "io.ReadAll(r.Body) once, in the handler, before it returns"},
	{"nginx", "", "413 request entity too large … nginx", &tooLarge, "client_max_body_size 2m;"},
	{"Next.js", "node", "body exceeded 1mb limit", &tooLarge, "export const config = {api: {bodyParser: false}}, and read the raw body"},
	{"Vercel", "", "function_payload_too_large", &tooLarge, "a function takes 4.5 MB"},
	{"Go", "go", "http: request body too large", &tooLarge, "raise the limit of http.MaxBytesReader"},
	{"Flask", "python", "request entity too large … exceeds the capacity limit", &tooLarge, "raise MAX_CONTENT_LENGTH"},
	{"Django", "python", "request body exceeded settings.data_upload_max_memory_size", &tooLarge, "raise DATA_UPLOAD_MAX_MEMORY_SIZE"},
	{"body-parser", "node", "request entity too large", &tooLarge, "express.raw({type: 'application/json', limit: '1mb'}); the default is 100kb"},
	{"Fastify", "node", "fst_err_ctp_body_too_large", &tooLarge, "set bodyLimit"},
	{"Fastify", "node", "fst_err_ctp_invalid_media_type", &wrongMedia, "addContentTypeParser('application/json', {parseAs: 'buffer'}, …)"},
	{"Spring", "java", "content-type 'application/json;charset=utf-8' is not supported", &wrongMedia, "take @RequestBody String, without consumes"},
	{"Django REST framework", "python", `unsupported media type "application/json`, &wrongMedia, "add JSONParser to parser_classes, and verify request.body"},
	{"ASP.NET Core", "dotnet", "one or more validation errors occurred", &validated, "read Request.Body instead of a [FromBody] model"},
	{"FastAPI", "python", `"loc":["body"`, &validated, "take request: Request instead of a model, and await request.body()"},
	{"FastAPI", "python", `"loc":["header"`, &validated, "stripe_signature: str = Header(...), which reads Stripe-Signature"},
	{"FastAPI", "python", `"loc":["query"`, &validated, "take request: Request; a plain parameter is read from the query"},
	{"NestJS", "node", "should not exist", &validated, "take @Req() req: RawBodyRequest<Request> instead of a DTO, and verify req.rawBody"},
}
