package contract_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// accepting is a handler that verifies nothing: it fails signature/unsigned and
// passes control/accepted.
var accepting = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })

func TestWaivers(t *testing.T) {
	t.Parallel()
	day := func(days int) string { return epoch.AddDate(0, 0, days).Format(time.DateOnly) }
	tests := []struct {
		name    string
		waiver  contract.Waiver
		verdict contract.Verdict
		reason  string
	}{
		{"it holds", contract.Waiver{Case: "signature/unsigned", Reason: "nobody knows the URL", Expires: day(1)},
			contract.Info, "waived until " + day(1) + ": nobody knows the URL"},
		{"it holds on its last day", contract.Waiver{Case: "signature/unsigned", Reason: "nobody knows the URL", Expires: day(0)},
			contract.Info, "waived until " + day(0) + ": nobody knows the URL"},
		{"it expired", contract.Waiver{Case: "signature/unsigned", Reason: "nobody knows the URL", Expires: day(-1)},
			contract.Fail, "its waiver expired on " + day(-1) + ": nobody knows the URL"},
		{"it is not needed", contract.Waiver{Case: "control/accepted", Reason: "flaky", Expires: day(1)},
			contract.Pass, "it no longer needs its waiver: flaky"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report := check(t, contract.Suite{Only: []string{test.waiver.Case}, New: func() contract.Subject {
				return contract.Subject{Handler: accepting, Waivers: []contract.Waiver{test.waiver}}
			}})
			require.Len(t, report.Cases, 1)
			require.Equal(t, test.verdict, report.Cases[0].Verdict)
			require.Equal(t, test.reason, report.Cases[0].Reason)
			require.Equal(t, test.verdict == contract.Fail, report.Failed(true))
		})
	}
}

func TestReadWaivers(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"good", `{"format": 1, "waivers": [{"case": "http/tls", "reason": "x", "expires": "2027-01-31"}]}`, ""},
		{"no such case", `{"format": 1, "waivers": [{"case": "http/tsl", "reason": "x", "expires": "2027-01-31"}]}`, `waiver of "http/tsl": no case has this id: did you mean http/tls`},
		{"no reason", `{"format": 1, "waivers": [{"case": "http/tls", "expires": "2027-01-31"}]}`, "a reason is missing"},
		{"for ever", `{"format": 1, "waivers": [{"case": "http/tls", "reason": "x"}]}`, `expires "": want a day such as 2027-01-31`},
		{"twice", `{"format": 1, "waivers": [{"case": "http/tls", "reason": "x", "expires": "2027-01-31"}, {"case": "http/tls", "reason": "x", "expires": "2027-01-31"}]}`, "there are two"},
		{"an unknown key", "{\"format\": 1,\n\"waiver\": []}", `waivers.json: line 2: json: unknown field "waiver"`},
		{"another format", `{"format": 2}`, "format 2: want 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "waivers.json")
			require.NoError(t, os.WriteFile(file, []byte(test.text), 0o600))
			waivers, err := new(contract.Suite).ReadWaivers(file)
			if test.want == "" {
				require.NoError(t, err)
				require.Len(t, waivers, 1)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A file of waivers is read in bounded memory, and nobody waits for a pipe.
func TestWaiversOfAStrangeFile(t *testing.T) {
	t.Parallel()
	large := filepath.Join(t.TempDir(), "large.json")
	require.NoError(t, os.WriteFile(large, make([]byte, 1<<20+1), 0o600))
	for file, want := range map[string]string{
		large:         "large.json: larger than 1 MiB",
		os.DevNull:    os.DevNull + ": not a regular file",
		t.TempDir():   ": not a regular file",
		large + "nil": "large.jsonnil: " + noSuchFile(t),
	} {
		_, err := new(contract.Suite).ReadWaivers(file)
		require.ErrorContains(t, err, want)
	}
}
