package contract_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

const versionSecret = "whsec_version"

// A versioned handler verifies, and takes events of one train, or of one version from
// before there were trains. Of others it says what an SDK says, or nothing.
func versioned(train, said string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = webhook.ValidatePayload(body, r.Header.Get("Stripe-Signature"), versionSecret)
		}
		if err != nil {
			http.Error(w, "refused", http.StatusBadRequest)
			return
		}
		var event struct {
			Version string `json:"api_version"`
		}
		_ = json.Unmarshal(body, &event)
		if !strings.HasSuffix(event.Version, train) {
			http.Error(w, strings.ReplaceAll(said, "GOT", event.Version), http.StatusBadRequest)
		}
	})
}

// failing answers 500 wherever a handler refuses.
func failing(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		if handler.ServeHTTP(answer, r); answer.Code >= 400 {
			answer.Code = http.StatusInternalServerError
		}
		w.WriteHeader(answer.Code)
	})
}

// Who refuses the first genuine event for its API version is told which one to ask for.
func TestWantedVersion(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const sentence = "Received event with API version GOT, but Stripe.net 48.5.0 expects API version "
	for name, test := range map[string]struct {
		handler  http.Handler
		subject  contract.Subject
		wanted   string
		label    string // the api_version that is wanted in its place
		diagnose string
	}{
		"the response says it": {
			handler: versioned(".clover", sentence+"2025-11-17.clover."), wanted: "2025-11-17.clover",
			diagnose: "Stripe.net 48.5.0 expects events of API version 2025-11-17.clover and got one of 2023-10-16",
		},
		"the response says it, of the wrong version that was given": {
			handler: versioned(".clover", sentence+"2025-11-17.clover."), subject: contract.Subject{APIVersion: "basil"}, wanted: "2025-11-17.clover",
			diagnose: "and got one of 2025-08-27.basil",
		},
		"a monthly release that the fixtures lack": {
			handler: versioned(".endive", sentence+"2026-11-25.endive."), wanted: "2026-10-28.endive",
			diagnose: "expects events of API version 2026-11-25.endive",
		},
		"a version that the fixtures lack": {
			handler: versioned("2022-11-15", sentence+"2022-11-15."), wanted: "", label: "2022-11-15",
			diagnose: "there are no fixtures: only the label can be changed",
		},
		"an older version, and the response says nothing": {
			handler: versioned("2022-11-15", "refused"), wanted: "", label: "2022-11-15",
			diagnose: "it accepts the same event with api_version 2022-11-15, as stripe-go v74",
		},
		"an older version, and a server error": {
			handler: failing(versioned("2020-08-27", "refused")), wanted: "", label: "2020-08-27",
			diagnose: "the shape stays that of 2023-10-16",
		},
		"the response says nothing": {
			handler: versioned(".clover", "refused"), wanted: "2026-02-25.clover",
			diagnose: "it accepts payment_intent.succeeded of API version 2026-02-25.clover, but not this one, of 2023-10-16",
		},
		"a version from before trains": {
			handler: versioned("2024-06-20", "refused"), wanted: "2024-06-20",
			diagnose: "of API version 2024-06-20, but not this one",
		},
		"an older version than the one that was given": {
			handler: versioned("2023-10-16", "refused"), subject: contract.Subject{APIVersion: "2024-04-10"},
			wanted: "2023-10-16", diagnose: "of API version 2023-10-16, but not this one, of 2024-04-10",
		},
		"a type that the version lacks": {
			handler: versioned(".acacia", "refused"), subject: contract.Subject{APIVersion: "basil", Handles: []string{"invoice.overpaid"}},
			wanted: "", diagnose: "probably the secret differs",
		},
		"every version is refused": {
			handler: versioned("no version", "refused"), wanted: "", diagnose: "probably the secret differs",
		},
		"a wrong secret": {
			handler: versioned(".clover", "refused"), subject: contract.Subject{Secret: "whsec_other"}, wanted: "", diagnose: "probably the secret differs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject := test.subject
			subject.Handler = test.handler
			if subject.Secret == "" {
				subject.Secret = versionSecret
			}
			check := func() *contract.Report {
				report, err := contract.Check(t.Context(), contract.Suite{
					New: func() contract.Subject { return subject }, Only: []string{"control/accepted"},
				})
				require.NoError(t, err)
				return report
			}
			report := check()
			require.Contains(t, strings.Join(report.Diagnosis, "\n"), test.diagnose)
			require.Equal(t, test.wanted, report.WantedVersion)
			require.Equal(t, test.label, report.WantedLabel)
			require.Equal(t, contract.Fail, report.Cases[0].Verdict)
			require.Equal(t, test.wanted, report.Cases[0].WantedVersion)
			if test.wanted != "" {
				require.Contains(t, report.Cases[0].String(), `set APIVersion: "`+test.wanted+`" in the Subject (with stripe-go, APIVersion: stripe.APIVersion)`)
				subject.APIVersion = test.wanted
				require.Equal(t, 1, check().Summary[contract.Pass], "with the version that was named")
			}
		})
	}
}
