package refusal

// A Cause is a reason why a genuine event is refused.
type Cause struct {
	ID      string
	Problem string // about the handler, called "it"
	Fix     string // the first thing to do

	// Topic is the topic of further fixes in webhooktest/internal/mistakes, if any.
	Topic string

	// Unsure means that the text says what the handler saw, but not why.
	Unsure bool
}

// Causes used by other packages.
var (
	// NoMatch means that a signature was computed and compared.
	NoMatch = Cause{
		ID: "no-match", Topic: "which secret", Unsure: true,
		Problem: "it compared the signatures and none matched: most likely its secret is another one; else the body was changed before it was verified",
		Fix:     "give both sides the same secret; fakestripe check tries the known changes of the body",
	}
	// HeaderUnread means that the header is missing or malformed when the handler verifies
	// it. Some SDKs have one sentence for both.
	HeaderUnread = Cause{
		ID: "header-unread", Topic: "header lost",
		Problem: "it found no timestamp and signature in the Stripe-Signature header: the header was lost or changed before it was verified",
		Fix:     "pass on the header's value unchanged, and see what stands before the handler",
	}
	// WantsThin means that a parser of thin events received a snapshot event.
	WantsThin = Cause{
		ID:      "wants-thin",
		Problem: "it parses thin events, and was sent a snapshot event",
		Fix:     "send a thin type, or parse with constructEvent",
	}
	// WantsSnapshot means that a parser of snapshot events received a thin event.
	WantsSnapshot = Cause{
		ID:      "wants-snapshot",
		Problem: "it parses snapshot events, and was sent a thin event",
		Fix:     "send a snapshot type (fakestripe list); thin events go to an event destination of their own, which parses with parseEventNotification",
	}
	// Crashed means that the response is not a refusal.
	Crashed = Cause{
		ID: "crashed", Unsure: true,
		Problem: "a response of 5xx is no refusal: the handler crashed, or returned an error",
		Fix:     "look in its log for the exception or the error",
	}
	// RealAPI means that a call of Stripe's API failed.
	RealAPI = Cause{
		ID:      "real-api",
		Problem: "it called Stripe's real API, which does not know the objects of these events",
		Fix:     "point its SDK at fakestripe's API, which fakestripe listen serves, and fakestripe check if you ask for it",
	}
	// UnreachableAPI means that the handler could not call Stripe's API.
	UnreachableAPI = Cause{
		ID:      "unreachable-api",
		Problem: "it calls Stripe's API, and nothing answers where its SDK looks for it",
		Fix:     "point its SDK at fakestripe's API, which fakestripe listen serves, and fakestripe check if you ask for it",
	}
	// UnknownObject means that the handler looked up an object of the app in vain.
	UnknownObject = Cause{
		ID: "unknown-object", Unsure: true,
		Problem: "it seems to look up an order, a user or the like that the app does not have",
		Fix:     "name one that it has, or make one for each event",
	}
)

// The other causes.
var (
	parsedBody = Cause{
		ID: "parsed-body", Topic: "raw body",
		Problem: "it verifies a parsed object instead of the raw body",
		Fix:     "keep the raw body on this route, as bytes or text",
	}
	noBody = Cause{
		ID: "no-body", Topic: "consumed",
		Problem: "it verifies an empty body: something read the request before it, or the variable with the raw body is not set",
		Fix:     "read the raw body once, before anything parses it",
	}
	readTwice = Cause{
		ID: "read-twice", Topic: "consumed",
		Problem: "the body was read before, and can be read only once",
		Fix:     "read it once, before anything parses it, and verify that text",
	}
	headerLost = Cause{
		ID: "header-lost", Topic: "header lost",
		Problem: "it got no Stripe-Signature header: the header was lost before it was verified, or is read by another name",
		Fix:     "read the header by its name, and let what stands before the handler forward it",
	}
	headerList = Cause{
		ID: "header-list", Topic: "header",
		Problem: "it passes a list instead of the Stripe-Signature header's value",
		Fix:     "pass the value, which is one text",
	}
	headerCut = Cause{
		ID: "header-cut", Topic: "header",
		Problem: "it got a Stripe-Signature header without a v1 signature: the value was cut at a comma, or another header is read",
		Fix:     "forward Stripe-Signature unchanged; it is one value that contains commas",
	}
	noSecret = Cause{
		ID: "no-secret", Topic: "unset secret",
		Problem: "it has no signing secret: the variable is not set",
		Fix:     "set the variable that the handler reads",
	}
	spacedSecret = Cause{
		ID: "spaced-secret", Topic: "secret",
		Problem: "it has white space or a line break in its signing secret",
		Fix:     "trim the secret",
	}
	needsAsync = Cause{
		ID:      "needs-async",
		Problem: "it calls constructEvent where the runtime can only verify asynchronously",
		Fix:     "await constructEventAsync(body, header, secret)",
	}
	outsideTolerance = Cause{
		ID: "outside-tolerance", Topic: "clock",
		Problem: "it finds the timestamp of the signature too old: its clock is not the sender's, or the event waited",
		Fix:     "synchronize the clocks (in a container or virtual machine, too), and verify an event when it arrives",
	}
	notJSON = Cause{
		ID: "not-json", Topic: "raw body",
		Problem: "it verified the signature, and then could not read the body as an event",
		Fix:     "give the SDK the body as it came; if the event is your own file, compare it with fakestripe render",
	}
	badText = Cause{
		ID: "bad-text", Topic: "charset",
		Problem: "it could not compute the signature: the secret or the body is not set, or is not valid UTF-8",
		Fix:     "set the secret, and read the body as UTF-8",
	}
	wantsToken = Cause{
		ID: "csrf", Topic: "CSRF",
		Problem: "its CSRF protection refuses the request: a webhook has no token",
		Fix:     "exempt the webhook's route from CSRF protection; the signature protects it",
	}
	wantsLogin = Cause{
		ID:      "login",
		Problem: "a login or an API key is asked for, which Stripe does not have",
		Fix:     "exempt the webhook's route from authentication; the signature is its own",
	}
	forbidden = Cause{
		ID: "forbidden", Unsure: true,
		Problem: "it is forbidden",
		Fix:     "exempt the webhook from CSRF protection and logins",
	}
	wrongHost = Cause{
		ID:      "host",
		Problem: "it refuses the host name in the request",
		Fix:     "allow the host name, or send the Host header that it expects",
	}
	wrongPath = Cause{
		ID: "path", Unsure: true,
		Problem: "there is nothing at this URL",
		Fix:     "is the path right?",
	}
	wrongMethod = Cause{
		ID: "method", Unsure: true,
		Problem: "the URL does not take POST",
		Fix:     "is the path right?",
	}
	slash = Cause{
		ID:      "slash",
		Problem: "its URL ends in a slash, and Stripe does not follow the redirect there",
		Fix:     "add the slash to the URL",
	}
	tooLarge = Cause{
		ID: "too-large", Topic: "limit",
		Problem: "the body is too large for it",
		Fix:     "raise the limit",
	}
	wrongMedia = Cause{
		ID:      "media-type",
		Problem: "it does not take application/json; charset=utf-8",
		Fix:     "take every content type on this route",
	}
	validated = Cause{
		ID: "validated", Topic: "raw body",
		Problem: "the framework checks the request against a model before the handler sees it",
		Fix:     "take the raw request instead of a model; read the header by its name, Stripe-Signature",
	}
	noKey = Cause{
		ID:      "no-key",
		Problem: "its SDK has no API key: the variable is not set",
		Fix:     "set the variable that the handler reads; any test key does, such as sk_test_123",
	}
	tunnelDown = Cause{
		ID:      "tunnel",
		Problem: "the tunnel or the proxy answered, and found nobody behind it",
		Fix:     "start the handler, and check the port to which it is forwarded",
	}
)
