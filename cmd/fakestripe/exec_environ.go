package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/child"
	"github.com/fakestripe/fakestripe/internal/credential"
)

// execKey is the API key for the app. Any key with its prefix would work.
const execKey = testKey + "fakestripeMadeForThisMachineOnly"

// appVariables returns an environment for the app, and the added variables. The user's own
// take precedence, unless a flag overrides them.
func appVariables(base []string, stripe localStripe) (environment, given []string, err error) {
	set := make(map[string]bool)
	for _, entry := range base {
		name, value, _ := strings.Cut(entry, "=")
		set[name] = value != ""
		if isLive(value) {
			return nil, nil, fmt.Errorf("$%s has a live key: unset it, or set a test key, before you start an app", name)
		}
	}
	environment = slices.Clone(base)
	for _, v := range []struct {
		name, value string
		must        bool
	}{
		{"STRIPE_SECRET_KEY", cmp.Or(stripe.key, execKey), stripe.key != ""},
		{"STRIPE_API_KEY", cmp.Or(stripe.key, execKey), stripe.key != ""},
		{secretVariable, stripe.secret, stripe.secretGiven},
	} {
		if set[v.name] && !v.must {
			given = append(given, "your $"+v.name)
			continue
		}
		environment = append(environment, v.name+"="+v.value)
		given = append(given, "$"+v.name)
	}
	return environment, given, nil
}

// isLive reports whether a text is a secret key of live mode. Publishable keys are not
// secret, and no server calls Stripe with them.
func isLive(text string) bool {
	return slices.ContainsFunc(credential.Spans(text), func(s credential.Span) bool {
		token := text[s.Start:s.End]
		return strings.HasPrefix(token, "sk_live_") || strings.HasPrefix(token, "rk_live_")
	})
}

// upstream returns the proxy that this process's variables name for a host.
func upstream(address string) (proxy, authorization string) {
	via, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: address}})
	if err != nil || via == nil || via.Scheme != "http" {
		return "", ""
	}
	if via.User != nil {
		password, _ := via.User.Password()
		r := http.Request{Header: make(http.Header)}
		r.SetBasicAuth(via.User.Username(), password)
		authorization = r.Header.Get("Authorization")
	}
	if via.Port() == "" {
		return via.Hostname() + ":80", authorization
	}
	return via.Host, authorization
}

// A localStripe holds the addresses and keys that an app uses as Stripe's.
type localStripe struct {
	api    http.Handler
	to     string // where the app takes events, "" if unknown
	secret string // for signing these events
	key    string // the only key that the API accepts, "" for any

	secretGiven bool // set by a flag, which overrides the app's variable
	died        func(*child.EndedError)
}
