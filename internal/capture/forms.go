package capture

// A table of the formats of captures and envelopes, by their keys. Find does not need them,
// since it looks inside; they name a source for readers.

// A form is a format of JSON objects.
type form struct {
	name string
	keys []string // it has all of these paths
}

// forms are in order: the first match gives the name.
var forms = []form{
	{"a HAR file", []string{"log.entries"}},
	{"a request of a HAR file", []string{"request.postData"}},
	{"a Postman collection", []string{"info", "item"}},
	{"a request of a Postman collection", []string{"request.header", "request.body.mode"}},
	{"smee's envelope", []string{"stripe-signature", "body", "query"}},
	{"a Lambda event", []string{"body", "isBase64Encoded"}},
	{"a Lambda event", []string{"body", "requestContext"}},
	{"a Lambda event", []string{"body", "headers", "httpMethod"}},
	{"an EventBridge event", []string{"detail-type", "detail"}},
	{"a CloudEvent", []string{"specversion"}},
	{"an Event Grid event", []string{"eventType", "data"}},
	{"an SNS message", []string{"TopicArn", "Message"}},
	{"a batch of messages", []string{"Records"}},
	{"a Pub/Sub message", []string{"message.data"}},
	{"a Cloud Logging record", []string{"jsonPayload"}},
	{"a Cloud Logging record", []string{"textPayload"}},
	{"a Cloud Logging record", []string{"insertId"}},
	{"a Cloudflare log record", []string{"scriptName"}},
	{"a Cloudflare log record", []string{"event.request", "logs"}},
	{"a Vercel log record", []string{"deploymentId"}},
	{"a Vercel log record", []string{"proxy"}},
	{"a response of ngrok's API", []string{"requests"}},
	{"a request of ngrok's API", []string{"request.raw"}},
	{"an SDK's error", []string{"header", "payload"}},
	{"a list of events", []string{"data", "has_more"}},
	{"a webhook.site request", []string{"content", "headers"}},
	{"a request as JSON", []string{"headers", "body"}},
	{"a record of journald", []string{"MESSAGE"}},
	{"a log record", []string{"level"}},
	{"a log record", []string{"severity"}},
	{"a log record", []string{"message"}},
}

// formOf returns the name of an object's format, or "".
func formOf(n *node) string {
	if n.kind != '{' {
		return ""
	}
	for _, f := range forms {
		if f.fits(n) {
			return f.name
		}
	}
	return ""
}

func (f form) fits(n *node) bool {
	for _, path := range f.keys {
		if n.at(path) == nil {
			return false
		}
	}
	return true
}
