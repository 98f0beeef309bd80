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
	cmd.Flags().StringArrayVar(&a.hosts, "api-host", nil, "answer API calls to this host `name` too, beside this machine's and names without a dot (repeatable)")
}

func (a *apiAccess) check() error {
	if a.key != "" && !(strings.HasPrefix(a.key, testKey) && len(a.key) >= len(testKey)+leastKey) {
		return errors.New("--api-key must be a test key of 16 or more characters after sk_test_")
	}
	return nil
}

const (
	testKey  = "sk_test_"
	leastKey = 16
)

// handler guards an API that is served at an address. It gives the API its key.
func (a *apiAccess) handler(api *stripeapi.Server, at netip.AddrPort, names ...string) http.Handler {
	if a.key == "" && !at.Addr().IsLoopback() {
		a.key, a.made = testKey+rand.Text(), true
	}
	api.Key = a.key
	return (&guard.API{Hosts: append(names, a.hosts...)}).Handler(api)
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
