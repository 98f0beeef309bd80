package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// signing are the flags for the secret that listen signs with.
type signing struct {
	secret, file string
}

// get returns the secret: the given one, that of the file, or a fresh one. made
// reports whether it is listen's own, which may be printed.
func (s *signing) get(changed func(string) bool) (secret string, made bool, err error) {
	switch {
	case changed("secret") && changed("secret-file"):
		return "", false, errors.New("--secret and --secret-file: give one")
	case changed("secret"):
		return s.secret, false, checkSecret(s.secret)
	case changed("secret-file"):
		secret, err = kept(s.file)
		if err != nil {
			err = fmt.Errorf("--secret-file: %w", err)
		}
		return secret, true, err
	}
	return listen.NewSecret(), true, nil
}

func checkSecret(secret string) error {
	return (&webhooktest.Endpoint{URL: "localhost", Secrets: []string{secret}}).Validate()
}

// maxSecretFile bounds a file that has one secret in it.
const maxSecretFile = 4 << 10

// kept returns the secret in a file, which is made when it is missing.
func kept(path string) (string, error) {
	data, err := readRegular(path, maxSecretFile)
	if errors.Is(err, fs.ErrNotExist) {
		return keep(path)
	}
	if err != nil {
		return "", err // names the file
	}
	secret := strings.TrimSpace(string(data))
	if !strings.HasPrefix(secret, "whsec_") || strings.ContainsAny(secret, " \t\r\n") || len(secret) > 1000 {
		return "", fmt.Errorf("%s holds no signing secret: want one line that begins with whsec_, or no file, to have one made", path)
	}
	return secret, nil
}

// keep writes a fresh secret into a new file that only its owner can read.
func keep(path string) (string, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	secret := listen.NewSecret()
	_, err = file.WriteString(secret + "\n")
	if err = errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	return secret, nil
}
