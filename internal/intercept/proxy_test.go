package intercept_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/intercept"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// open starts a proxy, and returns a client that honors what Environ says.
func open(t *testing.T, config intercept.Config) (*intercept.Proxy, *intercept.Folder, *http.Client) {
	t.Helper()
	proxy, err := intercept.Start(config)
	require.NoError(t, err)
	t.Cleanup(proxy.Close)
	folder, err := proxy.NewFolder(func(string) string { return "" })
	require.NoError(t, err)
	t.Cleanup(folder.Remove)
	authorities := x509.NewCertPool()
	text, err := os.ReadFile(filepath.Join(folder.Path(), "ca.pem"))
	require.NoError(t, err)
	require.True(t, authorities.AppendCertsFromPEM(text))
	transport := &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", proxy.Port())}),
		TLSClientConfig: &tls.Config{RootCAs: authorities},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return proxy, folder, &http.Client{Transport: transport}
}

func get(t *testing.T, client *http.Client, at string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	require.NoError(t, err)
	request.SetBasicAuth("sk_test_x", "")
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func TestStripesHosts(t *testing.T) {
	t.Parallel()
	_, _, client := open(t, intercept.Config{Stripe: new(stripeapi.Server), Offline: true})
	for _, c := range []struct {
		url, want string
		status    int
	}{
		{"https://api.stripe.com/v1/customers", `"object": "list"`, 200},
		{"https://files.stripe.com/v1/files", `"object": "list"`, 200},
		{"https://connect.stripe.com/oauth/token", "Unrecognized request URL (GET: /oauth/token)", 404},
		{"https://m.stripe.com/6", "Unrecognized request URL", 404},
		{"https://dashboard.stripe.com/login", `fakestripe exec answers for api, files, connect, checkout, m, meter-events.stripe.com, not for \"dashboard.stripe.com\" (GET /login)`, 404},
	} {
		status, body := get(t, client, c.url)
		require.Equal(t, c.status, status, c.url)
		require.Contains(t, body, c.want)
	}
}

// TestOtherHosts pass through untouched, with the certificate that they have.
func TestOtherHosts(t *testing.T) {
	t.Parallel()
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s from %s", r.Method, r.URL.Path)
	}))
	t.Cleanup(other.Close)
	for _, upstream := range []bool{false, true} {
		config := intercept.Config{Stripe: http.NotFoundHandler()}
		asked := make(chan string, 1)
		if upstream {
			address := upstreamProxy(t, asked)
			config.Upstream = func(string) (string, string) { return address, "Basic abc" }
		}
		_, _, client := open(t, config)
		client.Transport.(*http.Transport).TLSClientConfig = other.Client().Transport.(*http.Transport).TLSClientConfig
		status, body := get(t, client, other.URL+"/path")
		require.Equal(t, 200, status)
		require.Equal(t, "GET from /path", body)
		if upstream {
			require.Equal(t, other.Listener.Addr().String()+" Basic abc", <-asked)
		}
	}
}

// upstreamProxy is a proxy of the user's own.
func upstreamProxy(t *testing.T, asked chan<- string) (address string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Host + " " + r.Header.Get("Proxy-Authorization")
		to, err := net.Dial("tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		defer to.Close()
		from, in, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, in) }()
		_, _ = io.Copy(from, to)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestOffline(t *testing.T) {
	t.Parallel()
	refused := make(chan string, 10)
	proxy, _, client := open(t, intercept.Config{Stripe: http.NotFoundHandler(), Offline: true, Refused: func(host string) { refused <- host }})
	for range 2 { // told once
		_, err := client.Get("https://example.com/")
		require.ErrorContains(t, err, "Forbidden")
	}
	status, body := get(t, client, "http://plain.example.com/")
	require.Equal(t, 403, status)
	require.Equal(t, "offline: fakestripe exec does not call plain.example.com\n", body)
	_, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", proxy.Port()), &tls.Config{ServerName: "direct.example.com"})
	require.Error(t, err)
	close(refused)
	var hosts []string
	for host := range refused {
		hosts = append(hosts, host)
	}
	require.Equal(t, []string{"example.com", "plain.example.com", "direct.example.com"}, hosts)
}

// TestAuthority: it can vouch for Stripe's hosts only, its key is nowhere, and others of
// the machine cannot read what there is.
func TestAuthority(t *testing.T) {
	t.Parallel()
	proxy, folder, _ := open(t, intercept.Config{Stripe: http.NotFoundHandler()})
	info, err := os.Stat(folder.Path())
	require.NoError(t, err)
	if os.PathSeparator == '/' {
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	}
	require.NoError(t, filepath.WalkDir(folder.Path(), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		require.NotContains(t, string(text), "PRIVATE KEY", path)
		require.NotContains(t, string(text), "FAKESTRIPE_", path)
		return err
	}))
	text, err := os.ReadFile(filepath.Join(folder.Path(), "ca.pem"))
	require.NoError(t, err)
	authorities := x509.NewCertPool()
	require.True(t, authorities.AppendCertsFromPEM(text))
	connection, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", proxy.Port()), &tls.Config{ServerName: "api.stripe.com", RootCAs: authorities})
	require.NoError(t, err)
	chain := connection.ConnectionState().VerifiedChains[0]
	require.Equal(t, []string{"stripe.com"}, chain[1].PermittedDNSDomains)
	require.True(t, chain[1].PermittedDNSDomainsCritical)
	require.NoError(t, connection.Close())

	folder.Remove()
	require.NoDirExists(t, folder.Path())
	again, err := intercept.Start(intercept.Config{Stripe: http.NotFoundHandler()})
	require.NoError(t, err)
	defer again.Close()
	_, err = tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", again.Port()), &tls.Config{ServerName: "api.stripe.com", RootCAs: authorities})
	require.ErrorAs(t, err, new(*tls.CertificateVerificationError), "another run has another authority")
}

// TestCloseEndsConnections: none is left, whatever it waits for.
func TestCloseEndsConnections(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	proxy, err := intercept.Start(intercept.Config{Stripe: http.NotFoundHandler()})
	require.NoError(t, err)
	var open []*bufio.Reader
	for _, begin := range []string{"", "CONNECT api.stripe.com:443 HTTP/1.1\r\n\r\n", "CONNECT " + silent.Addr().String() + " HTTP/1.1\r\n\r\n", "\x16"} {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", proxy.Port()))
		require.NoError(t, err)
		defer c.Close()
		_, err = io.WriteString(c, begin)
		require.NoError(t, err)
		in := bufio.NewReader(c)
		if strings.HasPrefix(begin, "CONNECT") {
			response, err := http.ReadResponse(in, &http.Request{Method: http.MethodConnect})
			require.NoError(t, err)
			require.Equal(t, 200, response.StatusCode)
		}
		open = append(open, in)
	}
	proxy.Close()
	for _, in := range open {
		_, _ = io.Copy(io.Discard, in) // it ends
	}
}

func TestEnviron(t *testing.T) {
	t.Parallel()
	proxy, folder, _ := open(t, intercept.Config{Stripe: http.NotFoundHandler()})
	own := t.TempDir()
	list := string(filepath.ListSeparator)
	have := []string{
		"HOME=/home/x", "NODE_OPTIONS=--inspect", "PYTHONPATH=/lib/py", "RUBYOPT=-W0", "PHP_INI_SCAN_DIR=/etc/php.d",
		"NO_PROXY=intra.example.com, .stripe.com,api.stripe.com:443,*", "no_proxy=10.0.0.1", "NODE_EXTRA_CA_CERTS=" + filepath.Join(own, "own.pem"),
		"HTTPS_PROXY=http://proxy.example.com:3128",
	}
	require.NoError(t, os.WriteFile(filepath.Join(own, "own.pem"), []byte("the user's"), 0o600))
	got := make(map[string]string)
	for _, entry := range proxy.Environ(have, folder) {
		name, value, _ := strings.Cut(entry, "=")
		require.NotContains(t, got, name, "twice")
		got[name] = value
	}
	at := func(name string) string { return filepath.Join(folder.Path(), name) }
	local := fmt.Sprintf("http://127.0.0.1:%d", proxy.Port())
	require.Equal(t, "/home/x", got["HOME"])
	require.Equal(t, local, got["HTTPS_PROXY"])
	require.Equal(t, local, got["https_proxy"])
	require.NotContains(t, got, "HTTP_PROXY")
	require.Equal(t, "localhost,127.0.0.1,::1,intra.example.com,10.0.0.1", got["NO_PROXY"], "what would lead to Stripe is left out")
	require.Equal(t, fmt.Sprintf("--require %q --inspect", filepath.ToSlash(at("node.cjs"))), got["NODE_OPTIONS"])
	require.Equal(t, at("python")+list+"/lib/py", got["PYTHONPATH"])
	require.Equal(t, "-rfakestripe_exec -W0", got["RUBYOPT"])
	require.Equal(t, "/etc/php.d"+list+at("php"), got["PHP_INI_SCAN_DIR"])
	trusted, err := os.ReadFile(got["NODE_EXTRA_CA_CERTS"])
	require.NoError(t, err)
	require.Contains(t, string(trusted), "the user's")
	require.Contains(t, string(trusted), "BEGIN CERTIFICATE")
	require.Equal(t, "--inspect", strings.TrimPrefix(have[1], "NODE_OPTIONS="), "what was given stays")
}

// A header without an end is not kept in memory.
func TestAHeaderIsBounded(t *testing.T) {
	t.Parallel()
	proxy, _, _ := open(t, intercept.Config{})
	client, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", proxy.Port()))
	require.NoError(t, err)
	defer client.Close()
	_, err = io.WriteString(client, "CONNECT example.test:443 HTTP/1.1\r\n")
	line := []byte("X: " + strings.Repeat("x", 1<<16-5) + "\r\n")
	for sent := 0; err == nil && sent < 256<<20; sent += len(line) {
		_, err = client.Write(line)
	}
	require.Error(t, err, "the proxy took all of it")
}
