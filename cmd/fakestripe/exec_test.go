package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/customer"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/internal/sockets"
)

// app is what the scripts start with exec: a shop that knows nothing of fakestripe. It
// makes a customer at Stripe when it starts, and for POST /buy a call to another host.
func app() {
	stripe.Key = os.Getenv("STRIPE_SECRET_KEY")
	made, err := customer.New(&stripe.CustomerParams{Email: stripe.String("nora@example.com")})
	if err != nil {
		fmt.Fprintln(os.Stderr, "app:", err)
		os.Exit(3)
	}
	fmt.Println("app: made", made.Email)
	if len(os.Args) < 2 {
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/", withLedger(shop.New(os.Getenv("STRIPE_WEBHOOK_SECRET"))))
	mux.HandleFunc("POST /other", func(w http.ResponseWriter, _ *http.Request) {
		_, err := http.Get("https://example.com/")
		fmt.Fprintln(w, err)
	})
	mux.HandleFunc("POST /die", func(http.ResponseWriter, *http.Request) {
		fmt.Println("app: out of memory")
		os.Exit(4)
	})
	fmt.Fprintln(os.Stderr, "app:", http.ListenAndServe("127.0.0.1:"+os.Args[1], mux))
	os.Exit(1)
}

// freePort is "freeport NAME": $NAME is a port that nobody listens on.
func freePort(ts *testscript.TestScript, _ bool, args []string) {
	port, err := unusedPort()
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// unusedPort returns a port that nobody listens on.
func unusedPort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return "", err
	}
	for sockets.Reachable(context.Background(), address) {
		runtime.Gosched() // a process that is being started has a copy until it runs its program
	}
	_, port, err := net.SplitHostPort(address)
	return port, err
}

// post is "post URL": what is answered is in the file answer.
func post(ts *testscript.TestScript, _ bool, args []string) {
	response, err := http.Post(args[0], "text/plain", nil)
	if err != nil {
		ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(err.Error()), 0o644))
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), body, 0o644))
}

func TestAppVariables(t *testing.T) {
	t.Parallel()
	const live = "rk_" + "live_" + "0123456789abcdefABCDEF"
	for _, c := range []struct {
		name   string
		base   []string
		stripe localStripe
		want   []string
		given  []string
	}{
		{
			"nothing is set", []string{"HOME=/"}, localStripe{secret: "whsec_a"},
			[]string{"HOME=/", "STRIPE_SECRET_KEY=" + execKey, "STRIPE_API_KEY=" + execKey, "STRIPE_WEBHOOK_SECRET=whsec_a"},
			[]string{"$STRIPE_SECRET_KEY", "$STRIPE_API_KEY", "$STRIPE_WEBHOOK_SECRET"},
		},
		{
			"what is set stays", []string{"STRIPE_SECRET_KEY=sk_test_own", "STRIPE_API_KEY=", "STRIPE_WEBHOOK_SECRET=whsec_a"}, localStripe{secret: "whsec_a"},
			[]string{"STRIPE_SECRET_KEY=sk_test_own", "STRIPE_API_KEY=", "STRIPE_WEBHOOK_SECRET=whsec_a", "STRIPE_API_KEY=" + execKey},
			[]string{"your $STRIPE_SECRET_KEY", "$STRIPE_API_KEY", "your $STRIPE_WEBHOOK_SECRET"},
		},
		{
			"flags count more", []string{"STRIPE_SECRET_KEY=sk_test_own", "STRIPE_WEBHOOK_SECRET=whsec_a"}, localStripe{secret: "whsec_b", secretGiven: true, key: "sk_test_flag"},
			[]string{"STRIPE_SECRET_KEY=sk_test_own", "STRIPE_WEBHOOK_SECRET=whsec_a", "STRIPE_SECRET_KEY=sk_test_flag", "STRIPE_API_KEY=sk_test_flag", "STRIPE_WEBHOOK_SECRET=whsec_b"},
			[]string{"$STRIPE_SECRET_KEY", "$STRIPE_API_KEY", "$STRIPE_WEBHOOK_SECRET"},
		},
	} {
		environment, given, err := appVariables(c.base, c.stripe)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, environment, c.name)
		require.Equal(t, c.given, given, c.name)
	}
	for _, value := range []string{live, "sk_" + "live_" + "0123456789abcdefABCDEF", "key=" + live} {
		_, _, err := appVariables([]string{"PAYMENTS=" + value}, localStripe{})
		require.ErrorContains(t, err, "$PAYMENTS has a live key")
		require.NotContains(t, err.Error(), "0123456789")
	}
	_, _, err := appVariables([]string{"SHOWN=pk_" + "live_" + "0123456789abcdefABCDEF"}, localStripe{})
	require.NoError(t, err, "it is public, and no key of a server")
}

func TestAddressOf(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"":                             "",
		"4242/webhook":                 "localhost:4242",
		"localhost:3000/api":           "localhost:3000",
		"https://app.internal/webhook": "app.internal:443",
		"http://[::1]/webhook":         "[::1]:80",
	} {
		require.Equal(t, want, addressOf(to), to)
	}
}

// TestExecShowsNoSecret: not even one that the app printed before it died.
func TestExecShowsNoSecret(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	sh := shell{out: &said, err: &said, getenv: func(string) string { return "" }, terminal: func(io.Writer) bool { return false }}
	e := execution{line: "echo my secret is not_of_a_known_form; exit 3", patience: execPatience}
	_, err := e.start(t.Context(), sh, localStripe{api: http.NotFoundHandler(), to: "http://127.0.0.1:1", secret: "not_of_a_known_form"})
	require.ErrorContains(t, err, "my secret is")
	require.NotContains(t, err.Error()+said.String(), "not_of_a_known_form")
}

// exitCodeIs is "exitcode N ARG …": fakestripe with these arguments exits with N.
func exitCodeIs(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("fakestripe", args[1:]...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit status %d, want %s", code, args[0])
	}
}
