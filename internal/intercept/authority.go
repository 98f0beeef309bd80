package intercept

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// validity is for how long a certificate is valid: longer than anybody lets an app run
// without starting it anew. What keeps the authority from harm is that its key is in the
// memory of one process, and that it may name Stripe's hosts only.
const validity = 30 * 24 * time.Hour

// An authority is a certificate authority for Stripe's hosts, made for one run. Its key is
// forgotten as soon as it has signed the one certificate that there is.
type authority struct {
	pem  []byte          // the certificate of the authority
	host tls.Certificate // the certificate for Stripe's hosts, with its key
}

func newAuthority(now time.Time) (*authority, error) {
	template := &x509.Certificate{
		SerialNumber:                big.NewInt(1),
		Subject:                     pkix.Name{CommonName: "fakestripe exec, this run only"},
		NotBefore:                   now.Add(-time.Hour), // clocks of containers differ
		NotAfter:                    now.Add(validity),
		KeyUsage:                    x509.KeyUsageCertSign,
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{domain},
	}
	root, rootKey, err := sign(template, nil, nil)
	if err != nil {
		return nil, err
	}
	leaf, key, err := sign(&x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "*." + domain},
		NotBefore:    template.NotBefore,
		NotAfter:     template.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{domain, "*." + domain},
	}, root, rootKey)
	if err != nil {
		return nil, err
	}
	return &authority{
		pem:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}),
		host: tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key},
	}, nil
}

// sign makes a key and a certificate for it, signed by a parent or, without one, by itself.
func sign(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return nil, nil, fmt.Errorf("make a certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	return certificate, key, err
}
