package loadreport_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/loadreport"
	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample is a report with everything in it, some of it hostile.
func sample() *load.Report {
	r := &load.Report{
		Target: "http://localhost:4242/webhook?<script>", RunID: "RUN", Mix: []load.Share{{Name: "invoice.paid"}},
		Started: time.Unix(1_800_000_000, 0).UTC(), Seconds: 3, Events: 1200, Deliveries: 1300, Duplicates: 100, Retries: 3, Dropped: 2,
		Failures: 4, Forgeries: 12, AcceptedForgeries: 1, NotAccepted: 1, AskedRate: "400/s", Rate: 404,
		Answers: map[int]int{200: 1296, 400: 11, 500: 3}, Errors: map[string]int{"no <b>answer</b> | within 30s": 2},
		Latency: load.Latency{Min: 0.4, Mean: 2, P50: 1.5, P90: 4, P95: 6, P99: 12.5, P999: 80, P9999: 1250, Max: 12_000,
			Curve: [][2]float64{{0, 0.4}, {50, 1.5}, {90, 4}, {99, 12.5}, {99.9, 80}, {100, 12_000}}},
		Sender:   load.Sender{Processor: 0.13, PerDelivery: 100, LagP99: 0.8, LateStarts: 40, Note: "40 of 1,300 events had to wait"},
		Timeline: []load.Point{{At: 1, Rate: 400, P50: 1, P99: 12}, {At: 2, Rate: 500, P50: 2, P99: 15, Errors: 4}, {At: 3, Rate: 400, P50: 1, P99: 80}},
		Verdict: &load.Verdict{
			Delivered: 1199, Unsure: 1, Duplicates: 100, Forgeries: 12, Effects: 1197,
			Lost:     load.Finding{Count: 2, Events: []load.Named{{Event: "evt_1lost"}, {Event: "evt_2lost", Object: "in_2"}}},
			Doubled:  load.Finding{Count: 13},
			Wrong:    load.Finding{Count: 1, Events: []load.Named{{Event: "evt_wrong", Said: `status is <i>open</i>, not paid`}}},
			Forged:   load.Finding{Count: 1, Events: []load.Named{{Event: "evt_forged"}}},
			Counters: []string{"total moved by 1,190, where 1,199 events make 1,199: 9 lost"},
			Notes:    []string{"not judged, since it changes without a delivery or differs between two deliveries: uptime"},
		},
	}
	for i := range 13 {
		r.Verdict.Doubled.Events = append(r.Verdict.Doubled.Events, load.Named{Event: "evt_doubled" + string(rune('a'+i))})
	}
	conditions, _ := load.ParseConditions("max<1s,errors<1%")
	r.Judge(conditions)
	return r
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, format := range []report.Format{"html", "json", "junit", "markdown", "text"} {
		var out strings.Builder
		require.NoError(t, loadreport.Writer(sample())(format, &out))
		golden := filepath.Join("testdata", "report."+string(format))
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(out.String()), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), out.String(), "-update writes it")
	}
}

// What the handler says is text, in every format.
func TestNothingIsMarkup(t *testing.T) {
	t.Parallel()
	var page, xmlText, markdown strings.Builder
	require.NoError(t, loadreport.Writer(sample())("html", &page))
	require.NotRegexp(t, `<script>|<b>answer|<i>open`, page.String())
	require.NotRegexp(t, regexp.MustCompile(`(?i)(src|href|url)\s*[=(]\s*["']?\s*(https?:|//)|@import`), page.String(), "nothing from outside")
	require.Equal(t, 3, strings.Count(page.String(), "<svg "))
	require.NoError(t, loadreport.Writer(sample())("junit", &xmlText))
	require.NoError(t, xml.Unmarshal([]byte(xmlText.String()), new(struct{})))
	require.NoError(t, loadreport.Writer(sample())("markdown", &markdown))
	require.NotContains(t, markdown.String(), "<b>")
}

func TestJSONIsALine(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, loadreport.JSON(&out, sample()))
	require.Equal(t, 1, strings.Count(out.String(), "\n"))
	var back load.Report
	require.NoError(t, json.Unmarshal([]byte(out.String()), &back))
	require.Equal(t, 13, back.Verdict.Doubled.Count)
	out.Reset()
	require.NoError(t, loadreport.VerdictJSON(&out, sample().Verdict))
	require.True(t, strings.HasPrefix(out.String(), `{"delivered":1199,`))
}

// A load without any answer has a report, too.
func TestEmptyReport(t *testing.T) {
	t.Parallel()
	for _, format := range []report.Format{"html", "json", "junit", "markdown", "text"} {
		var out strings.Builder
		require.NoError(t, loadreport.Writer(&load.Report{Verdict: &load.Verdict{Inconclusive: "interrupted"}})(format, &out))
		require.Contains(t, out.String(), "interrupted")
		require.NotContains(t, out.String(), "NaN")
	}
}
