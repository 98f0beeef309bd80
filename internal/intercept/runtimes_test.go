package intercept_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/intercept"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// TestRuntimes: programs that know nothing of us, with the official SDKs or the HTTP
// clients that these use, call our API.
func TestRuntimes(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	node := func(sdk, client string) func(*testing.T) []string {
		return func(t *testing.T) []string {
			program := realpart.Need(t, "apt-get install nodejs", "node")
			folder := filepath.Join("..", "..", "fixtures", "typecheck", "node_modules", sdk)
			if _, err := os.Stat(folder); err != nil {
				realpart.Missing(t, "the npm package "+sdk+" (npm ci --prefix fixtures/typecheck)")
			}
			folder, err := filepath.Abs(folder)
			require.NoError(t, err)
			return []string{program, "testdata/sdk.cjs", folder, client}
		}
	}
	for _, c := range []struct {
		name    string
		command func(*testing.T) []string
		want    string
	}{
		{"stripe-node 14, https", node("stripe-14.25", "https"), "a@example.com\n"},
		{"stripe-node 14, fetch", node("stripe-14.25", "fetch"), "a@example.com\n"},
		{"stripe-node 18, https", node("stripe-18.5", "https"), "a@example.com\n"},
		{"stripe-node 18, fetch", node("stripe-18.5", "fetch"), "a@example.com\n"},
		{"stripe-node 23, https", node("stripe-23.1", "https"), "a@example.com\n"},
		{"stripe-node 23, fetch", node("stripe-23.1", "fetch"), "a@example.com\n"},
		{"stripe-python", python("testdata/sdk.py"), "a@example.com\n"},
		{"Python's own client, no proxy, authorities given", func(t *testing.T) []string {
			return append(python("testdata/plain.py")(t), foreignAuthorities)
		}, "a@example.com\n"},
		{"Ruby's Net::HTTP as the gem has it", func(t *testing.T) []string {
			return []string{realpart.Need(t, "apt-get install ruby", "ruby"), "testdata/client.rb"}
		}, "a@example.com\na@example.com\n"},
		{"PHP's curl", php("testdata/client.php"), "a@example.com\n"},
		{"PHP with Composer, authorities given", php("testdata/composer/index.php"), "a@example.com\n"},
		{"curl", func(t *testing.T) []string {
			return []string{
				realpart.Need(t, "apt-get install curl", "curl"), "-sS", "-o", os.DevNull, "-w", "%{http_code}\n",
				"-u", "sk_test_curl:", "https://api.stripe.com/v1/customers", "-d", "email=a@example.com",
			}
		}, "200\n"},
		{"stripe-go 76", goProgram(".", "testdata/gosdk"), "a@example.com\n"},
		{"stripe-go 86", goProgram("../../examples/stripe-go-latest", "testdata/gosdk"), "a@example.com\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := c.command(t)
			api := new(stripeapi.Server)
			output, err := runIn(t, intercept.Config{Stripe: api, Offline: true}, args...)
			require.NoError(t, err, output)
			require.Equal(t, c.want, output)
			require.NotEmpty(t, api.Calls())
		})
	}
}

// TestRuntimesOffline: what they call elsewhere is refused, and told.
func TestRuntimesOffline(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, c := range []struct {
		name    string
		command func(*testing.T) []string
	}{
		{"Node", func(t *testing.T) []string {
			return []string{realpart.Need(t, "apt-get install nodejs", "node"), "-e", "fetch('https://elsewhere.example/').catch(() => {})"}
		}},
		{"Node's https", func(t *testing.T) []string {
			return []string{realpart.Need(t, "apt-get install nodejs", "node"), "-e", "require('https').get('https://elsewhere.example/').on('error', () => {})"}
		}},
		{"Python", func(t *testing.T) []string {
			return []string{realpart.Need(t, "apt-get install python3", "python3"), "-c", "import urllib.request as u\ntry: u.urlopen('https://elsewhere.example/')\nexcept OSError: pass"}
		}},
		{"Ruby", func(t *testing.T) []string {
			return []string{realpart.Need(t, "apt-get install ruby", "ruby"), "-rnet/http", "-e", "Net::HTTP.get(URI('https://elsewhere.example/')) rescue nil"}
		}},
		{"PHP", func(t *testing.T) []string {
			return append(php("-r")(t), "curl_exec(curl_init('https://elsewhere.example/'));")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := c.command(t)
			refused := make(chan string, 10)
			output, err := runIn(t, intercept.Config{Stripe: http.NotFoundHandler(), Offline: true, Refused: func(host string) { refused <- host }}, args...)
			require.NoError(t, err, output)
			require.Equal(t, "elsewhere.example", <-refused)
		})
	}
}

// foreignAuthorities is a list without ours, as an SDK has it.
const foreignAuthorities = "testdata/composer/authorities.pem"

func python(script string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		const debian = "/usr/bin/python3" // which has Debian's python3-stripe
		if exec.Command(debian, "-c", "import stripe").Run() != nil {
			realpart.Missing(t, "python3 with stripe (apt-get install python3-stripe)")
		}
		return []string{debian, script}
	}
}

func php(script string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		program := realpart.Need(t, "apt-get install php-cli php-curl", "php")
		if exec.Command(program, "-r", "exit(extension_loaded('curl') ? 0 : 1);").Run() != nil {
			realpart.Missing(t, "PHP's curl (apt-get install php-curl)")
		}
		return []string{program, script}
	}
}

// goProgram builds a program of a module. Go heeds SSL_CERT_FILE where it does not ask
// the system.
func goProgram(module, folder string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		if runtime.GOOS != "linux" {
			t.Skip("Go asks the system for its authorities here")
		}
		program := filepath.Join(t.TempDir(), "program")
		output, err := exec.Command("go", "build", "-C", module, "-o", program, "./"+folder).CombinedOutput()
		require.NoError(t, err, string(output))
		return []string{program}
	}
}

// runIn runs a program with a proxy.
func runIn(t *testing.T, config intercept.Config, args ...string) (output string, err error) {
	t.Helper()
	proxy, err := intercept.Start(config)
	require.NoError(t, err)
	t.Cleanup(proxy.Close)
	folder, err := proxy.NewFolder(os.Getenv)
	require.NoError(t, err)
	t.Cleanup(folder.Remove)
	command := exec.CommandContext(t.Context(), args[0], args[1:]...)
	command.Env = proxy.Environ(os.Environ(), folder)
	var printed, said bytes.Buffer
	command.Stdout, command.Stderr = &printed, &said
	err = command.Run()
	return strings.TrimLeft(printed.String()+said.String(), "\n"), err
}
