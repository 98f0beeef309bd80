package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/guard"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// apiAccess controls access to a local Stripe API: on loopback, for programs with any
// test key; on another interface, only with this API's key. Web pages never have access.
type apiAccess struct {
	key   string // the only accepted key; "": any test key
	made  bool   // the key is new, so print it
	hosts []string
}

func (a *apiAccess) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.key, "api-key", "", "accept only this API `key`, sk_test_… (default: any on loopback, else a new one, which is printed)")
	cmd.Flags().StringArrayVar(&a.hosts, "api-host", nil, "also answer API calls to this host `name`; this machine's names and names without a dot need no flag (repeatable)")
}

// check rejects keys unsuitable for tests. It does not print the key.
func (a *apiAccess) check() error {
	rest, test := strings.CutPrefix(a.key, testKey)
	if a.key != "" && (!test || rest == "" || strings.ContainsFunc(rest, notOfKey)) {
		return errors.New("--api-key must be sk_test_ and letters and digits")
	}
	return nil
}

const testKey = "sk_test_"

func notOfKey(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// handler guards an API at an address. It gives the API its key.
func (a *apiAccess) handler(api *stripeapi.Server, at netip.AddrPort, names ...string) http.Handler {
	if a.key == "" && !at.Addr().IsLoopback() {
		a.key, a.made = testKey+rand.Text(), true
	}
	api.Key = a.key
	return (&guard.API{Hosts: append(names, a.hosts...), Remedy: "if it is, start fakestripe with --api-host NAME"}).Handler(api)
}

// taken describes the accepted keys.
func (a *apiAccess) taken() string {
	switch {
	case a.made:
		return "the key " + a.key
	case a.key != "":
		return "the key that you gave"
	}
	return "any sk_test_ key"
}
