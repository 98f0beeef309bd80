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
		expr:    words(`\beyJ[0-9A-Za-z_-]{5,}\.[0-9A-Za-z_-]{5,}(?:\.[0-9A-Za-z_-]*)?`),
		example: "«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmN»", reason: "a session, and what it says of its owner"},
	{name: "bearer token", kind: kindSecret, needs: hasSpace,
		expr:    words(`(?i)\bBearer\s+([0-9A-Za-z._~+/=-]{6,})`),
		example: "Authorization: Bearer «abc.def-123456»", reason: "RFC 6750"},
	{name: "user and password of HTTP", kind: kindSecret, needs: hasSpace,
		expr: words(`(?i)\bBasic\s+([0-9A-Za-z+/=]{6,})`), parts: ifTrue(notOnlyLetters),
		example: "Basic «dXNlcjpwYXNzd29yZA==»", reason: "RFC 7617"},
	{name: "what is called a password", kind: kindSecret, needs: hasValue,
		expr:    words(`(?i)(?:password|passwd|pwd|passphrase|secret|token|(?:api|access|private|secret|account)[_-]?key|authorization)["']?\s*[=:]\s*["']?([^\s"'&,;]{4,})`),
		example: "host=db password=«hunter22x»;", reason: "connection strings, settings, forms"},
	{name: "password in a URL", kind: kindSecret, needs: hasColon | hasAt,
		expr:    words(`://[^\s/?#"'<>@:]*:([^\s/"'<>]+)@`),
		example: "postgres://shop:«kiln-9-leaf»@db:5432/shop", reason: "RFC 3986, 3.2.1"},
	{name: "private key", kind: kindSecret, hints: "PRIVATE",
		expr:    words(`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?-----END [A-Z0-9 ]{0,60}-----|.*)`),
		example: "-----BEGIN RSA PRIVATE KEY-----\n«MIIEowIBAAKCAQEA7bq9»\n-----END RSA PRIVATE KEY-----", reason: "RFC 7468; one without its end goes to the end of the text"},
	{name: "private key of PuTTY", kind: kindSecret, hints: "PuTTY-User",
		expr:    words(`PuTTY-User-Key-File-\d: (?s:.*)`),
		example: "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n«AAAAIHn2q8bqz0PT»", reason: "a key for logging in"},
	{name: "access key id of AWS", kind: kindSecret, hints: "AKIA ASIA ABIA ACCA",
		expr:    words(`\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b`),
		example: "«AKIAIOSFODNN7EXAMPLE»", reason: "IAM unique identifiers"},
	{name: "secret access key of AWS", kind: kindSecret, hints: "AKIA ASIA",
		expr:    words(`\b(?:AKIA|ASIA)[0-9A-Z]{16}[^0-9A-Za-z+/]{1,20}([0-9A-Za-z+/]{40})(?:[^0-9A-Za-z+/]|$)`),
		example: "AKIAIOSFODNN7EXAMPLE,«wJalrXUtnFEMIfK7MDENGabPxRfiCYEXAMPLEKEY»", reason: "40 characters that are known by the id before them, or by their name"},
	{name: "API key of Google", kind: kindSecret, hints: "AIza",
		expr:    words(`\bAIza[0-9A-Za-z_-]{35}`),
		example: "«AIzaSyA1234567890abcdefghijklmnopqrstuv»", reason: "Maps, Firebase"},
	{name: "OAuth secret or token of Google", kind: kindSecret, hints: "GOCSPX- ya29.",
		expr:    words(`\b(?:GOCSPX-[0-9A-Za-z_-]{28}|ya29\.[0-9A-Za-z_-]{20,})`),
		example: "«GOCSPX-1234567890abcdefghijklmnopqr»", reason: "who has it acts as the application"},
	{name: "token of GitHub", kind: kindSecret, needs: hasUnderscore, hints: "gh github_pat_",
		expr:    words(`\b(?:gh[oprsu]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{22,})`),
		example: "«ghp_1234567890abcdefghijklmnopqrstuvwxyz»", reason: "repositories"},
	{name: "token of GitLab", kind: kindSecret, hints: "gl",
		expr:    words(`\bgl(?:pat|dt|rt|oas|ptt|soat|ft|imt|agent|cbt|ffct)-[0-9A-Za-z_-]{20,}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?`),
		example: "«glpat-1234567890abcdefghij»", reason: "repositories"},
	{name: "token of Slack", kind: kindSecret, hints: "xox xapp-",
		expr:    words(`\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[0-9A-Za-z-]{10,}`),
		example: "«xoxb-123456789012-abcdefghijkl»", reason: "messages"},
	{name: "webhook of Slack", kind: kindSecret, hints: "hooks.slack.com",
		expr:    words(`hooks\.slack\.com/[a-z]+/([0-9A-Za-z/]{20,})`),
		example: "https://hooks.slack.com/services/«T00000000/B00000000/abcdefghijklmnopqrstuvwx»", reason: "who has it posts"},
	{name: "token of npm", kind: kindSecret, hints: "npm_",
		expr:    words(`\bnpm_[0-9A-Za-z]{36}`),
		example: "«npm_1234567890abcdefghijklmnopqrstuvwxyz»", reason: "packages"},
	{name: "token of PyPI", kind: kindSecret, hints: "pypi-",
		expr:    words(`\bpypi-[0-9A-Za-z_-]{50,}`),
		example: "«pypi-AgEIcHlwaS5vcmcCJDEyMzQ1Njc4LTEyMzQtMTIzNC0xMjM0LTEyMzQ1Ng»", reason: "packages"},
	{name: "key of SendGrid", kind: kindSecret, needs: hasDot, hints: "SG.",
		expr:    words(`\bSG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{16,64}`),
		example: "«SG.1234567890abcdefghijkl.1234567890abcdefghijklmnopqrstuvwxyzABCDEFG»", reason: "mail"},
	{name: "key or account of Twilio", kind: kindSecret, hints: "SK AC",
		expr:    words(`\b(?:SK|AC)[0-9a-f]{32}\b`),
		example: "«SK0123456789abcdef0123456789abcdef»", reason: "text messages"},
	{name: "key in a connection string of Azure", kind: kindSecret, hints: "AccountKey= SharedAccessKey=",
		expr:    words(`(?:AccountKey|SharedAccessKey)=([0-9A-Za-z+/]{20,}={0,2})`),
		example: "AccountName=shop;AccountKey=«MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ubw==»;EndpointSuffix=core.windows.net", reason: "storage, queues"},
	{name: "shared access signature of Azure", kind: kindSecret, hints: "sig=",
		expr:    words(`[?&;]sig=([0-9A-Za-z%+/=_-]{20,})`),
		example: "https://shop.blob.core.windows.net/?sv=2022-11-02&sig=«MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ubw»", reason: "a URL that opens a file"},
	{name: "token of Shopify", kind: kindSecret, hints: "shp",
		expr:    words(`\bshp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}`),
		example: "«shpat_0123456789abcdef0123456789abcdef»", reason: "a shop's data"},
	{name: "key of Square", kind: kindSecret, hints: "sq0",
		expr:    words(`\bsq0[a-z]{3}-[0-9A-Za-z_-]{22,43}`),
		example: "«sq0atp-1234567890abcdefghijkl»", reason: "payments"},
	{name: "token of DigitalOcean", kind: kindSecret, hints: "_v1_",
		expr:    words(`\bdo[opr]_v1_[0-9a-f]{64}`),
		example: "«dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef»", reason: "servers"},
	{name: "token of Vault", kind: kindSecret, hints: "hvs. hvb. hvr.",
		expr:    words(`\bhv[bsr]\.[0-9A-Za-z_-]{20,}`),
		example: "«hvs.1234567890abcdefghijklmn»", reason: "more secrets"},
	{name: "key of a language model", kind: kindSecret, hints: "sk-",
		expr:    words(`\bsk-(?:[a-z0-9]{2,10}-)*[0-9A-Za-z_-]{20,}`),
		example: "«sk-proj-1234567890abcdefghijklmn»", reason: "OpenAI, Anthropic"},
	{name: "token of Atlassian", kind: kindSecret, hints: "AT",
		expr:    words(`\b(?:ATATT3|ATCTT3|ATBB)[0-9A-Za-z_=-]{20,}`),
		example: "«ATBBabcdefghijklmnopqrstuvwx01234567»", reason: "Bitbucket, Jira"},
	{name: "token of Gitea or Forgejo", kind: kindSecret, hints: "gitea forgejo codeberg Gitea Forgejo Codeberg",
		expr:    words(`(?i)\b(?:gitea|forgejo|codeberg)\b[^0-9A-Za-z]{1,3}(?:token[^0-9A-Za-z]{1,3})?([0-9a-f]{40})\b`),
		example: "forgejo token «0123456789abcdef0123456789abcdef01234567»", reason: "40 digits that are known by the name before them"},
	{name: "token of Docker Hub", kind: kindSecret, needs: hasUnderscore, hints: "dckr_",
		expr:    words(`\bdckr_(?:pat|oat)_[0-9A-Za-z_-]{20,}`),
		example: "«dckr_pat_abcdefghijklmnopqrstuvwxyz1»", reason: "images"},
	{name: "token of RubyGems", kind: kindSecret, needs: hasUnderscore, hints: "rubygems_",
		expr:    words(`\brubygems_[0-9a-f]{48}`),
		example: "«rubygems_0123456789abcdef0123456789abcdef0123456789abcdef»", reason: "packages"},
	{name: "token of Terraform Cloud", kind: kindSecret, hints: ".atlasv1.",
		expr:    words(`\b[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{40,}`),
		example: "«1234567890abcd.atlasv1.1234567890abcdefghijklmnopqrstuvwxyz1234567890abcdefghijklmnopqrstuvwx»", reason: "servers"},
	{name: "token of Heroku", kind: kindSecret, hints: "HRKU-",
		expr:    words(`\bHRKU-[0-9A-Za-z_-]{30,}`),
		example: "«HRKU-01234567-89ab-cdef-0123-456789abcdef»", reason: "applications"},
	{name: "token of Databricks", kind: kindSecret, hints: "dapi",
		expr:    words(`\bdapi[0-9a-f]{32}(?:-\d)?\b`),
		example: "«dapi0123456789abcdef0123456789abcdef»", reason: "data"},
	{name: "token of Grafana", kind: kindSecret, needs: hasUnderscore, hints: "glsa_ glc_",
		expr:    words(`\bgl(?:sa|c)_[0-9A-Za-z_+/=-]{30,}`),
		example: "«glsa_1234567890abcdefghijklmnopqrstuv_01234567»", reason: "measurements"},
	{name: "token of Hugging Face", kind: kindSecret, needs: hasUnderscore, hints: "hf_",
		expr:    words(`\bhf_[0-9A-Za-z]{30,}`),
		example: "«hf_abcdefghijklmnopqrstuvwxyzABCDEFGH»", reason: "models, data"},
	{name: "key of Mailgun", kind: kindSecret, hints: "key-",
		expr:    words(`\bkey-[0-9a-f]{32}\b`),
		example: "«key-0123456789abcdef0123456789abcdef»", reason: "mail"},
	{name: "token of a Telegram bot", kind: kindSecret, needs: hasColon, hints: ":AA",
		expr:    words(`\b\d{8,10}:AA[0-9A-Za-z_-]{33}`),
		example: "«123456789:AAabcdefghijklmnopqrstuvwxyz0123456»", reason: "messages"},
	{name: "webhook of Discord", kind: kindSecret, hints: "/api/webhooks/",
		expr:    words(`/api/webhooks/\d{15,20}/([0-9A-Za-z_-]{30,})`),
		example: "https://discord.com/api/webhooks/123456789012345678/«abcdefghijklmnopqrstuvwxyz0123456789»", reason: "who has it posts"},
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
