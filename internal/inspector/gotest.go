package inspector

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// goTest returns a Go test that makes the same delivery.
func goTest(w http.ResponseWriter, _ *http.Request, d listen.Delivery) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(snippet(d)))
}

// snippet is a complete file, so it compiles as pasted.
func snippet(d listen.Delivery) string {
	deliver := "event"
	for _, mutation := range d.Mutations {
		deliver += ", " + strconv.Quote(mutation)
	}
	return fmt.Sprintf(`package webhook_test

import (
	"os"
	"testing"

	"github.com/fakestripe/fakestripe/webhooktest"
)

func Test%s(t *testing.T) {
	event, err := webhooktest.ParseEvent([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	// For a handler in Go: webhooktest.New(t, handler, secret), which needs no server.
	hook := webhooktest.NewURL(t, %s, os.Getenv("STRIPE_WEBHOOK_SECRET"))
	if response := hook.Deliver(%s); !response.Accepted() {
		t.Errorf("%%v: %%s", response, response.Excerpt())
	}
}

const payload = %s
`, camel(d.Type), strconv.Quote(plain(d.URL)), deliver, literal(string(d.Body)))
}

// camel converts a type to a part of a function name: PaymentIntentSucceeded.
func camel(eventType string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(eventType, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		first, size := utf8.DecodeRuneInString(word)
		b.WriteRune(unicode.ToUpper(first))
		b.WriteString(word[size:])
	}
	if b.Len() == 0 {
		return "Event"
	}
	return b.String()
}

// literal formats a Go string literal, raw where possible.
func literal(text string) string {
	kept := utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r == '`' || r == '\ufeff' || r != '\n' && r != '\t' && unicode.IsControl(r)
	})
	if kept {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}
