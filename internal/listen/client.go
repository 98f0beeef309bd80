package listen

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// DefaultAddress is the default address of listen, next to stripe-mock's 12111 and 12112.
const DefaultAddress = "127.0.0.1:12113"

// HealthPath identifies a running listen: GET returns a Health.
const HealthPath = "/healthz"

// A Health is the response to a GET of HealthPath.
type Health struct {
	Fakestripe string `json:"fakestripe"` // "listen"
	Version    string `json:"version"`
}

// ErrNoListen means that no listen answers at the address.
var ErrNoListen = errors.New("no fakestripe listen")

// A Client submits events to the hub of another process.
type Client struct {
	// Trigger is what made the events, if they belong together.
	Trigger Trigger

	base, token string
	http        *http.Client
}

// NewClient returns a client for the listen at base, a URL as listen prints it, including
// any token in the query.
func NewClient(base string) (*Client, error) {
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not a URL (write http://%s)", base, DefaultAddress)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("%q: want a URL such as http://%s", base, DefaultAddress)
	}
	token := u.Query().Get("token")
	u.RawQuery, u.Fragment, u.Path = "", "", strings.TrimRight(u.Path, "/")
	return &Client{base: u.String(), token: token, http: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: sockets.MaxConnections, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Base returns the URL of the listen, without the token.
func (c *Client) Base() string { return c.base }

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Check returns nil if a listen answers. It returns the context's error if that has
// ended, else ErrNoListen wrapped with the cause (another server, for example).
func (c *Client) Check(ctx context.Context) error {
	const patience = 10 * time.Second
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := c.do(limited, http.MethodGet, HealthPath, nil)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("looking for a listen at %s: %w", c.base, ctx.Err())
	case err != nil:
		return fmt.Errorf("%w at %s: %w", ErrNoListen, c.base, cause(err))
	}
	defer answer.Body.Close()
	var health Health
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<10)).Decode(&health)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("looking for a listen at %s: %w", c.base, ctx.Err())
	case err != nil || health.Fakestripe != "listen":
		return fmt.Errorf("%w at %s: another server answers there", ErrNoListen, c.base)
	}
	return nil
}

// SecretPath is the path at which a listen returns its own signing secret, behind its
// guard.
const SecretPath = "/fakestripe/secret"

// Secret returns the signing secret that the listen made. It does not return a secret that
// the user gave.
func (c *Client) Secret(ctx context.Context) (string, error) {
	answer, err := c.do(ctx, http.MethodGet, SecretPath, nil)
	if err != nil {
		return "", fmt.Errorf("%w at %s: %w", ErrNoListen, c.base, cause(err))
	}
	defer answer.Body.Close()
	var said struct {
		Secret string `json:"secret"`
	}
	if answer.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(answer.Body, 1<<10)).Decode(&said) != nil || said.Secret == "" {
		return "", fmt.Errorf("the listen at %s does not reveal its signing secret", c.base)
	}
	return said.Secret, nil
}

// Submit submits an event and yields each delivery, first as queued, then after each
// change, until all have finished or the context ends. It stops at the first error:
// ErrQueueFull, ErrClosed, or the hub's objection to the event or a mutation.
func (c *Client) Submit(ctx context.Context, event *webhooktest.Event, mutations ...string) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		query := c.Trigger.query()
		query["mutate"] = mutations
		answer, err := c.do(ctx, http.MethodPost, ControlPath+"?"+query.Encode(), event.Body())
		if err != nil {
			yield(Delivery{}, fmt.Errorf("%w at %s: %w", ErrNoListen, c.base, cause(err)))
			return
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			yield(Delivery{}, refusal(answer))
			return
		}
		readLines(answer.Body, yield)
	}
}

// maxAnswer limits the response of a route other than Control.
const maxAnswer = 64 << 20

// Post requests a route other than Control, and decodes its response. An error has the
// response's message.
func (c *Client) Post(ctx context.Context, path string, into any) error {
	answer, err := c.do(ctx, http.MethodPost, path, nil)
	if err != nil {
		return fmt.Errorf("%w at %s: %w", ErrNoListen, c.base, cause(err))
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return fmt.Errorf("the listen at %s is from another release: stop it and start this one", c.base)
	case answer.StatusCode != http.StatusOK:
		return refusal(answer)
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(into); err != nil {
		return fmt.Errorf("listen broke off: %w", cause(err))
	}
	return nil
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.http.Do(request)
}

// cause strips the method and URL that net/http puts before an error, and the addresses
// from net.
func cause(err error) error {
	if of := (*url.Error)(nil); errors.As(err, &of) {
		err = of.Err
	}
	if of := (*net.OpError)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return err
}

// refusal returns the error from the response to a submission: JSON from a listen, text
// from its guard or another server.
func refusal(answer *http.Response) error {
	const most = 64 << 10
	body, _ := io.ReadAll(io.LimitReader(answer.Body, most)) // whatever arrived
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" {
		text := (&webhooktest.Response{Body: body}).Excerpt()
		return fmt.Errorf("listen returned %s: %s", answer.Status, cmp.Or(text, "no details"))
	}
	for _, known := range []error{ErrQueueFull, ErrClosed} {
		if rest, ok := strings.CutPrefix(said.Error, known.Error()); ok {
			return fmt.Errorf("%w%s", known, rest)
		}
	}
	return errors.New(said.Error)
}

func readLines(body io.Reader, yield func(Delivery, error) bool) {
	decoder := json.NewDecoder(body)
	for {
		var line controlLine
		err := decoder.Decode(&line)
		switch {
		case err != nil:
			yield(Delivery{}, fmt.Errorf("connection to listen lost: %w", cause(err)))
			return
		case line.End == endClosed:
			yield(Delivery{}, ErrClosed)
			return
		case line.Delivery == nil:
			return
		case !yield(*line.Delivery, nil):
			return
		}
	}
}
