package contract_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An invoiceReader books paid invoices by what it finds at a path: which path is right
// depends on the API version.
type invoiceReader struct {
	path string

	mu     sync.Mutex
	seen   map[string]bool
	booked map[string]any
}

func newInvoiceReader(path string) *invoiceReader {
	return &invoiceReader{path: path, seen: make(map[string]bool), booked: make(map[string]any)}
}

func (r *invoiceReader) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(request.Body)
	if err == nil {
		err = webhook.ValidatePayload(body, request.Header.Get("Stripe-Signature"), versionSecret)
	}
	var event struct {
		ID, Object, Type string
		Data             struct{ Object map[string]any }
	}
	if err == nil {
		err = json.Unmarshal(body, &event)
	}
	if err == nil && event.Object != "event" {
		err = errors.New("no event")
	}
	if err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if event.Type != "invoice.paid" || r.seen[event.ID] {
		return
	}
	value := any(event.Data.Object)
	for key := range strings.SplitSeq(r.path, ".") {
		if value == nil {
			break // an invoice made by hand has no parent
		}
		object, _ := value.(map[string]any)
		found, has := object[key]
		if !has {
			http.Error(w, "error", http.StatusInternalServerError)
			return
		}
		value = found
	}
	r.seen[event.ID], r.booked[fmt.Sprint(event.Data.Object["id"])] = true, value
}

func (r *invoiceReader) state(context.Context) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.booked), nil
}

// A handler is right for the API versions whose shape it reads, and for no others.
func TestHandlersAreJudgedInTheirVersion(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const before, since = "subscription", "parent.subscription_details.subscription"
	tests := []struct {
		path, version string
		sound         bool
	}{
		{before, "", true},
		{before, "2025-02-24.acacia", true},
		{before, "2025-03-31.basil", false},
		{before, "2025-11-17.clover", false},
		{since, "", false},
		{since, "acacia", false},
		{since, "stripe-go@82", true},
		{since, "2025-11-17.clover", true},
		{since, "latest", true},
	}
	for _, test := range realpart.Sample(tests, 4) {
		t.Run(test.path+" at "+test.version, func(t *testing.T) {
			t.Parallel()
			reader := newInvoiceReader(test.path)
			report := check(t, contract.Suite{New: func() contract.Subject {
				return contract.Subject{
					Handler: reader, Secret: versionSecret, Handles: []string{"invoice.paid"}, State: reader.state, APIVersion: test.version,
				}
			}})
			var failed []string
			for _, result := range report.Cases {
				if result.Verdict == contract.Fail {
					failed = append(failed, result.ID)
				}
			}
			if test.sound {
				require.Empty(t, failed)
				require.Greater(t, report.Summary[contract.Pass], 40)
				return
			}
			require.NotEmpty(t, failed)
			wanted, err := fixtures.FindVersion(report.WantedVersion)
			require.NoError(t, err, "%q", report.Diagnosis)
			require.Equal(t, test.path == since, slices.Contains(fixtures.VersionsBetween("2025-02-24.acacia", "9999"), wanted), wanted)
		})
	}
}

// What a version does not have is no type of the suite's either.
func TestHandledTypesAreOfTheVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ version, handled, want string }{
		{"", "invoice.overpaid", `subject: Handles: unknown event type "invoice.overpaid" at API version 2023-10-16: 2025-03-31.basil brought it`},
		{"basil", "sku.created", `at API version 2025-08-27.basil: 2024-04-10 ended it`},
		{"basel", "invoice.paid", `subject: APIVersion: unknown API version "basel"`},
	} {
		_, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject {
			return contract.Subject{Handler: http.NotFoundHandler(), APIVersion: test.version, Handles: []string{"payment_intent.succeeded", test.handled}}
		}})
		require.ErrorContains(t, err, test.want)
	}
}

// A handler that breaks at the shape of another train refuses no version: it is told where
// to look. One that says which version it wants is told nothing but the status.
func TestOtherTrainBreaksHandler(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct{ why, answer, headline, hint string }{
		{"it breaks", "event not processed", "Crashed on an event of another train", "Find in the handler's log what failed"},
		{
			"it refuses", "Received event with API version 2025-09-30.clover, but stripe-go 76.25.0 expects API version 2023-10-16.",
			"Answered an event of another train as it answers a forgery", "Respond with the library's error",
		},
	} {
		z := newZoo()
		t.Cleanup(z.Close)
		z.construct = func(d *zooDelivery) (stripe.Event, error) {
			event, err := z.verified(d)
			if err == nil && strings.Contains(event.APIVersion, ".") {
				err = &zooError{http.StatusInternalServerError, strings.Replace(test.answer, "2025-09-30.clover", event.APIVersion, 1)}
			}
			return event, err
		}
		z.refuse = func(d *zooDelivery, err error) { zooAnswerWith(http.StatusOK)(d, cmp.Or(err, errZooNoEvent)) }
		s := zooNamed(t, "sound").subject(z, z.State)
		_, byID := results(t, s, "control", "version/other-train")
		got := byID["version/other-train"]
		require.Equal(t, test.headline, got.Headline, "%s: %s", test.why, got)
		require.Contains(t, got.Hint, test.hint, test.why)
	}
}
