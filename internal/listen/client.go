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

// DefaultAddress is where listen listens, beside stripe-mock's 12111 and 12112.
const DefaultAddress = "127.0.0.1:12113"

// HealthPath identifies a listen: a GET is answered with a Health.
const HealthPath = "/healthz"

// A Health is the answer of HealthPath.
type Health struct {
	Fakestripe string `json:"fakestripe"` // "listen"
	Version    string `json:"version"`
}

// ErrNoListen is the error when no listen answers.
var ErrNoListen = errors.New("no fakestripe listen")

// A Client submits events to the hub of another process.
type Client struct {
	base, token string
	http        *http.Client
}

// NewClient returns a client for a listen at a URL, as listen prints it: with its token
// in the query, if it has one.
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
	return &Client{u.String(), token, &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: sockets.MaxConnections, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Base returns the URL of the listen, without the token.
func (c *Client) Base() string { return c.base }

// Close closes the connections that are kept open.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Check reports whether a listen answers. The error is that of the context if it has
// ended, else ErrNoListen with the cause, which may be that another server answers.
func (c *Client) Check(ctx context.Context) error {
	const patience = 10 * time.Second
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := c.do(limited, http.MethodGet, HealthPath, nil)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("asking for a listen at %s: %w", c.base, ctx.Err())
	case err != nil:
		return fmt.Errorf("%w at %s: %w", ErrNoListen, c.base, cause(err))
	}
	defer answer.Body.Close()
	var health Health
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<10)).Decode(&health)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("asking for a listen at %s: %w", c.base, ctx.Err())
	case err != nil || health.Fakestripe != "listen":
		return fmt.Errorf("%w at %s: something else answers there", ErrNoListen, c.base)
	}
	return nil
}

// Submit submits an event and yields each delivery at once and after each change, until
// all are finished or the context ends. An error ends it: ErrQueueFull, ErrClosed, or
// the problem that the hub has with the event or a mutation.
func (c *Client) Submit(ctx context.Context, event *webhooktest.Event, mutations ...string) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		query := url.Values{"mutate": mutations}.Encode()
		answer, err := c.do(ctx, http.MethodPost, ControlPath+"?"+query, event.Body())
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

// maxAnswer bounds the answer of a route beside Control.
const maxAnswer = 64 << 20

// Post asks a route beside Control, and decodes its answer. An error is what it says.
func (c *Client) Post(ctx context.Context, path string, into any) error {
	answer, err := c.do(ctx, http.MethodPost, path, nil)
	if err != nil {
		return fmt.Errorf("%w at %s: %w", ErrNoListen, c.base, cause(err))
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return fmt.Errorf("the listen at %s is of another release: end it and start this one", c.base)
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

// cause removes the method and URL that net/http puts before an error, and the addresses
// that net puts there.
func cause(err error) error {
	if of := (*url.Error)(nil); errors.As(err, &of) {
		err = of.Err
	}
	if of := (*net.OpError)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return err
}

// refusal returns the error in the answer to a submission: JSON from a listen, text from
// its guard or another server.
func refusal(answer *http.Response) error {
	const most = 64 << 10
	body, _ := io.ReadAll(io.LimitReader(answer.Body, most)) // what there is
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" {
		text := (&webhooktest.Response{Body: body}).Excerpt()
		return fmt.Errorf("listen answered %s: %s", answer.Status, cmp.Or(text, "nothing more"))
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
			yield(Delivery{}, fmt.Errorf("listen broke off: %w", cause(err)))
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
