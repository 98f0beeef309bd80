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
	{"stripe-java", "java", `cannot invoke "string.split(string)" because "sigheader" is null`, &headerLost, ""},
	{"stripe-java", "java", `cannot invoke "string.getbytes(java.nio.charset.charset)" because "key" is null`, &noSecret, ""},
	{"stripe-ruby", "ruby", "undefined method `split' for nil", &headerLost, ""},
	{"stripe-ruby", "ruby", "undefined method 'split' for nil", &headerLost, ""},
	{"OpenSSL", "ruby", "no implicit conversion of nil into string", &noSecret, ""},
	{"PHP", "php", "hash_hmac(): argument #3 ($key) must be of type string, null given", &noSecret, ""},
	{"PHP", "php", "explode(): passing null to parameter #2", &headerLost, ""},
	{"PHP", "php", "explode(): argument #2 ($string) must be of type string, null given", &headerLost, ""},
	{"async-stripe", "", "error comparing signatures", &NoMatch, ""},
	{"async-stripe", "", "error comparing timestamps", &outsideTolerance, ""},
	{"spatie/laravel-stripe-webhooks", "php", "the webhook signing secret is not set", &noSecret, "set signing_secret in config/stripe-webhooks.php"},
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
	{"Spring", "java", "required request body is missing", &noBody, "let no filter read the request, and take @RequestBody String"},
	{"Spring", "java", "cannot deserialize value of type `java.lang.string` from object value", &parsedBody, "take @RequestBody String with a StringHttpMessageConverter, or HttpServletRequest"},
	{"ASP.NET Core", "dotnet", "synchronous operations are disallowed", &readTwice, "await new StreamReader(Request.Body).ReadToEndAsync()"},
	{"System.Text.Json", "dotnet", "the input does not contain any json tokens", &noBody, ""},
	{"Fastify", "node", "fst_err_ctp_empty_json_body", &noBody, "addContentTypeParser('application/json', {parseAs: 'buffer'}, …), and let no hook read the stream"},
	{"a Stripe SDK", "", "unable to extract timestamp and signatures", &HeaderUnread, ""}, // all but Go and .NET, and Elixir's
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
	{"Stripe's API", "", "invalid api key provided", &RealAPI, ""},
	{"Stripe's API", "", "expired api key provided", &RealAPI, ""},
	{"Stripe's API", "", "you did not provide an api key", &RealAPI, "give its SDK any test key, such as sk_test_123, and point it at fakestripe's API"},
	{"stripe-node", "node", "an error occurred with our connection to stripe", &UnreachableAPI, ""},
	{"stripe-python", "python", "unexpected error communicating with stripe", &UnreachableAPI, ""},
	{"stripe-python, stripe-php", "", "could not connect to stripe", &UnreachableAPI, ""},
	{"stripe-ruby", "ruby", "unexpected error communicating when trying to connect to stripe", &UnreachableAPI, ""},

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
	{"Django Ninja", "python", "csrf check failed", &wantsToken, "NinjaAPI(csrf=False), or a router without cookie authentication"},
	{"Flask-WTF", "python", "the csrf session token is missing", &wantsToken, "put @csrf.exempt on the view"},
	{"Litestar, Starlette", "python", "csrf token verification failed", &wantsToken, "exempt the route (exclude, exempt_urls)"},
	{"Echo", "go", "missing csrf token in", &wantsToken, "set Skipper of middleware.CSRFConfig for the webhook's path"},
	{"AdonisJS", "node", "invalid or expired csrf token", &wantsToken, "add the route to csrf.exceptRoutes in config/shield.ts"},
	{"nuxt-csurf", "node", "csrf token mismatch", &wantsToken, "routeRules: {'/webhook': {csurf: false}}"},
	{"CakePHP", "php", "missing csrf token", &wantsToken, "skip CsrfProtectionMiddleware for the route (skipCheckCallback)"},
	{"CakePHP", "php", "missing or incorrect csrf cookie", &wantsToken, "skip CsrfProtectionMiddleware for the route (skipCheckCallback)"},
	{"CodeIgniter", "php", "the action you requested is not allowed", &wantsToken, "except: ['webhook'] for the csrf filter in app/Config/Filters.php"},
	{"Yii", "php", "unable to verify your data submission", &wantsToken, "public $enableCsrfValidation = false in the controller"},
	{"Symfony", "php", "the csrf token is invalid", &wantsToken, "do not check a form's token on this route"},
	{"SvelteKit, Astro", "node", "cross-site post form submissions are forbidden", &wantsToken, "csrf.trustedOrigins (SvelteKit), security.checkOrigin (Astro)"},
	{"Go", "go", "cross-origin request detected", &wantsToken, "AddInsecureBypassPattern for the webhook's path on http.CrossOriginProtection"},

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
	{"Cloudflare Access", "", "cloudflareaccess.com", &wantsLogin, "add a Bypass policy for the webhook's path"},
	{"AWS Lambda", "", "function url authorization", &wantsLogin, "set the function URL's auth type to NONE"},
	{"AWS API Gateway", "", `{"message":"forbidden"}`, &wantsLogin, "require no API key for the method, and let the WAF pass the webhook's path"},
	{"AWS API Gateway", "", `{"message":"unauthorized"}`, &wantsLogin, "take the authorizer off the route"},
	{"Google IAP", "", "invalid iap credentials", &wantsLogin, "put the webhook on a backend without IAP"},
	{"GitHub Codespaces", "", "github.dev/pf-signin", &wantsLogin, "make the forwarded port public"},
	{"localtunnel", "", "tunnel password", &wantsLogin, "use a tunnel without a page in front of it, such as cloudflared"},
	{"ngrok", "", "you are about to visit", &wantsLogin, "send the header ngrok-skip-browser-warning, or use a tunnel without a page in front of it"},
	{"ASP.NET Core", "dotnet", "authorization failed. these requirements were not met", &wantsLogin, "put [AllowAnonymous] on the action"},

	// The tunnel or proxy itself.
	{"ngrok", "", "err_ngrok_", &tunnelDown, ""},
	{"localtunnel", "", "tunnel unavailable", &tunnelDown, ""},
	{"Cloudflare", "", "unable to reach the origin service", &tunnelDown, ""},
	{"Heroku", "", "no such app", &tunnelDown, "is the app's name right?"},
	{"Heroku", "", "an error occurred in the application and your page could not be served", &tunnelDown, "see heroku logs: the app is down, crashed or slow"},
	{"Railway", "", "application failed to respond", &tunnelDown, "listen on 0.0.0.0 and the port in PORT"},
	{"Envoy", "", "no healthy upstream", &tunnelDown, ""},
	{"Envoy", "", "upstream connect error or disconnect/reset before headers", &tunnelDown, ""},
	{"HAProxy", "", "no server is available to handle this request", &tunnelDown, ""},
	{"Kubernetes", "", "default backend - 404", &wrongPath, "the ingress has no rule for this host and path"},
	{"Cloudflare", "", "error code: 1033", &tunnelDown, "start cloudflared"},
	{"Vercel", "", "deployment_not_found", &tunnelDown, "is the deployment's URL right?"},
	{"VS Code", "", "devtunnels … connect to … refused", &tunnelDown, ""},

	// Paths and methods.
	{"Django", "python", "have append_slash set", &slash, ""},
	{"Express", "node", "cannot post /", &wrongPath, "no route takes POST at this path: is it right, and is the router mounted?"},
	{"Fastify", "node", "route post:", &wrongPath, "no route takes POST at this path: is it right, and is the plugin registered under a prefix?"},
	{"Rails", "ruby", "no route matches [post]", &wrongPath, "post '/webhook' in config/routes.rb"},
	{"Laravel", "php", "could not be found … notfoundhttpexception", &wrongPath, "Route::post(…); paths in routes/api.php begin with /api"},
	{"Symfony", "php", "no route found for \"post", &wrongPath, "#[Route(…, methods: ['POST'])]"},
	{"Phoenix", "", "no route found for post", &wrongPath, "post \"/webhook\", … in the router"},
	{"SvelteKit", "node", "post method not allowed", &wrongMethod, "export a POST function from +server.js"},
	{"React Router, Remix", "node", "you made a post request to … but did not provide an `action`", &wrongMethod, "export an action from the route"},
	{"h3, Nuxt", "node", "http method is not allowed", &wrongMethod, "name the file webhook.post.ts"},
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
	{"Deno", "node", "body already consumed", &readTwice, "const body = await request.text(), once, and no request.json()"},
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
	{"Django Ninja", "python", `"loc": ["body"`, &validated, "take request alone instead of a schema, and verify request.body"},
	{"FastAPI", "python", `"loc":["header"`, &validated, "stripe_signature: str = Header(...), which reads Stripe-Signature"},
	{"FastAPI", "python", `"loc":["query"`, &validated, "take request: Request; a plain parameter is read from the query"},
	{"NestJS", "node", "should not exist", &validated, "take @Req() req: RawBodyRequest<Request> instead of a DTO, and verify req.rawBody"},
	{"Laravel", "php", "the given data was invalid", &validated, "take Request instead of a form request, and verify $request->getContent()"},
	{"Spring", "java", "failed to read http message", &validated, "take @RequestBody String instead of a class"},
	{"Elysia", "node", `"type":"validation"`, &validated, "set parse: 'text' and no body schema on this route"},
}
