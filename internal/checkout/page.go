package checkout

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

//go:embed page.css
var assets embed.FS

// Pages returns the hosted pages of Checkout Sessions and payment links: below
// stripeapi.SessionPage and stripeapi.LinkPage. Paying, declining or canceling there sends
// events; the page leads back to the success_url or cancel_url of the session, and nowhere
// else. It accepts every request, so put a guard before it.
func Pages(c *Completer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+stripeapi.SessionPage+"{id}", c.show)
	mux.HandleFunc("POST "+stripeapi.SessionPage+"{id}", c.act)
	mux.HandleFunc("GET "+stripeapi.LinkPage+"{id}", c.visit)
	mux.HandleFunc("GET /c/page.css", func(w http.ResponseWriter, _ *http.Request) {
		style, _ := assets.ReadFile("page.css") // embedded
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(style)
	})
	return mux
}

// A session holds the fields of a Checkout Session that the page shows.
type session struct {
	ID            string `json:"id"`
	Mode          string `json:"mode"`
	Status        string `json:"status"`
	AmountTotal   int64  `json:"amount_total"`
	Currency      string `json:"currency"`
	CustomerEmail string `json:"customer_email"`
	SuccessURL    string `json:"success_url"`
	CancelURL     string `json:"cancel_url"`
	Items         []item `json:"-"`
}

type item struct {
	Description string `json:"description"`
	AmountTotal int64  `json:"amount_total"`
	Currency    string `json:"currency"`
	Quantity    int64  `json:"quantity"`
}

func (c *Completer) session(id string) (s session, ok bool) {
	body, ok := c.API.Object("checkout.session", id)
	if !ok || json.Unmarshal(body, &s) != nil {
		return s, false
	}
	if items, ok := c.API.LineItems("checkout.session", id); ok {
		_ = json.Unmarshal(items, &s.Items) // as far as known
	}
	return s, true
}

// show shows a session.
func (c *Completer) show(w http.ResponseWriter, r *http.Request) {
	s, ok := c.session(r.PathValue("id"))
	if !ok {
		c.page(w, http.StatusNotFound, view{Problem: "There is no Checkout Session with this id: listen has been restarted since, or keeps too many."})
		return
	}
	c.page(w, http.StatusOK, view{Session: s})
}

// visit makes a session of a payment link and redirects to it.
func (c *Completer) visit(w http.ResponseWriter, r *http.Request) {
	id, ok := c.API.VisitLink(r.PathValue("id"))
	if !ok {
		c.page(w, http.StatusNotFound, view{Problem: "There is no payment link with this id."})
		return
	}
	http.Redirect(w, r, stripeapi.SessionPage+id, http.StatusSeeOther)
}

// maxForm limits the form: it holds the name of a button.
const maxForm = 4 << 10

// act performs the action of a button.
func (c *Completer) act(w http.ResponseWriter, r *http.Request) {
	s, ok := c.session(r.PathValue("id"))
	if !ok {
		c.show(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	switch action := r.PostFormValue("action"); action {
	case "cancel":
		c.leave(w, r, s, s.CancelURL)
	case "pay":
		err := c.Complete(r.Context(), payment.Request{Object: s.ID, Action: payment.Pay})
		if err != nil && !errors.Is(err, payment.ErrEnded) {
			c.page(w, http.StatusInternalServerError, view{Session: s, Problem: err.Error()})
			return
		}
		c.leave(w, r, s, s.SuccessURL)
	case "decline":
		v := view{Session: s, Declined: stripeapi.Declined().Decline.Message}
		if err := c.Complete(r.Context(), payment.Request{Object: s.ID, Action: payment.Decline}); err != nil {
			v.Declined, v.Problem = "", err.Error()
		}
		c.page(w, http.StatusOK, v)
	default:
		c.page(w, http.StatusBadRequest, view{Session: s, Problem: "want the action pay, decline or cancel"})
	}
}

// leave redirects to the app, if the session has a URL for that.
func (c *Completer) leave(w http.ResponseWriter, r *http.Request, s session, to string) {
	back, err := backTo(to, s.ID)
	if err != nil || back == "" {
		s, _ = c.session(s.ID) // its current state
		v := view{Session: s}
		if err != nil {
			v.Problem = err.Error()
		}
		c.page(w, http.StatusOK, v)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// plainHost matches a host without characters that could end a directive or a header.
var plainHost = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?$`)
})

// backTo returns a URL of a session with the session's id filled in, or "".
//
// Source: https://docs.stripe.com/payments/checkout/custom-success-page
func backTo(to, id string) (string, error) {
	if to == "" {
		return "", nil
	}
	to = strings.ReplaceAll(to, "{CHECKOUT_SESSION_ID}", id)
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !plainHost().MatchString(u.Host) {
		return "", fmt.Errorf("the session leads back to %q: want an http or https URL, such as http://localhost:3000/thanks", to)
	}
	return u.String(), nil
}

// A view is the content of the page.
type view struct {
	Session  session
	Declined string
	Problem  string
}

// Total returns the total amount.
func (v view) Total() string { return money(v.Session.AmountTotal, v.Session.Currency) }

// Open reports whether the session can still be paid.
func (v view) Open() bool { return v.Session.Status == "open" }

// Price returns the price of an item.
func (i item) Price() string { return money(i.AmountTotal, i.Currency) }

// Back returns the URL to return to once the session has ended, or "".
func (v view) Back() string {
	to := v.Session.CancelURL
	if v.Session.Status == "complete" {
		to = v.Session.SuccessURL
	}
	back, _ := backTo(to, v.Session.ID)
	return back
}

// zeroDecimal lists the currencies without a smaller unit
// (https://docs.stripe.com/currencies#zero-decimal).
const zeroDecimal = " bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf "

func money(amount int64, currency string) string {
	switch {
	case currency == "":
		return ""
	case strings.Contains(zeroDecimal, " "+currency+" "):
		return fmt.Sprintf("%d %s", amount, strings.ToUpper(currency))
	}
	return fmt.Sprintf("%d.%02d %s", amount/100, amount%100, strings.ToUpper(currency))
}

func (c *Completer) page(w http.ResponseWriter, status int, v view) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "+formAction(v.Session))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, v.html()) // the client may have left
}

// formAction returns the origins that a button may lead to: browsers check the redirect
// that follows, too.
func formAction(s session) string {
	allowed := "'self'"
	for _, to := range []string{s.SuccessURL, s.CancelURL} {
		back, err := backTo(to, s.ID)
		if u, _ := url.Parse(back); err == nil && back != "" {
			allowed += " " + u.Scheme + "://" + u.Host
		}
	}
	return allowed
}
