package inspector_test

import (
	"fmt"
	"go/format"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// The command, run by a shell, is the delivery: stripe-go takes it.
func TestCurl(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the bash of Windows may be that of another system, WSL")
	}
	if testing.Short() {
		t.Skip("starts a shell and curl for each delivery, which takes seconds")
	}
	bash, _ := realpart.Need(t, "apt-get install bash", "bash"), realpart.Need(t, "apt-get install curl", "curl")
	s := newStand(t, shop)
	for name, mutations := range map[string][]string{
		"plain":          nil,
		"compact":        {"compact"},
		"crlf":           {"crlf"},
		"odd-whitespace": {"odd-whitespace"},
		"escapes":        {"odd-escapes", "unicode"},
		"large":          {"padded=300kB"},
		"header":         {"header=X-Odd: it's \"odd\" $HOME `id` \\ !"},
		"no agent":       {"header=User-Agent:"},
		"query":          {"query=version=2024-06-20&b='$(id)'"},
		"quotes":         {"body={\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"it's \\\\ $HOME `id` $(id) !! \\n\",\"data\":{\"object\":{}}}"},
	} {
		d := s.deliver(s.event("charge.succeeded", webhooktest.Add("data.object.metadata.note", "it's <b>\"$HOME\" `id` \\n !")), mutations...)
		require.Equal(t, http.StatusOK, d.Attempts[0].Status, "%s: %s", name, d.Attempts[0].ResponseBody)
		status, _, command := s.get("/inspect/deliveries/" + d.ID + "/curl")
		require.Equal(t, http.StatusOK, status, command)
		require.NotContains(t, command, "\r", "%s: a terminal would act on it", name)
		file := filepath.Join(t.TempDir(), "command")
		require.NoError(t, os.WriteFile(file, []byte(command), 0o600))
		out, err := exec.CommandContext(t.Context(), bash, "-euo", "pipefail", file).Output()
		require.NoError(t, err, name)
		require.Equal(t, `{"received":true}`, string(out), "%s: %.1000s", name, command)
	}
}

// A delivery that is wrong on purpose is copied as wrong as it was.
func TestCurlOfAMutation(t *testing.T) {
	s := newStand(t, shop)
	event := s.event("charge.succeeded")
	for mutation, want := range map[string]string{
		"unsigned":               "--data-raw",
		"empty-signature":        "-H 'Stripe-Signature;'",
		"malformed=garbage":      "Stripe-Signature: ",
		"method=PUT":             "curl -X PUT ",
		"header=Content-Type:":   "-H Content-Type:",
		"signature=t={t},v1=abc": ",v1=abc'",
	} {
		_, _, command := s.get("/inspect/deliveries/" + s.deliver(event, mutation).ID + "/curl")
		require.Contains(t, command, want)
		require.Equal(t, mutation != "unsigned", strings.Contains(command, "Stripe-Signature"), command)
	}
}

// The test is a file as gofmt writes it, and the Go compiler runs it against the
// handler of the delivery: all of them at once, each under a name of its own.
func TestGoTest(t *testing.T) {
	realpart.Gate(t)
	s := newStand(t, shop)
	folder := t.TempDir()
	run := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=all", "-v")
	run.Env = append(os.Environ(), "STRIPE_WEBHOOK_SECRET="+secret)
	tests := []struct {
		name      string
		edits     []webhooktest.Edit
		mutations []string
		passes    bool
	}{
		{"plain", nil, nil, true},
		{"mutations", nil, []string{"compact", `header=X-Odd: "it's"`}, true},
		{"refused", nil, []string{"age=10m"}, false},
		{"a type that is no name, and text that is no raw string", []webhooktest.Edit{
			webhooktest.Set("type", "v1.`*/\n\"; 世界 1-x"), webhooktest.Add("data.object.metadata.note", "`\x7f\u2028`"),
		}, nil, true},
		{"without a type", []webhooktest.Edit{webhooktest.Set("type", "")}, nil, true},
	}
	for i, c := range tests {
		d := s.deliver(s.event("charge.succeeded", c.edits...), c.mutations...)
		_, _, text := s.get("/inspect/deliveries/" + d.ID + "/gotest")
		formatted, err := format.Source([]byte(text))
		require.NoError(t, err, c.name)
		require.Equal(t, string(formatted), text, c.name)
		require.Contains(t, text, s.endpoint.URL)
		text = strings.Replace(text, "func Test", fmt.Sprintf("func Test%d", i), 1)
		text = regexp.MustCompile(`\bpayload\b`).ReplaceAllString(text, fmt.Sprintf("payload%d", i))
		file := filepath.Join(folder, fmt.Sprintf("webhook%d_test.go", i))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		run.Args = append(run.Args, file)
	}
	out, err := run.CombinedOutput()
	require.Error(t, err, "one of them is refused")
	for i, c := range tests {
		verdict := map[bool]string{true: "PASS", false: "FAIL"}[c.passes]
		require.Regexp(t, fmt.Sprintf(`--- %s: Test%d\S* \(`, verdict, i), string(out), c.name)
	}
}

// The file is the event to the byte, under a name that is harmless.
func TestBodyAsAFile(t *testing.T) {
	s := newStand(t, shop)
	for eventType, want := range map[string]string{
		"charge.succeeded":                      "charge.succeeded.%s.json",
		"../../etc/passwd":                      "_.._etc_passwd.%s.json",
		"a\"; filename=\"evil.exe\r\nX-Evil: 1": "a___filename__evil.exe__X-Evil__1.%s.json",
		"":                                      "%s.json",
	} {
		event := s.event("charge.succeeded", webhooktest.Set("type", eventType))
		_, header, body := s.get("/inspect/deliveries/" + s.deliver(event).ID + "/body")
		require.Equal(t, string(event.Body()), body)
		require.Equal(t, `attachment; filename="`+strings.Replace(want, "%s", event.ID(), 1)+`"`, header.Get("Content-Disposition"))
		require.Empty(t, header.Get("X-Evil"))
	}
}
