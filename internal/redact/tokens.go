package redact

import "github.com/fakestripe/fakestripe/internal/credential"

// tokens are the keys, tokens and passwords found anywhere. If an expression has groups,
// the last one is the value.
//
// Source: the formats published by their issuers.
var tokens = []pattern{
	{name: "signing secret or key of Stripe", kind: kindSecret, needs: hasUnderscore, places: stripeKeys,
		example: "«whsec_5f0b1c2d3e4f5a6b7c8d»", reason: "who has it signs events, or calls the API"},
	{name: "second half of a client secret", kind: kindSecret, needs: hasUnderscore, places: clientSecrets,
		example: "pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_«YrKJUKribcBjcG8H»", reason: "a browser confirms a payment with it"},
	{name: "JSON Web Token", kind: kindSecret, needs: hasDot, hints: "eyJ",
		expr:    lazy(`\beyJ[0-9A-Za-z_-]{5,}\.[0-9A-Za-z_-]{5,}(?:\.[0-9A-Za-z_-]*)?`),
		example: "«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmN»", reason: "a session, and what it says of its owner"},
	{name: "bearer token", kind: kindSecret, needs: hasSpace,
		expr:    lazy(`(?i)\bBearer\s+([0-9A-Za-z._~+/=-]{6,})`),
		example: "Authorization: Bearer «abc.def-123456»", reason: "RFC 6750"},
	{name: "user and password of HTTP", kind: kindSecret, needs: hasSpace,
		expr: lazy(`(?i)\bBasic\s+([0-9A-Za-z+/=]{6,})`), parts: ifTrue(notOnlyLetters),
		example: "Basic «dXNlcjpwYXNzd29yZA==»", reason: "RFC 7617"},
	{name: "what is called a password", kind: kindSecret, needs: hasValue,
		expr:    lazy(`(?i)(?:password|passwd|pwd|passphrase|secret|token|(?:api|access|private|secret|account)[_-]?key|authorization)["']?\s*[=:]\s*["']?([^\s"'&,;]{4,})`),
		example: "host=db password=«hunter22x»;", reason: "connection strings, settings, forms"},
	{name: "password in a URL", kind: kindSecret, needs: hasColon | hasAt,
		expr:    lazy(`://[^\s/?#"'<>@:]*:([^\s/"'<>]+)@`),
		example: "postgres://shop:«kiln-9-leaf»@db:5432/shop", reason: "RFC 3986, 3.2.1"},
	{name: "private key", kind: kindSecret, hints: "PRIVATE",
		expr:    lazy(`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?-----END [A-Z0-9 ]{0,60}-----|.*)`),
		example: "-----BEGIN RSA PRIVATE KEY-----\n«MIIEowIBAAKCAQEA7bq9»\n-----END RSA PRIVATE KEY-----", reason: "RFC 7468; one without its end goes to the end of the text"},
	{name: "private key of PuTTY", kind: kindSecret, hints: "PuTTY-User",
		expr:    lazy(`PuTTY-User-Key-File-\d: (?s:.*)`),
		example: "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n«AAAAIHn2q8bqz0PT»", reason: "a key for logging in"},
	{name: "access key id of AWS", kind: kindSecret, hints: "AKIA ASIA ABIA ACCA",
		expr:    lazy(`\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b`),
		example: "«AKIAIOSFODNN7EXAMPLE»", reason: "IAM unique identifiers"},
	{name: "secret access key of AWS", kind: kindSecret, hints: "AKIA ASIA",
		expr:    lazy(`\b(?:AKIA|ASIA)[0-9A-Z]{16}[^0-9A-Za-z+/]{1,20}([0-9A-Za-z+/]{40})(?:[^0-9A-Za-z+/]|$)`),
		example: "AKIAIOSFODNN7EXAMPLE,«wJalrXUtnFEMIfK7MDENGabPxRfiCYEXAMPLEKEY»", reason: "40 characters that are known by the id before them, or by their name"},
	{name: "API key of Google", kind: kindSecret, hints: "AIza",
		expr:    lazy(`\bAIza[0-9A-Za-z_-]{35}`),
		example: "«AIzaSyA1234567890abcdefghijklmnopqrstuv»", reason: "Maps, Firebase"},
	{name: "OAuth secret or token of Google", kind: kindSecret, hints: "GOCSPX- ya29.",
		expr:    lazy(`\b(?:GOCSPX-[0-9A-Za-z_-]{28}|ya29\.[0-9A-Za-z_-]{20,})`),
		example: "«GOCSPX-1234567890abcdefghijklmnopqr»", reason: "who has it acts as the application"},
	{name: "token of GitHub", kind: kindSecret, needs: hasUnderscore, hints: "gh github_pat_",
		expr:    lazy(`\b(?:gh[oprsu]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{22,})`),
		example: "«ghp_1234567890abcdefghijklmnopqrstuvwxyz»", reason: "repositories"},
	{name: "token of GitLab", kind: kindSecret, hints: "gl",
		expr:    lazy(`\bgl(?:pat|dt|rt|oas|ptt|soat|ft|imt|agent|cbt|ffct)-[0-9A-Za-z_-]{20,}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?`),
		example: "«glpat-1234567890abcdefghij»", reason: "repositories"},
	{name: "token of Slack", kind: kindSecret, hints: "xox xapp-",
		expr:    lazy(`\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[0-9A-Za-z-]{10,}`),
		example: "«xoxb-123456789012-abcdefghijkl»", reason: "messages"},
	{name: "webhook of Slack", kind: kindSecret, hints: "hooks.slack.com",
		expr:    lazy(`hooks\.slack\.com/[a-z]+/([0-9A-Za-z/]{20,})`),
		example: "https://hooks.slack.com/services/«T00000000/B00000000/abcdefghijklmnopqrstuvwx»", reason: "who has it posts"},
	{name: "token of npm", kind: kindSecret, hints: "npm_",
		expr:    lazy(`\bnpm_[0-9A-Za-z]{36}`),
		example: "«npm_1234567890abcdefghijklmnopqrstuvwxyz»", reason: "packages"},
	{name: "token of PyPI", kind: kindSecret, hints: "pypi-",
		expr:    lazy(`\bpypi-[0-9A-Za-z_-]{50,}`),
		example: "«pypi-AgEIcHlwaS5vcmcCJDEyMzQ1Njc4LTEyMzQtMTIzNC0xMjM0LTEyMzQ1Ng»", reason: "packages"},
	{name: "key of SendGrid", kind: kindSecret, needs: hasDot, hints: "SG.",
		expr:    lazy(`\bSG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{16,64}`),
		example: "«SG.1234567890abcdefghijkl.1234567890abcdefghijklmnopqrstuvwxyzABCDEFG»", reason: "mail"},
	{name: "key or account of Twilio", kind: kindSecret, hints: "SK AC",
		expr:    lazy(`\b(?:SK|AC)[0-9a-f]{32}\b`),
		example: "«SK0123456789abcdef0123456789abcdef»", reason: "text messages"},
	{name: "key in a connection string of Azure", kind: kindSecret, hints: "AccountKey= SharedAccessKey=",
		expr:    lazy(`(?:AccountKey|SharedAccessKey)=([0-9A-Za-z+/]{20,}={0,2})`),
		example: "AccountName=shop;AccountKey=«MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ubw==»;EndpointSuffix=core.windows.net", reason: "storage, queues"},
	{name: "shared access signature of Azure", kind: kindSecret, hints: "sig=",
		expr:    lazy(`[?&;]sig=([0-9A-Za-z%+/=_-]{20,})`),
		example: "https://shop.blob.core.windows.net/?sv=2022-11-02&sig=«MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ubw»", reason: "a URL that opens a file"},
	{name: "token of Shopify", kind: kindSecret, hints: "shp",
		expr:    lazy(`\bshp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}`),
		example: "«shpat_0123456789abcdef0123456789abcdef»", reason: "a shop's data"},
	{name: "key of Square", kind: kindSecret, hints: "sq0",
		expr:    lazy(`\bsq0[a-z]{3}-[0-9A-Za-z_-]{22,43}`),
		example: "«sq0atp-1234567890abcdefghijkl»", reason: "payments"},
	{name: "token of DigitalOcean", kind: kindSecret, hints: "_v1_",
		expr:    lazy(`\bdo[opr]_v1_[0-9a-f]{64}`),
		example: "«dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef»", reason: "servers"},
	{name: "token of Vault", kind: kindSecret, hints: "hvs. hvb. hvr.",
		expr:    lazy(`\bhv[bsr]\.[0-9A-Za-z_-]{20,}`),
		example: "«hvs.1234567890abcdefghijklmn»", reason: "more secrets"},
	{name: "key of a language model", kind: kindSecret, hints: "sk-",
		expr:    lazy(`\bsk-(?:[a-z0-9]{2,10}-)*[0-9A-Za-z_-]{20,}`),
		example: "«sk-proj-1234567890abcdefghijklmn»", reason: "OpenAI, Anthropic"},
}

// stripeKeys returns the positions of signing secrets and keys, including prefixes.
func stripeKeys(text string) (places [][2]int) {
	for _, s := range credential.Spans(text) {
		if !s.ClientSecret() {
			places = append(places, [2]int{s.Start, s.End})
		}
	}
	return places
}

// clientSecrets returns the positions of client secrets' second halves.
func clientSecrets(text string) (places [][2]int) {
	for _, s := range credential.Spans(text) {
		if s.ClientSecret() {
			places = append(places, [2]int{s.Value, s.End})
		}
	}
	return places
}
