package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/event"
	"github.com/stripe/stripe-go/v76/webhook"
	"github.com/stripe/stripe-go/v76/webhookendpoint"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A readyLine is what listen prints when it is ready.
type readyLine struct {
	URL       string `json:"url"`
	Token     string `json:"token"`
	Inspector string `json:"inspector"`
	APIKey    string `json:"api_key"`
}

// startServer starts fakestripe listen, which ends with the test.
func startServer(t *testing.T, args ...string) (ready readyLine) {
	t.Helper()
	needInterrupts(t)
	command := exec.Command("fakestripe", append([]string{"listen", "--format", "json"}, args...)...)
	command.Stderr = t.Output()
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		hanging := time.AfterFunc(patience, func() { _ = command.Process.Kill() })
		defer hanging.Stop()
		_, _ = io.Copy(io.Discard, out)
		_ = command.Wait() // 1 where something was not delivered
		require.True(t, command.ProcessState.Exited(), command.ProcessState)
	})
	var line struct{ Ready readyLine }
	require.NoError(t, json.NewDecoder(out).Decode(&line))
	return line.Ready
}

// A call is a request to a running listen.
type call struct {
	name, method, path, host string
	header                   []string // name and value in turn
	body                     string
	want                     int
}

// make calls and returns the body of the answer.
func (c *call) make(t *testing.T, base string) string {
	t.Helper()
	request, err := http.NewRequest(c.method, base+c.path, strings.NewReader(c.body))
	require.NoError(t, err)
	request.Host = c.host
	for i := 0; i < len(c.header); i += 2 {
		request.Header.Set(c.header[i], c.header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, c.want, answer.StatusCode, "%s: %s", c.name, body)
	return string(body)
}

func TestWhoMayTalkToListen(t *testing.T) {
	t.Parallel()
	const event = `{"id":"evt_1","object":"event","type":"charge.succeeded"}`
	ready := startServer(t, "--listen", "127.0.0.1:0")
	require.Empty(t, ready.Token)
	own, err := url.Parse(ready.URL)
	require.NoError(t, err)
	key := []string{"Authorization", "Bearer sk_test_x"}
	for _, c := range []call{
		{"the inspector", "GET", "/", own.Host, nil, "", 200},
		{"the inspector, under another name", "GET", "/", "evil.example", nil, "", 403},
		{"its deliveries, under another name", "GET", "/inspect/deliveries", "evil.example:12113", nil, "", 403},
		{"the command", "POST", listen.ControlPath, own.Host, nil, event, 200},
		{"another name", "POST", listen.ControlPath, "evil.example", nil, event, 403},
		{"another page", "POST", listen.ControlPath, own.Host, []string{"Origin", "https://evil.example"}, event, 403},
		{"junk", "POST", listen.ControlPath, own.Host, nil, "junk", 400},
		{"a body without end", "POST", listen.ControlPath, own.Host, nil, strings.Repeat(" ", listen.MaxEvent+1), 413},
		{"an SDK", "GET", "/v1/events", own.Host, key, "", 200},
		{"an SDK in a container", "GET", "/v1/events", "stripe:12113", key, "", 200},
		{"an SDK, under a foreign name", "GET", "/v1/events", "evil.example:12113", key, "", 403},
		{"API v2, under a foreign name", "GET", "/v2/core/events", "evil.example", key, "", 403},
		{"an SDK without a key", "GET", "/v1/events", own.Host, nil, "", 401},
		{"an SDK with a live key", "GET", "/v1/events", own.Host, []string{"Authorization", "Bearer sk_live_x"}, "", 401},
		{"a page with a key", "POST", "/v1/customers", own.Host, append([]string{"Origin", "https://evil.example"}, key...), "", 403},
		{"health", "GET", "/healthz", "anything", nil, "", 200},
	} {
		c.make(t, ready.URL)
	}
}

func TestAnotherInterfaceNeedsTheToken(t *testing.T) {
	t.Parallel()
	ready := startServer(t, "--listen", "0.0.0.0:0", "--inspect", "off")
	require.NotEmpty(t, ready.Token)
	require.Empty(t, ready.Inspector)
	token := []string{"Authorization", "Bearer " + ready.Token}
	for _, c := range []call{
		{"nobody", "GET", "/", "", nil, "", 401},
		{"nobody's event", "POST", listen.ControlPath, "", nil, "{}", 401},
		{"the token, but no inspector", "GET", "/", "", token, "", 404},
		{"the token", "POST", listen.ControlPath, "", token, "{}", 200},
		{"an SDK with any key", "GET", "/v1/events", "stripe", []string{"Authorization", "Bearer sk_test_x"}, "", 401},
		{"API v2 with any key", "GET", "/v2/core/events", "stripe", []string{"Authorization", "Bearer sk_test_x"}, "", 401},
		{"an SDK with the token for a key", "GET", "/v1/events", "stripe", token, "", 401},
		{"an SDK with the key", "GET", "/v1/events", "stripe", []string{"Authorization", "Bearer " + ready.APIKey}, "", 200},
	} {
		c.make(t, ready.URL)
	}
	send := func(base string) string {
		out, _ := exec.Command("fakestripe", "send", "charge.succeeded", "--api-base", base).CombinedOutput()
		return string(bytes.ToValidUTF8(out, nil))
	}
	require.Contains(t, send(ready.URL), "a token is needed")
	require.Contains(t, send(ready.URL+"/?token="+ready.Token), "no endpoint takes it")
}

func TestTheKeyAndTheNamesThatAreGiven(t *testing.T) {
	t.Parallel()
	const key = "sk_test_0123456789abcdef"
	ready := startServer(t, "--listen", "127.0.0.1:0", "--api-key", key, "--api-host", "stripe.test.example")
	require.Empty(t, ready.APIKey, "who gave it has it")
	for _, c := range []call{
		{"another key", "GET", "/v1/events", "", []string{"Authorization", "Bearer sk_test_0123456789abcdeX"}, "", 401},
		{"the key", "GET", "/v1/events", "", []string{"Authorization", "Bearer " + key}, "", 200},
		{"the name", "GET", "/v1/events", "stripe.test.example", []string{"Authorization", "Bearer " + key}, "", 200},
	} {
		c.make(t, ready.URL)
	}
	another := call{"another name", "GET", "/v1/events", "stripe.evil.example", []string{"Authorization", "Bearer " + key}, "", 403}
	require.Contains(t, another.make(t, ready.URL), "--api-host NAME")
}

// Who may call the API may not make listen send anywhere.
func TestEndpointsOfTheAPIStayNear(t *testing.T) {
	t.Parallel()
	register := func(ready readyLine, url string) error {
		_, err := endpointsOf(ready.URL).New(&stripe.WebhookEndpointParams{URL: stripe.String(url), EnabledEvents: stripe.StringSlice([]string{"*"})})
		return err
	}
	near := startServer(t, "--listen", "127.0.0.1:0")
	require.NoError(t, register(near, "http://127.0.0.1:4242/webhook"))
	require.NoError(t, register(near, "http://10.1.2.3/webhook"))
	require.ErrorContains(t, register(near, "http://169.254.169.254/latest/meta-data"), "link-local")
	require.ErrorContains(t, register(near, near.URL+"/v1/customers"), "fakestripe's own address")
	require.ErrorContains(t, register(near, "https://203.0.113.9/webhook"), "--allow-remote")

	far := startServer(t, "--listen", "127.0.0.1:0", "--allow-remote")
	require.NoError(t, register(far, "https://203.0.113.9/webhook"))
	require.ErrorContains(t, register(far, "http://169.254.169.254/latest/meta-data"), "link-local")
}

// endpointsOf is stripe-go's client of the endpoints of a running listen.
func endpointsOf(base string) webhookendpoint.Client {
	return webhookendpoint.Client{B: backendOf(base), Key: "sk_test_listen"}
}

func backendOf(base string) stripe.Backend {
	return stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: stripe.String(base), LeveledLogger: &stripe.LeveledLogger{}, MaxNetworkRetries: stripe.Int64(0),
	})
}

// An application registers its endpoint when it starts, as some do at Stripe.
func TestAnEndpointThatIsRegistered(t *testing.T) {
	t.Parallel()
	ready := startServer(t, "--listen", "127.0.0.1:0", "--retry-schedule", "none")
	endpoints := endpointsOf(ready.URL)
	var secret atomic.Value
	got := make(chan stripe.Event, 10)
	handler := serveTest(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret.Load().(string))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		got <- event
	}))
	endpoint, err := endpoints.New(&stripe.WebhookEndpointParams{URL: stripe.String(handler.URL), EnabledEvents: stripe.StringSlice([]string{"charge.succeeded"})})
	require.NoError(t, err)
	require.Regexp(t, `^whsec_`, endpoint.Secret)
	secret.Store(endpoint.Secret)

	send := func(eventType string) error {
		return exec.Command("fakestripe", "send", eventType, "--api-base", ready.URL).Run()
	}
	require.NoError(t, send("charge.succeeded"))
	event := await(t, got, "the event")
	require.Error(t, send("charge.failed"), "nobody wants it")

	retry := stripe.Event{}
	require.NoError(t, endpoints.B.Call("POST", "/v1/events/"+event.ID+"/retry", "sk_test_listen", nil, &retry))
	require.Equal(t, event.ID, await(t, got, "the event").ID)

	_, err = endpoints.Del(endpoint.ID, nil)
	require.NoError(t, err)
	require.Error(t, send("charge.succeeded"), "nobody is there")
}

// What a client of the API does not say about an endpoint stays as it was.
func TestAnEndpointThatIsChanged(t *testing.T) {
	needInterrupts(t)
	t.Parallel()
	const secret = "whsec_changed"
	got := make(chan *http.Request, 10)
	handler := serveTest(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if _, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		got <- r
	}))
	withPassword := strings.Replace(handler.URL, "http://", "http://me:hunter2@", 1)
	ready := startServer(t, "--listen", "127.0.0.1:0", "--retry-schedule", "none", "--secret", secret, "-f", withPassword, "-H", "X-Env: dev")
	endpoints := endpointsOf(ready.URL)
	list := endpoints.List(nil)
	require.True(t, list.Next())
	endpoint := list.WebhookEndpoint()
	send := func(args ...string) error {
		return exec.Command("fakestripe", append([]string{"send", "--api-base", ready.URL}, args...)...).Run()
	}
	for _, c := range []struct {
		name      string
		change    *stripe.WebhookEndpointParams
		delivered bool
	}{
		{"nothing that deliveries show", &stripe.WebhookEndpointParams{Description: stripe.String("the shop")}, true},
		{"off", &stripe.WebhookEndpointParams{Disabled: stripe.Bool(true)}, false},
		{"on, for one type", &stripe.WebhookEndpointParams{Disabled: stripe.Bool(false), EnabledEvents: stripe.StringSlice([]string{"charge.succeeded"})}, true},
	} {
		changed, err := endpoints.Update(endpoint.ID, c.change)
		require.NoError(t, err, c.name)
		require.Empty(t, changed.Secret, c.name)
		if !c.delivered {
			require.Error(t, send("charge.succeeded"), c.name)
			continue
		}
		for _, account := range [][]string{nil, {"--account", "acct_1"}} {
			require.NoError(t, send(append([]string{"charge.succeeded"}, account...)...), c.name)
			r := await(t, got, "the event")
			_, password, _ := r.BasicAuth()
			require.Equal(t, []string{"dev", "hunter2"}, []string{r.Header.Get("X-Env"), password}, c.name)
		}
	}
	require.Error(t, send("charge.failed"), "it is for one type now")
	_, err := endpoints.Update(endpoint.ID, &stripe.WebhookEndpointParams{URL: stripe.String(handler.URL + "/moved")})
	require.NoError(t, err)
	require.NoError(t, send("charge.succeeded"))
	r := await(t, got, "the event")
	require.Equal(t, []string{"/moved", "dev"}, []string{r.URL.Path, r.Header.Get("X-Env")})
}

// What was not accepted can be listed, as at Stripe.
func TestUndeliveredEventsAreListed(t *testing.T) {
	needInterrupts(t)
	t.Parallel()
	refuse := serveTest(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	ready := startServer(t, "--listen", "127.0.0.1:0", "--retry-schedule", "none", "-f", refuse.URL, "-e", "charge.failed")
	for _, eventType := range []string{"charge.failed", "charge.succeeded"} {
		require.Error(t, exec.Command("fakestripe", "send", eventType, "--api-base", ready.URL).Run())
	}
	params := &stripe.EventListParams{DeliverySuccess: stripe.Bool(false)}
	var types []string
	for list := (event.Client{B: backendOf(ready.URL), Key: "sk_test_listen"}).List(params); list.Next(); {
		types = append(types, string(list.Event().Type))
	}
	require.Equal(t, []string{"charge.failed"}, types)
}

func TestASecondInterruptEndsAtOnce(t *testing.T) {
	needInterrupts(t)
	t.Parallel()
	entered := make(chan struct{}, 1)
	hang := serveTest(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case entered <- struct{}{}:
		default: // it is known already
		}
		<-r.Context().Done()
	}))
	command := exec.Command("fakestripe", "listen", "--listen", "127.0.0.1:0", "-j", "-f", hang.URL, "--timeout", "1h")
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill() }) // it has ended, unless the test failed
	var line struct{ Ready readyLine }
	require.NoError(t, json.NewDecoder(out).Decode(&line))
	client, err := listen.NewClient(line.Ready.URL)
	require.NoError(t, err)
	defer client.Close()
	event, err := new(webhooktest.Source).Event("charge.succeeded")
	require.NoError(t, err)
	go func() {
		for range client.Submit(t.Context(), event) {
		}
	}()
	await(t, entered, "the delivery")
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for { // the first ends it cleanly, which would take ten seconds
		select {
		case err := <-ended:
			require.EqualError(t, err, "exit status 130")
			return
		default:
			_ = command.Process.Signal(os.Interrupt)
			runtime.Gosched()
		}
	}
}
