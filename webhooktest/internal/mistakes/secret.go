package mistakes

// A table of mistakes with secrets.

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// A SecretMistake is a way to get a secret wrong. Right undoes it: it returns possible
// right secrets. Wrong makes the mistake. Nil means impossible, or not tried.
type SecretMistake struct {
	Mistake
	Right func(secret string) []string
	Wrong func(secret string) string
}

const SecretPrefix = "whsec_"

// Secrets are tried in this order. Their Problem follows "the secret was
// given", "the signature was made with the secret" and "it verifies with the secret".
var Secrets = []SecretMistake{
	{Mistake{"line-break", "with a line break after it", "it was read from a file, or written with echo", ForSecret, ""},
		one(func(s string) string { return strings.TrimRight(s, "\r\n") }), func(s string) string { return s + "\n" }},
	{Mistake{"white-space", "with white space around it", "it was copied along with the secret", ForSecret, ""},
		one(func(s string) string { return strings.TrimFunc(s, IsBlank) }), func(s string) string { return s + " " }},
	{Mistake{"carriage-return", "with a carriage return after it", "the file has Windows line endings", ForSecret, ""},
		nil, func(s string) string { return s + "\r" }},
	{Mistake{"quotes", "in quotes", "some readers, such as docker --env-file, keep the quotes of a .env file or of YAML as part of the value", ForSecret, ""},
		one(func(s string) string { return strings.Trim(strings.TrimFunc(s, IsBlank), "\"'`“”‘’") }), func(s string) string { return `"` + s + `"` }},
	{Mistake{"single-quotes", "in single quotes", "some readers keep the quotes of a .env file or of YAML as part of the value", ForSecret, ""},
		nil, func(s string) string { return "'" + s + "'" }},
	{Mistake{"escaped-line-break", `followed by the two characters \n`, "a line break was escaped on its way into the environment", ForSecret, ""},
		one(func(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, `\n`), `\r`) }), func(s string) string { return s + `\n` }},
	{Mistake{"assignment", "with the name of its variable", "a whole line of a .env file was copied", ForSecret, ""},
		one(afterAssignment), nil},
	{Mistake{"punctuation", "with punctuation after it", "it was copied from code or a sentence", ForSecret, ""},
		one(func(s string) string { return strings.TrimRight(s, ",;.:") }), nil},
	{Mistake{"without-prefix", "without its " + SecretPrefix, "Svix and Standard Webhooks remove the prefix; Stripe's key is the whole text", ForSecret, ""},
		one(withPrefix), func(s string) string { return strings.TrimPrefix(s, SecretPrefix) }},
	{Mistake{"double-prefix", "with its " + SecretPrefix + " twice", "code adds the prefix to a secret that already has it", ForSecret, ""},
		one(withOnePrefix), func(s string) string { return SecretPrefix + s }},
	{Mistake{"base64-decoded", "without its " + SecretPrefix + " and decoded as base64", "Svix and Standard Webhooks do this; Stripe's key is the text itself", ForSecret, ""},
		asBase64, base64Key},
	{Mistake{"base64-encoded", "encoded in base64", "it was encoded twice for a Kubernetes Secret, or encoded once and never decoded", ForSecret, ""},
		fromBase64, func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{Mistake{"hex-decoded", "without its " + SecretPrefix + " and decoded as hexadecimal", "the secret of stripe listen looks hexadecimal; the key is the text itself", ForSecret, ""},
		nil, hexKey},
	{Mistake{"url-encoded", "URL-encoded", "it was passed in a URL or a form", ForSecret, ""},
		one(pathUnescaped), nil},
	{Mistake{"lower-case", "in lower case", "something normalized the configuration", ForSecret, ""},
		nil, strings.ToLower},
	{Mistake{"upper-case", "in upper case", "something normalized the configuration", ForSecret, ""},
		one(fromUpperCase), strings.ToUpper},
	{Mistake{"doubled", "twice, one after the other", "it was pasted twice", ForSecret, ""},
		one(firstHalf), func(s string) string { return s + s }},
}

// one adapts a function with a single result.
func one(right func(string) string) func(string) []string {
	return func(secret string) []string { return []string{right(secret)} }
}

func withPrefix(secret string) string {
	if strings.HasPrefix(secret, SecretPrefix) {
		return secret
	}
	return SecretPrefix + secret
}

func withOnePrefix(secret string) string {
	if strings.HasPrefix(secret, SecretPrefix+SecretPrefix) {
		return secret[len(SecretPrefix):]
	}
	return secret
}

// fromUpperCase works only if the secret had no upper-case letters.
func fromUpperCase(secret string) string {
	if secret == strings.ToUpper(secret) {
		return strings.ToLower(secret)
	}
	return secret
}

// afterAssignment removes STRIPE_WEBHOOK_SECRET=, export X= or X: from the front.
func afterAssignment(secret string) string {
	at := strings.Index(secret, SecretPrefix)
	if at <= 0 {
		return secret
	}
	return strings.Trim(secret[at:], "\"' ")
}

// base64Key returns the key that Standard Webhooks would use for a secret.
func base64Key(secret string) string {
	key, err := base64.RawStdEncoding.DecodeString(PlainBase64(strings.TrimPrefix(secret, SecretPrefix)))
	if err != nil {
		return secret
	}
	return string(key)
}

func asBase64(secret string) []string {
	return []string{SecretPrefix + base64.StdEncoding.EncodeToString([]byte(secret))}
}

func fromBase64(secret string) []string {
	decoded, err := base64.RawStdEncoding.DecodeString(PlainBase64(strings.TrimSpace(secret)))
	if err != nil {
		return nil
	}
	return []string{string(decoded), strings.TrimSpace(string(decoded))}
}

func hexKey(secret string) string {
	key, err := hex.DecodeString(strings.TrimPrefix(secret, SecretPrefix))
	if err != nil {
		return secret
	}
	return string(key)
}

func pathUnescaped(secret string) string {
	decoded, err := url.PathUnescape(secret)
	if err != nil {
		return secret
	}
	return decoded
}

func firstHalf(secret string) string {
	half := secret[:len(secret)/2]
	if half+half != secret {
		return secret
	}
	return half
}

// PublicSecrets are keys that anyone knows: those of tutorials and tests, and the result of
// an unset variable.
var PublicSecrets = []string{
	"whsec_fakestripe_default_secret", "whsec_test_secret", "whsec_mock_secret", "whsec_test", "whsec_...", "whsec_", "whsec_secret", "whsec_xxx",
	"secret", "changeme", "test", "undefined", "null", "None", "nil", "false", "$STRIPE_WEBHOOK_SECRET", "${STRIPE_WEBHOOK_SECRET}",
	"process.env.STRIPE_WEBHOOK_SECRET",
}
