package intercept

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// preload holds files that lead runtimes to the proxy whose SDK ignores environment
// variables.
//
//go:embed preload
var preload embed.FS

// The names of the certificate files in a folder. Preloaded files know the first.
const (
	ownFile    = "ca.pem"     // the run's authority
	bundleFile = "bundle.pem" // the run's authority and the system's
)

// A Folder is a private temporary folder for a proxy's clients: certificates, and files for
// their runtimes to preload. It contains no key.
type Folder struct{ path string }

// NewFolder makes a folder. The system's trusted certificates, or those in $SSL_CERT_FILE,
// stay trusted.
func (p *Proxy) NewFolder(getenv func(string) string) (*Folder, error) {
	at, err := os.MkdirTemp("", "fakestripe-exec-") // 0700
	if err != nil {
		return nil, err
	}
	f := &Folder{at}
	if err := errors.Join(f.certificates(p, getenv), f.preloads(p)); err != nil {
		f.Remove()
		return nil, fmt.Errorf("what the app needs to call Stripe here: %w", err)
	}
	return f, nil
}

// Remove removes the folder and its content.
func (f *Folder) Remove() { _ = os.RemoveAll(f.path) }

// Path returns the path of the folder.
func (f *Folder) Path() string { return f.path }

func (f *Folder) file(name string) string { return filepath.Join(f.path, name) }

func (f *Folder) certificates(p *Proxy, getenv func(string) string) error {
	bundle := append(systemRoots(getenv), p.authority.pem...)
	return errors.Join(
		os.WriteFile(f.file(ownFile), p.authority.pem, 0o600),
		os.WriteFile(f.file(bundleFile), bundle, 0o600),
	)
}

// rootFiles are the files in which systems keep trusted certificates, as in Go's
// crypto/x509.
var rootFiles = []string{
	"/etc/ssl/certs/ca-certificates.crt", // Debian, Arch, Alpine
	"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
	"/etc/ssl/ca-bundle.pem",             // openSUSE
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem", // macOS, BSD
}

// systemRoots returns the system's trusted certificates, or nil if they are in no file.
func systemRoots(getenv func(string) string) []byte {
	for _, name := range append([]string{getenv("SSL_CERT_FILE")}, rootFiles...) {
		if roots, err := os.ReadFile(name); err == nil {
			return append(roots, '\n')
		}
	}
	return nil
}

// preloads writes the files to preload, with the port filled in.
func (f *Folder) preloads(p *Proxy) error {
	fill := strings.NewReplacer("FAKESTRIPE_PORT", strconv.Itoa(p.Port()), "FAKESTRIPE_OFFLINE", strconv.FormatBool(p.config.Offline),
		"FAKESTRIPE_FOLDER", filepath.ToSlash(f.path))
	return fs.WalkDir(preload, "preload", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := f.file(filepath.FromSlash(strings.TrimPrefix(name, "preload")))
		if entry.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		text, err := preload.ReadFile(path.Clean(name))
		if err != nil {
			return err
		}
		return os.WriteFile(to, []byte(fill.Replace(string(text))), 0o600)
	})
}
