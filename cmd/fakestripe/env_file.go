package main

import (
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/internal/credential"
)

// envFiles are the usual settings files of apps in development, and secretNames the usual
// names of the signing secret there, the most likely first.
var (
	envFiles    = [...]string{".env.local", ".env.development.local", ".env.development", ".env"}
	secretNames = [...]string{secretVariable, "STRIPE_WEBHOOK_SIGNING_SECRET", "STRIPE_SIGNING_SECRET", "STRIPE_ENDPOINT_SECRET", "STRIPE_WEBHOOK_KEY"}
)

// maxEnvFile limits the size of such a file.
const maxEnvFile = 1 << 20

// envSecret returns the signing secret from the settings files in the working directory, or
// "". It reads nothing else from a file, and prints nothing.
func envSecret(sh shell) string {
	for _, file := range envFiles {
		data, err := readRegular(file, maxEnvFile)
		if err != nil {
			continue // missing, or not readable for us
		}
		for _, name := range secretNames {
			if secret := envValue(string(data), name); secret != "" && credential.CheckSecret(secret) == nil {
				fmt.Fprintf(sh.err, "fakestripe: signing secret: %s of %s\n", name, file)
				return secret
			}
		}
	}
	return ""
}

// envValue returns the last value of a variable in the text of a file: NAME=value, with or
// without quotes, an "export" before it and a comment after it.
func envValue(text, name string) (value string) {
	for line := range strings.Lines(text) {
		rest, found := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(line), "export "), name)
		if !found {
			continue
		}
		if rest, found = strings.CutPrefix(strings.TrimSpace(rest), "="); found {
			value = unquoted(strings.TrimSpace(rest))
		}
	}
	return value
}

func unquoted(text string) string {
	if text != "" && strings.ContainsRune(`"'`+"`", rune(text[0])) {
		inside, _, _ := strings.Cut(text[1:], text[:1])
		return inside
	}
	bare, _, _ := strings.Cut(text, " #")
	return strings.TrimSpace(bare)
}
