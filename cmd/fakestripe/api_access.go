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

// apiAccess says who may call a local Stripe API: on loopback programs with any test
// key, on another interface only those with the key of this API. Web pages never.
type apiAccess struct {
	key   string // the only one that is taken, "": any test key
	made  bool   // the key is new, so that it must be told
	hosts []string
}

func (a *apiAccess) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.key, "api-key", "", "take only this API `key`, sk_test_… (default: any on loopback, else a new one, which is printed)")
	cmd.Flags().StringArrayVar(&a.hosts, "api-host", nil, "also answer API calls to this host `name`; this machine's names and names without a dot need no flag (repeatable)")
}

// check refuses a key that no SDK in a test should have. It does not print it.
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

// handler guards an API that is served at an address. It gives the API its key.
func (a *apiAccess) handler(api *stripeapi.Server, at netip.AddrPort, names ...string) http.Handler {
	if a.key == "" && !at.Addr().IsLoopback() {
		a.key, a.made = testKey+rand.Text(), true
	}
	api.Key = a.key
	return (&guard.API{Hosts: append(names, a.hosts...), Remedy: "if it is, start fakestripe with --api-host NAME"}).Handler(api)
}

// taken says which keys the API takes.
func (a *apiAccess) taken() string {
	switch {
	case a.made:
		return "the key " + a.key
	case a.key != "":
		return "the key that you gave"
	}
	return "any sk_test_ key"
}
