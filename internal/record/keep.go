package record

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/redact"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// keep writes the case of an exchange, or records why not.
func (r *Recorder) keep(t *take) {
	e := &t.exchange
	var top struct {
		Type string `json:"type"`
	}
	switch err := json.Unmarshal(t.body, &top); {
	case e.Status == 0:
		e.Reason = "no response"
	case !t.complete && t.ended():
		e.Reason = "the response was cut off: " + ErrEnded.Error()
	case !t.complete:
		e.Reason = "the response was cut off"
	case err != nil || top.Type == "":
		e.Reason = "the body is not an event: it has no type"
	}
	if e.Reason != "" {
		return
	}
	document := r.Redactor.Document()
	payload, err := document.JSON("", t.body)
	if err != nil {
		e.Reason = "cannot redact it: " + err.Error()
		return
	}
	e.Type = document.Text("type", top.Type)
	file, err := r.Folder.Add(t.number, casefile.Case{
		Type: e.Type, Payload: payload, Expect: strconv.Itoa(e.Status), Origin: "fakestripe record",
		Exchange: t.text(document),
	})
	if err != nil {
		e.Err, e.Reason = err, "cannot write it: "+err.Error()
		return
	}
	e.File = file
}

// text formats the exchange for people: the head of the request (its body is the payload)
// and the response. It omits the signature: a replay is signed afresh.
func (t *take) text(document *redact.Document) []byte {
	var out bytes.Buffer
	request := t.request
	fmt.Fprintf(&out, "%s %s %s\n", request.Method, cleanPath(request.URL), request.Proto)
	header := request.Header.Clone()
	header.Del(webhooktest.SignatureHeader)
	writeHeader(&out, document.Header("request", header))
	fmt.Fprintf(&out, "\nHTTP/1.1 %d %s\n", t.exchange.Status, http.StatusText(t.exchange.Status))
	writeHeader(&out, document.Header("answer", t.header))
	out.WriteString("\n")
	out.Write(t.answerText(document))
	return out.Bytes()
}

// longestWord is the maximum length of a word in a path.
const longestWord = 24

// cleanPath keeps the plain words of a path: anything else may be a secret between Stripe
// and the app.
func cleanPath(u *url.URL) string {
	parts := strings.Split(u.Path, "/")
	for i, part := range parts {
		if len(part) > longestWord || strings.Trim(strings.ToLower(part), "abcdefghijklmnopqrstuvwxyz-_.") != "" {
			parts[i] = "redacted"
		}
	}
	path := strings.Join(parts, "/")
	if u.RawQuery != "" {
		path += "?redacted"
	}
	return path
}

func writeHeader(out io.Writer, header http.Header) {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range header[name] {
			fmt.Fprintf(out, "%s: %s\n", name, value)
		}
	}
}

// answerText returns the redacted body of the response. It redacts JSON by field,
// whatever its content type, and drops JSON that cannot be redacted. It drops HTML, too:
// the error pages of frameworks show the app's settings.
func (t *take) answerText(document *redact.Document) []byte {
	kind, _, _ := mime.ParseMediaType(t.header.Get("Content-Type"))
	body, whole := t.plainAnswer()
	looksLikeJSON := bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || bytes.HasPrefix(bytes.TrimSpace(body), []byte("["))
	isJSON := looksLikeJSON || kind == "application/json" || strings.HasSuffix(kind, "+json")
	switch {
	case t.size == 0:
		return nil
	case isJSON && whole:
		if clean, err := document.JSON("answer", body); err == nil {
			return clean
		}
	case body != nil && !isJSON && (kind == "" || kind == "text/plain"):
		if whole {
			return []byte(document.Text("answer", string(body)))
		}
		words := body[:bytes.LastIndexAny(body, " \n")+1] // the last one may be cut off
		return fmt.Appendf(nil, "%s\n(%d of %d bytes)\n", document.Text("answer", string(words)), len(t.answer), t.size)
	}
	return fmt.Appendf(nil, "(%d bytes of %s, not kept)\n", t.size, cmp.Or(kind, "no type"))
}

// plainAnswer returns the kept part of the response, decompressed, or nil if that fails,
// and whether it is complete.
func (t *take) plainAnswer() (body []byte, whole bool) {
	switch t.header.Get("Content-Encoding") {
	case "", "identity":
		return t.answer, t.size == int64(len(t.answer))
	case "gzip":
		in, err := gzip.NewReader(bytes.NewReader(t.answer))
		if err != nil {
			return nil, false
		}
		body, err = io.ReadAll(io.LimitReader(in, maxAnswer+1))
		return body[:min(len(body), maxAnswer)], err == nil && len(body) <= maxAnswer
	}
	return nil, false
}
