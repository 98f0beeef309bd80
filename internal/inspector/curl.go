package inspector

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/shell"
)

// argumentLimit is well below what systems take as one argument of a command: for
// Linux 128 KiB.
const argumentLimit = 100 << 10

// curl answers with a command that sends the delivery again: the same headers, and
// a signature that is made now. The secret is not in it.
func curl(hub *listen.Hub) deliveryHandler {
	return func(w http.ResponseWriter, r *http.Request, d listen.Delivery) {
		to, known := endpointOf(hub, d)
		if !known {
			refuse(w, http.StatusConflict, "the endpoint %s is gone, and with it the secret to sign with", d.Endpoint)
			return
		}
		made, err := render(r.Context(), d, to, time.Now())
		if err != nil {
			refuse(w, http.StatusConflict, "%v", err)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(command(made, plain(d.URL))))
	}
}

// left are the headers that curl makes itself, or should not send: it does not unpack a
// compressed answer.
var left = []string{"Content-Length", "Transfer-Encoding", "Accept-Encoding", "Connection"}

// usual are the headers that curl sends of its own accord.
var usual = []string{"Accept", "Content-Type", "User-Agent"}

func command(made *request, url string) string {
	lines := []string{"curl -X " + shell.Quote(made.method) + " " + shell.Quote(addQuery(url, made.query))}
	for _, name := range usual {
		if made.header.Get(name) == "" {
			lines = append(lines, "-H "+shell.Quote(name+":"))
		}
	}
	for _, f := range fields(made.header) {
		if line := headerLine(f); line != "" {
			lines = append(lines, line)
		}
	}
	before := ""
	if len(made.body) > argumentLimit {
		before = "printf %s " + shell.Quote(string(made.body)) + " | "
		lines = append(lines, "--data-binary @-")
	} else {
		lines = append(lines, "--data-raw "+shell.Quote(string(made.body)))
	}
	return before + strings.Join(lines, " \\\n  ") + "\n"
}

func headerLine(f field) string {
	name, value := f[0], f[1]
	same := func(other string) bool { return strings.EqualFold(name, other) }
	switch {
	case private(name), slices.ContainsFunc(left, same):
		return ""
	case value == "" && slices.ContainsFunc(usual, same):
		return "" // left out already
	case value == "":
		return "-H " + shell.Quote(name+";") // curl's way to send it empty
	}
	return "-H " + shell.Quote(name+": "+value)
}

func addQuery(url, query string) string {
	_, has, _ := strings.Cut(url, "?")
	if query == "" || query == has {
		return url
	}
	url, _, _ = strings.Cut(url, "?")
	return url + "?" + query
}
