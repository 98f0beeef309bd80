package checkout

import (
	"strconv"

	"github.com/fakestripe/fakestripe/internal/markup"
)

// html returns the whole page.
func (v view) html() string {
	var w markup.Writer
	w.Own(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Checkout · fakestripe</title>
<link rel="stylesheet" href="/c/page.css">
</head>
<body>
<main>
<p class="mode">Test mode: no money moves</p>
`)
	for _, notice := range []string{v.Problem, v.Declined} {
		w.Maybe(`<p class="notice bad" role="alert">`, notice, "</p>\n")
	}
	if v.Session.ID != "" {
		v.heading(&w)
		w.Maybe(`<p class="email">`, v.Session.CustomerEmail, "</p>\n")
		if v.Session.Mode != "setup" {
			v.items(&w)
		}
		v.actions(&w)
		w.Put(`<p class="id">`, v.Session.ID, "</p>\n")
	}
	w.Own("</main>\n</body>\n</html>\n")
	return w.String()
}

// heading writes what the session is for, or how it ended.
func (v view) heading(w *markup.Writer) {
	setup := v.Session.Mode == "setup"
	switch {
	case v.Session.Status == "complete" && setup:
		w.Own("<h1>Thank you</h1>\n<p class=\"notice good\" role=\"status\">The payment method is saved.</p>\n")
	case v.Session.Status == "complete":
		w.Put("<h1>Thank you</h1>\n<p class=\"notice good\" role=\"status\">", v.Total(), " paid.</p>\n")
	case v.Session.Status == "expired":
		w.Own("<h1>This session has expired</h1>\n")
	case setup:
		w.Own("<h1>Save a payment method</h1>\n")
	case v.Session.Mode == "subscription":
		w.Put("<h1>Subscribe for ", v.Total(), "</h1>\n")
	default:
		w.Put("<h1>Pay ", v.Total(), "</h1>\n")
	}
}

// items writes the table of line items.
func (v view) items(w *markup.Writer) {
	w.Own("<table>\n<caption class=\"hidden\">What is bought</caption>\n<tbody>\n")
	for _, i := range v.Session.Items {
		w.Put("<tr><td>", i.Description, "")
		if i.Quantity > 1 {
			w.Put(` <span class="count">× `, strconv.FormatInt(i.Quantity, 10), "</span>")
		}
		w.Put(`</td><td class="money">`, i.Price(), "</td></tr>\n")
	}
	w.Put("</tbody>\n<tfoot><tr><th scope=\"row\">Total</th><td class=\"money\">", v.Total(), "</td></tr></tfoot>\n</table>\n")
}

// actions writes the buttons of an open session, or the link back to the shop.
func (v view) actions(w *markup.Writer) {
	switch back := v.Back(); {
	case v.Open():
		w.Put("<form method=\"post\" action=\"/c/pay/", v.Session.ID, "\">\n")
		w.Put(`<button class="pay" name="action" value="pay">`, v.verb(), "</button>\n")
		w.Own(`<div class="others">
<button name="action" value="decline">Decline the card</button>
<button name="action" value="cancel">Cancel</button>
</div>
</form>
`)
	case back != "": // http or https only
		w.Put(`<p><a href="`, back, "\">Back to the shop</a></p>\n")
	}
}

func (v view) verb() string {
	switch v.Session.Mode {
	case "setup":
		return "Save"
	case "subscription":
		return "Subscribe"
	}
	return "Pay"
}
