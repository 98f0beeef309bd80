package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/internal/listen"
)

// signing holds the flags for listen's signing secret.
type signing struct {
	secret, file string
	from         secretSource
	used         string
}

// A secretSource is the source of listen's secret.
type secretSource int

const (
	secretFresh secretSource = iota
	secretGiven              // --secret
	secretKept               // --secret-file
	secretSet                // $STRIPE_WEBHOOK_SECRET
)

// own reports whether the secret is listen's own and may be printed.
func (s secretSource) own() bool { return s == secretFresh || s == secretKept }

// get returns the secret: from the flag, the file, the environment, or a fresh one.
func (s *signing) get(changed func(string) bool, getenv func(string) string) (secret string, err error) {
	switch set := getenv(secretVariable); {
	case changed("secret") && changed("secret-file"):
		return "", errors.New("--secret and --secret-file: give one")
	case changed("secret"):
		s.from = secretGiven
		return s.secret, credential.CheckSecret(s.secret)
	case changed("secret-file"):
		s.from = secretKept
		secret, err = kept(s.file)
		if err != nil {
			err = fmt.Errorf("--secret-file: %w", err)
		}
		return secret, err
	case set != "":
		s.from = secretSet
		err = credential.CheckSecret(set)
		if err != nil {
			err = fmt.Errorf("$%s: %w", secretVariable, err)
		}
		return set, err
	}
	s.from = secretFresh
	return listen.NewSecret(), nil
}

// maxSecretFile limits the size of a secret file.
const maxSecretFile = 4 << 10

// kept returns the secret in a file, creating the file if necessary.
func kept(path string) (string, error) {
	data, err := readRegular(path, maxSecretFile)
	if errors.Is(err, fs.ErrNotExist) {
		return keep(path)
	}
	if err != nil {
		return "", err // err names the file
	}
	secret := strings.TrimSpace(string(data))
	if !strings.HasPrefix(secret, "whsec_") || strings.ContainsAny(secret, " \t\r\n") || len(secret) > 1000 {
		return "", fmt.Errorf("%s holds no signing secret: want one line that begins with whsec_; remove the file to get a new one", path)
	}
	return secret, nil
}

// keep writes a fresh secret to a new file, readable only by its owner.
func keep(path string) (string, error) {
	secret := listen.NewSecret()
	err := file.Create(file.Here{}, path, []byte(secret+"\n"), 0o600)
	return secret, named(path, err)
}
