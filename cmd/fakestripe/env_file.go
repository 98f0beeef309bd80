package main

import (
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/internal/credential"
)

// envFiles are where apps keep their settings when they are developed, and secretNames what
// they call the signing secret there, the likelier first.
var (
	envFiles    = [...]string{".env.local", ".env.development.local", ".env.development", ".env"}
	secretNames = [...]string{secretVariable, "STRIPE_WEBHOOK_SIGNING_SECRET", "STRIPE_SIGNING_SECRET", "STRIPE_ENDPOINT_SECRET", "STRIPE_WEBHOOK_KEY"}
)

// maxEnvFile limits the size of such a file.
const maxEnvFile = 1 << 20

// envSecret returns the signing secret that the app in the working directory has in a file,
// "" for none. Nothing else in the file is looked at, and nobody sees it.
func envSecret(sh shell) string {
	for _, file := range envFiles {
		data, err := readRegular(file, maxEnvFile)
		if err != nil {
			continue // there is none, or it is not for us
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

// envValue is the last value of a variable in the text of a file: NAME=value, with quotes or
// without, perhaps with "export" before it and a comment behind it.
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
