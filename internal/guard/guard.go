// Package guard controls access to the pages, routes and API of a running listen.
//
// On loopback, only this machine can connect, but any web page in the user's browser can
// do so, too. So a request must name a host that no one else can point here: an address,
// localhost, or a configured name. (DNS rebinding gives an attacker's name the address
// 127.0.0.1.) A request that changes something must not come from a page of another
// origin.
//
// On another interface, anyone on the network can connect, so a request also needs a
// token.
package guard

import (
	"cmp"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// A Guard protects a handler. The zero value is for loopback.
type Guard struct {
	// Hosts are the names of this machine, besides localhost and all addresses.
	Hosts []string

	// Token, if not empty, is required of every request: as "Authorization: Bearer …", or as
	// the cookie set when a browser opens the page with ?token=….
	Token string
}

// Handler returns a handler that passes permitted requests to next. It refuses others
// with 403, or 401 for a missing token.
func (g *Guard) Handler(next http.Handler) http.Handler {
	next = SameOrigin(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case g.bearer(r): // no web page can send it
			next.ServeHTTP(w, r)
		case !g.own(r.Host):
			http.Error(w, fmt.Sprintf("host %q is not this machine: use its address, or localhost", printable(r.Host)), http.StatusForbidden)
		case g.Token == "" || g.cookie(r):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet && g.is(r.URL.Query().Get(tokenName)):
			g.grant(w, r)
		default:
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "a token is needed: use the address that fakestripe listen printed when it started", http.StatusUnauthorized)
		}
	})
}

// SameOrigin refuses requests from web pages of other origins with 403, except reads: the
// browser hides the response from such a page.
func SameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "a web page of another origin may not do this", http.StatusForbidden)
	}))
	return protection.Handler(next)
}

// own reports whether a Host header names this machine.
func (g *Guard) own(host string) bool {
	name, ok := named(host)
	return ok && (fixed(name) || among(g.Hosts, name))
}

// named returns the name in a Host header, in lower case, and whether it is valid.
func named(host string) (name string, ok bool) {
	name, port := split(host)
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name, name != "" && strings.Trim(port, "0123456789") == ""
}

// fixed reports whether a name cannot be pointed elsewhere: an address, or localhost,
// which is always this machine (RFC 6761).
func fixed(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil || name == "localhost" || strings.HasSuffix(name, ".localhost")
}

func among(hosts []string, name string) bool {
	return slices.ContainsFunc(hosts, func(own string) bool { return strings.EqualFold(strings.TrimSuffix(own, "."), name) })
}

func split(host string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), ""
	}
	return name, port
}

const tokenName = "token"

// cookieName includes the port: all ports of a host share cookies.
func cookieName(r *http.Request) string {
	_, port := split(r.Host)
	return "fakestripe-" + cmp.Or(port, "80")
}

// grant exchanges the token in a page's address for a cookie, to keep it out of links and
// off the screen.
func (g *Guard) grant(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: g.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	query := r.URL.Query()
	query.Del(tokenName)
	page := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, `/\`), RawQuery: query.Encode()}
	w.Header().Set("Location", page.String())
	w.WriteHeader(http.StatusSeeOther)
}

func (g *Guard) bearer(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && g.is(token)
}

func (g *Guard) cookie(r *http.Request) bool {
	cookie, err := r.Cookie(cookieName(r))
	return err == nil && g.is(cookie.Value)
}

func (g *Guard) is(token string) bool {
	return g.Token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(g.Token)) == 1
}

// printable shortens untrusted text for display.
func printable(text string) string {
	const most = 100
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, text[:min(len(text), most)])
}
