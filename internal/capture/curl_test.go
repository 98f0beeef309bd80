package capture_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/capture"
	"github.com/fakestripe/fakestripe/internal/realpart"
)

// commands are command lines as people have them; URL stands for where curl is to
// send to, and body.json is a file beside.
var commands = []struct {
	name, line string
	body       string // what curl sends
	signature  string
}{
	{"plain", `curl URL -H 'Stripe-Signature: t=1,v1=ab' -d '{"a":1}'`, `{"a":1}`, "t=1,v1=ab"},
	{"Chrome on Linux", "curl 'URL' \\\n  -H 'Accept: */*' \\\n  -H 'Stripe-Signature: t=1,v1=ab' \\\n  --data-raw $'{\\n  \"name\": \"Zo\\xc3\\xab it\\'s \\u00fc\"\\n}' \\\n  --compressed", "{\n  \"name\": \"Zoë it's ü\"\n}", "t=1,v1=ab"},
	{"double quotes", `curl "URL" --header "Stripe-Signature: t=1,v1=ab" --data "{\"a\": \"b\\\\n \$x \z\"}"`, `{"a": "b\\n $x \z"}`, "t=1,v1=ab"},
	{"short options run together", `curl -sSXPOST -H'Stripe-Signature:t=1,v1=ab' -d{} URL`, "{}", "t=1,v1=ab"},
	{"a file", `curl URL -H 'Stripe-Signature: t=1,v1=ab' --data-binary @body.json`, "{\r\n  \"a\": 1\n}\n", "t=1,v1=ab"},
	{"a file without its lines", `curl URL -H 'Stripe-Signature: t=1,v1=ab' -d @body.json`, `{  "a": 1}`, "t=1,v1=ab"},
	{"an @ that is no file", `curl URL --data-raw @body.json`, "@body.json", ""},
	{"several parts", `curl URL -d a=1 -d b=2 --data-urlencode 'c={"x y"}'`, "a=1&b=2&c=%7B%22x+y%22%7D", ""},
	{"urlencoded file", `curl URL --data-urlencode payload@body.json`, "payload=%7B%0D%0A++%22a%22%3A+1%0A%7D%0A", ""},
	{"json", `curl URL --json '{"a":' --json '1}' -H 'Stripe-Signature: t=1,v1=ab'`, `{"a":1}`, "t=1,v1=ab"},
	{"an empty header", `curl URL -H 'Stripe-Signature;' -d {}`, "{}", ""},
	{"a header taken away", `curl URL -H 'Stripe-Signature:' -d {}`, "{}", ""},
	{"headers from a file", `curl URL -H @headers.txt -d {}`, "{}", "t=1,v1=ab"},
	{"an upload", `curl URL -T body.json`, "{\r\n  \"a\": 1\n}\n", ""},
	{"a pipe behind it", "curl URL -s -d '{}' -H 'Stripe-Signature: t=1,v1=ab' | cat; echo done", "{}", "t=1,v1=ab"},
	{"a redirection", "curl URL -s -d '{}' > out.txt", "{}", ""},
	{"a comment", "# replay it\ncurl URL -d '{}' # now", "{}", ""},
	{"an argument of several pieces", `curl URL -d '{"a": "'"it"\'s'"}'`, `{"a": "it's"}`, ""},
	{"octal and control", `curl URL -d $'\101\x42\t\e\\\?'`, "AB\t\x1b\\?", ""},
	{"nothing to send", `curl URL -H 'Stripe-Signature: t=1,v1=ab'`, "", "t=1,v1=ab"},
}

// TestCurlJudges runs the command lines with bash and curl, and wants from ParseCurl
// what a server gets from them.
func TestCurlJudges(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the bash of Windows may be that of another system, WSL")
	}
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			realpart.Missing(t, program)
		}
	}
	if testing.Short() {
		t.Skip("starts a shell and curl for each command line, which takes seconds")
	}
	dir := t.TempDir()
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	write("body.json", "{\r\n  \"a\": 1\n}\n")
	write("headers.txt", "Accept: */*\r\nStripe-Signature: t=1,v1=ab\n")
	type request struct{ signature, body string }
	requests := make(chan request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(err)
		}
		select {
		case requests <- request{r.Header.Get("Stripe-Signature"), string(body)}:
		case <-t.Context().Done(): // nobody asks for what came when a test had failed
		}
	}))
	t.Cleanup(server.Close) // after the context has ended
	for _, test := range commands {
		t.Run(test.name, func(t *testing.T) {
			want := request{test.signature, test.body}
			command := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(test.line, "URL", server.URL))
			command.Dir, command.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8", "no_proxy=*")
			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s", output)
			require.Equal(t, want, <-requests)

			r, err := capture.ParseCurl([]byte(test.line), func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) })
			require.NoError(t, err)
			require.Equal(t, want, request{r.Header.Get("Stripe-Signature"), string(r.Body)})
		})
	}
}

func TestParseCurlOfOtherShells(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, body string }{
		{"Windows' cmd", "curl ^\"http://localhost/hook^\" ^\r\n  -H ^\"Stripe-Signature: t=1,v1=ab^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\": 1^}^\"", `{"a": 1}`},
		{"cmd with line breaks", "curl ^\"http://localhost/hook^\" ^\n  -H ^\"Stripe-Signature: t=1,v1=ab^\" ^\n  --data-raw ^\"^{^\n\n  ^\\^\"a^\\^\": 1^\n\n^}^\"", "{\n  \"a\": 1\n}"},
		{"PowerShell", "curl.exe http://localhost/hook `\r\n  -H 'Stripe-Signature: t=1,v1=ab' `\r\n  --data-raw '{\"a\": 1}'", `{"a": 1}`},
		{"white space after the backslash", "curl http://localhost/hook \\  \n -H 'Stripe-Signature: t=1,v1=ab' \\\t\r\n -d '{}'", "{}"},
		{"values behind =, which curl itself does not take", "curl --url=http://localhost/hook --header='Stripe-Signature: t=1,v1=ab' --data-raw='{}'", "{}"},
		{"a prompt", "$ curl http://localhost/hook -H 'Stripe-Signature: t=1,v1=ab' -d '{}'", "{}"},
		{"a path", "time /usr/bin/curl http://localhost/hook -H 'Stripe-Signature: t=1,v1=ab' -d '{}'", "{}"},
		{"an & that was not quoted", "curl http://localhost/hook?a=1&b=2;c -H 'Stripe-Signature: t=1,v1=ab' -d '{}'", "{}"},
		{"options that are not known", "curl --resolve a:1:b --tls13-ciphers X -H 'Stripe-Signature: t=1,v1=ab' --new-option=5 --max-time 3 -d '{}' -k", "{}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := capture.ParseCurl([]byte(test.line), os.ReadFile)
			require.NoError(t, err)
			require.Equal(t, test.body, string(r.Body))
			require.Equal(t, "t=1,v1=ab", r.Header.Get("Stripe-Signature"))
		})
	}
}

func TestParseCurlErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, want string }{
		{"nothing", "", "line 1: no curl command: want one such as"},
		{"JSON", `{"id": "evt_1"}`, "line 1: no curl command"},
		{"wget", "wget http://localhost", "line 1: no curl command"},
		{"a quote that is not closed", "curl URL \\\n  -d '{\"a\": 1}", "line 2: a quote (') that is not closed: is the command complete?"},
		{"a double quote", "curl URL -d \"{", `line 1: a quote (") that is not closed`},
		{"a dollar quote", "curl URL \\\n\\\n -d $'{\n\n", "line 3: a quote ($') that is not closed"},
		{"a value that is missing", "curl URL \\\n -H", "line 2: -H without a value: is the command complete?"},
		{"a long one", "curl URL --data-raw", "line 1: --data-raw without a value"},
		{"no header", "curl URL -H garbage", `line 1: -H: "garbage" is not a header: want Name: value`},
		{"a form", "curl URL -F a=b", "line 1: -F: a multipart form is not a webhook: want -d, --data-raw or --data-binary"},
		{"a GET", "curl -G URL -d a=b", "-G (--get) puts the data into the URL: the request has no body"},
		{"two requests", "curl URL --next URL", "line 1: --next: more than one request; want one"},
		{"a command inside", `curl URL -H "Stripe-Signature: $(fakestripe sign e.json)" -d {}`, "line 1: -H: has a $(…) that only a shell fills in"},
		{"a config", "curl URL -K x", "line 1: -K: options in a file are not read"},
		{"a file that is not there", "curl URL \\\n --data-binary @missing.json", "line 2: --data-binary: open missing.json: no such file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := capture.ParseCurl([]byte(test.line), func(name string) ([]byte, error) {
				return nil, fmt.Errorf("open %s: %s", name, "no such file or directory")
			})
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := capture.ParseCurl(nil, nil)
	require.ErrorIs(t, err, capture.ErrNoCommand)
}

func TestCurlSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	file := func(string) ([]byte, error) { return []byte("{\n}\n"), nil }
	r, err := capture.ParseCurl([]byte("curl URL -d x -d @event.json -d 'y\n'"), file)
	require.NoError(t, err)
	require.Equal(t, "x&{}&y\n", string(r.Body))
	require.Equal(t, "x&{\n}\n&y\n", string(r.Unstripped))
	require.Equal(t, []string{"curl's -d @event.json leaves out the line breaks of the file: --data-binary @event.json keeps them"}, r.Notes)
	r, err = capture.ParseCurl([]byte("curl URL --data-binary @event.json"), file)
	require.NoError(t, err)
	require.Nil(t, r.Unstripped, "nothing was left out")
}

func FuzzParseCurl(f *testing.F) {
	for _, c := range commands {
		f.Add(c.line)
	}
	for _, line := range []string{"curl ^\"", "curl '", "curl $'\\", "curl \\", "curl \"\\", "curl -", "curl --", "curl -d", "curl -H ;", "`\n", "^\n\n", "curl $'\\U00110000\\xZZ\\400'"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r, err := capture.ParseCurl([]byte(line), func(string) ([]byte, error) { return []byte("x\n"), nil })
		if err != nil {
			require.Nil(t, r)
			require.NotEmpty(t, err.Error())
			return
		}
		require.LessOrEqual(t, len(r.Body), 4*len(line), "nothing comes from nowhere")
	})
}
