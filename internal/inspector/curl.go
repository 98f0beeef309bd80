package inspector

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/shell"
)

// argumentLimit is well below the system limits for one argument: 128 KiB on Linux.
const argumentLimit = 100 << 10

// curl returns a command that repeats the delivery: same headers, signed now. It does not
// contain the secret.
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

// left are the headers left out: those that curl makes itself, and Accept-Encoding, since
// curl does not decompress.
var left = []string{"Content-Length", "Transfer-Encoding", "Accept-Encoding", "Connection"}

// usual are the headers that curl sends by default.
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
		return "" // already left out
	case value == "":
		return "-H " + shell.Quote(name+";") // curl's syntax for an empty header
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
