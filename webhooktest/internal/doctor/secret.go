package doctor

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// A secretMistake is a way in which a secret is not what it should be. right are
// what it may have been before, given a secret with the mistake; wrong makes the
// mistake. Where one of them is nil, there is none.
type secretMistake struct {
	mistake
	right func(secret string) []string
	wrong func(secret string) string
}

const secretPrefix = "whsec_"

// secretMistakes are tried in this order. What they say follows "the secret was
// given", "the signature was made with the secret" and "it verifies with the
// secret".
var secretMistakes = []secretMistake{
	{mistake{"line-break", "with a line break after it", "it was read from a file, or written with echo", forSecret, ""},
		one(func(s string) string { return strings.TrimRight(s, "\r\n") }), func(s string) string { return s + "\n" }},
	{mistake{"white-space", "with white space around it", "it was copied with what is beside it", forSecret, ""},
		one(func(s string) string { return strings.TrimFunc(s, isBlank) }), func(s string) string { return s + " " }},
	{mistake{"carriage-return", "with a carriage return after it", "the file that it is read from has Windows line ends", forSecret, ""},
		nil, func(s string) string { return s + "\r" }},
	{mistake{"quotes", "in quotes", "quotes in a .env file or in YAML are part of the value for some readers (docker --env-file, for one)", forSecret, ""},
		one(func(s string) string { return strings.Trim(strings.TrimFunc(s, isBlank), "\"'`“”‘’") }), func(s string) string { return `"` + s + `"` }},
	{mistake{"single-quotes", "in single quotes", "quotes in a .env file or in YAML are part of the value for some readers", forSecret, ""},
		nil, func(s string) string { return "'" + s + "'" }},
	{mistake{"escaped-line-break", `with the two characters \n after it`, "a line break was escaped on its way into the environment", forSecret, ""},
		one(func(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, `\n`), `\r`) }), func(s string) string { return s + `\n` }},
	{mistake{"assignment", "with the name of its variable", "a whole line of a .env file was copied", forSecret, ""},
		one(afterAssignment), nil},
	{mistake{"punctuation", "with punctuation after it", "it was copied out of code or a sentence", forSecret, ""},
		one(func(s string) string { return strings.TrimRight(s, ",;.:") }), nil},
	{mistake{"without-prefix", "without its " + secretPrefix, "Svix and Standard Webhooks take the prefix off; Stripe's key is the whole text", forSecret, ""},
		one(withPrefix), func(s string) string { return strings.TrimPrefix(s, secretPrefix) }},
	{mistake{"double-prefix", "with its " + secretPrefix + " twice", "code adds the prefix to a secret that has it", forSecret, ""},
		one(withOnePrefix), func(s string) string { return secretPrefix + s }},
	{mistake{"base64-decoded", "without its " + secretPrefix + " and decoded as base64", "Svix and Standard Webhooks do so; Stripe's key is the text itself", forSecret, ""},
		asBase64, base64Key},
	{mistake{"base64-encoded", "encoded in base64", "it was encoded twice on its way into a Kubernetes Secret, or once and never decoded", forSecret, ""},
		fromBase64, func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{mistake{"hex-decoded", "without its " + secretPrefix + " and decoded as hexadecimal", "the secret of stripe listen looks hexadecimal; the key is the text itself", forSecret, ""},
		nil, hexKey},
	{mistake{"url-encoded", "URL-encoded", "it was passed in a URL or a form", forSecret, ""},
		one(pathUnescaped), nil},
	{mistake{"lower-case", "in lower case", "something normalised the configuration", forSecret, ""},
		nil, strings.ToLower},
	{mistake{"upper-case", "in upper case", "something normalised the configuration", forSecret, ""},
		one(fromUpperCase), strings.ToUpper},
	{mistake{"doubled", "twice, one after the other", "it was pasted twice", forSecret, ""},
		one(firstHalf), func(s string) string { return s + s }},
}

// one makes a list of what differs from the secret.
func one(right func(string) string) func(string) []string {
	return func(secret string) []string { return []string{right(secret)} }
}

func withPrefix(secret string) string {
	if strings.HasPrefix(secret, secretPrefix) {
		return secret
	}
	return secretPrefix + secret
}

func withOnePrefix(secret string) string {
	if strings.HasPrefix(secret, secretPrefix+secretPrefix) {
		return secret[len(secretPrefix):]
	}
	return secret
}

// fromUpperCase can undo it only where there were no upper-case letters.
func fromUpperCase(secret string) string {
	if secret == strings.ToUpper(secret) {
		return strings.ToLower(secret)
	}
	return secret
}

// afterAssignment takes STRIPE_WEBHOOK_SECRET=, export X= or X: from the front.
func afterAssignment(secret string) string {
	at := strings.Index(secret, secretPrefix)
	if at <= 0 {
		return secret
	}
	return strings.Trim(secret[at:], "\"' ")
}

// base64Key is the key that Standard Webhooks would take a secret for.
func base64Key(secret string) string {
	key, err := base64.RawStdEncoding.DecodeString(plainBase64(strings.TrimPrefix(secret, secretPrefix)))
	if err != nil {
		return secret
	}
	return string(key)
}

func asBase64(secret string) []string {
	return []string{secretPrefix + base64.StdEncoding.EncodeToString([]byte(secret))}
}

func fromBase64(secret string) []string {
	decoded, err := base64.RawStdEncoding.DecodeString(plainBase64(strings.TrimSpace(secret)))
	if err != nil {
		return nil
	}
	return []string{string(decoded), strings.TrimSpace(string(decoded))}
}

func hexKey(secret string) string {
	key, err := hex.DecodeString(strings.TrimPrefix(secret, secretPrefix))
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

// publicSecrets are keys that anybody knows: those of tutorials, of tests, and
// what is left where a variable is not set.
var publicSecrets = []string{
	"whsec_fakestripe_default_secret", "whsec_test_secret", "whsec_mock_secret", "whsec_test", "whsec_...", "whsec_", "whsec_secret", "whsec_xxx",
	"secret", "changeme", "test", "undefined", "null", "None", "nil", "false", "$STRIPE_WEBHOOK_SECRET", "${STRIPE_WEBHOOK_SECRET}",
	"process.env.STRIPE_WEBHOOK_SECRET",
}

var (
	emptySecretMistake  = mistake{"signed-with-empty-secret", "with an empty key", "the variable with the secret is not set; whoever leaves it out can sign so too: libraries of before September 2026 accept it from everybody", forForgery, ""}
	publicSecretMistake = mistake{"signed-with-public-secret", "with a secret that everybody knows", "the default of a program or the placeholder of a tutorial was never replaced", forForgery, ""}
	requestMistake      = mistake{"signed-with-secret-in-request", "with a secret that the request itself carries", "a forgery: it hopes for a handler that takes its secret from a header", forForgery, ""}
)

// A key is what a signature may have been made with.
type key struct {
	text    string
	secret  int // the index of the given secret that it comes from, -1 for none
	mistake *mistake
	subject string // what the mistake's words follow
	prefix  string // of the finding's id
}

// given are the secrets as they are.
func (r *Received) given() []key {
	keys := make([]key, len(r.Secrets))
	for i, secret := range r.Secrets {
		keys[i] = key{text: secret, secret: i}
	}
	return keys
}

// otherKeys are what the secrets may have been, or been taken for, and the keys of
// forgers.
func (r *Received) otherKeys() []key {
	var keys []key
	for i, secret := range r.Secrets {
		for j := range secretMistakes {
			m := &secretMistakes[j]
			if m.right != nil {
				for _, right := range m.right(secret) {
					keys = append(keys, key{right, i, &m.mistake, "the secret was given ", "secret-"})
				}
			}
		}
		for j := range secretMistakes {
			m := &secretMistakes[j]
			if m.wrong != nil {
				keys = append(keys, key{m.wrong(secret), i, &m.mistake, "the signature was made with the secret ", "signed-"})
			}
		}
	}
	keys = append(keys, key{"", -1, &emptySecretMistake, "the signature was made ", ""})
	for _, secret := range publicSecrets {
		keys = append(keys, key{secret, -1, &publicSecretMistake, "the signature was made ", ""})
	}
	return distinct(append(keys, r.carriedKeys()...), r.Secrets)
}

// carriedKeys are secrets in the request's own header.
func (r *Received) carriedKeys() []key {
	var keys []key
	for name, values := range r.Header {
		for _, value := range values {
			if strings.HasPrefix(value, secretPrefix) || strings.Contains(strings.ToLower(name), "secret") {
				keys = append(keys, key{value, -1, &requestMistake, "the signature was made ", ""})
			}
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.text, b.text) })
	return keys[:min(len(keys), 16)]
}

// distinct leaves out keys that were before.
func distinct(keys []key, known []string) []key {
	seen := make(map[string]bool, len(keys))
	for _, secret := range known {
		seen[secret] = true
	}
	return slices.DeleteFunc(keys, func(k key) bool {
		before := seen[k.text]
		seen[k.text] = true
		return before
	})
}
