// Package fakestripe runs fakestripe in a container, as a local Stripe for the services
// of a test. It follows the conventions of testcontainers' modules.
//
//	stripe, err := fakestripe.Run(ctx, "ghcr.io/fakestripe/fakestripe:latest",
//		fakestripe.WithForwardTo("http://shop:8080/webhook"),
//		network.WithNetwork([]string{"stripe"}, net))
//	testcontainers.CleanupContainer(t, stripe)
//	require.NoError(t, err)
//
// Inside the network, the API base for Stripe SDKs is http://stripe:12113; in the test,
// it is [Container.URI]. The only accepted API key is [Container.APIKey], made at the
// start or set by [WithAPIKey]. [Container.Trigger] makes events, which are delivered to
// the services with retries.
//
// The container runs "fakestripe listen". testcontainers.WithCmdArgs adds flags:
//
//	testcontainers.WithCmdArgs("--chaos", "duplicate=0.1", "--seed", "7")
package fakestripe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/testcontainers/testcontainers-go"
	tcexec "github.com/testcontainers/testcontainers-go/exec"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Port is fakestripe's port in the container.
const Port = "12113/tcp"

// A Container is a running "fakestripe listen".
type Container struct {
	testcontainers.Container

	token string // for its pages and control, as it listens on all interfaces
	key   string // for its API
}

// Run starts a container from an image of fakestripe and waits until it answers. It signs
// events with webhooktest.DefaultSecret. It returns the container even with an error:
// pass it to testcontainers.CleanupContainer first.
func Run(ctx context.Context, img string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	ours := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(Port),
		testcontainers.WithCmd("listen", "--listen", "0.0.0.0:12113", "--format", "json", "--secret", webhooktest.DefaultSecret),
		testcontainers.WithWaitStrategy(wait.ForLog(`{"ready":`), wait.ForHTTP("/healthz").WithPort(Port)),
	}
	ctr, err := testcontainers.Run(ctx, img, append(ours, opts...)...)
	var c *Container
	if ctr != nil {
		c = &Container{Container: ctr}
	}
	if err == nil {
		err = c.readReady(ctx)
	}
	for _, opt := range opts {
		if key, ok := opt.(apiKey); ok && err == nil {
			c.key = string(key)
		}
	}
	if err != nil {
		return c, fmt.Errorf("run fakestripe: %w", err)
	}
	return c, nil
}

// WithForwardTo delivers events to a URL, as seen from the container. It can be repeated.
func WithForwardTo(url string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithCmdArgs("--forward-to", url)
}

// WithSecret sets the signing secret, which begins with whsec_.
func WithSecret(secret string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithCmdArgs("--secret", secret)
}

// WithAPIKey sets the only accepted API key, which begins with sk_test_. Use it for a
// service that starts before the container.
func WithAPIKey(key string) testcontainers.ContainerCustomizer { return apiKey(key) }

// An apiKey is a key from the test, which listen does not print.
type apiKey string

// Customize implements testcontainers.ContainerCustomizer.
func (k apiKey) Customize(req *testcontainers.GenericContainerRequest) error {
	return testcontainers.WithCmdArgs("--api-key", string(k)).Customize(req)
}

// APIKey returns the key for Stripe SDKs.
func (c *Container) APIKey() string { return c.key }

// URI returns the API base for Stripe SDKs outside of the container's network, such as
// http://localhost:49153.
func (c *Container) URI(ctx context.Context) (string, error) {
	return c.PortEndpoint(ctx, Port, "http")
}

// Trigger makes an event type or flow happen, and returns once all its events have been
// delivered. The error names those not accepted. Arguments are those of "fakestripe
// trigger", such as "--set", "data.object.amount=4200".
func (c *Container) Trigger(ctx context.Context, what string, args ...string) error {
	base := "http://127.0.0.1:12113/?" + url.Values{"token": {c.token}}.Encode()
	command := append([]string{"/fakestripe", "trigger", what, "--api-base", base}, args...)
	status, output, err := c.Exec(ctx, command, tcexec.Multiplexed())
	if err != nil {
		return fmt.Errorf("trigger %s: %w", what, err)
	}
	if said, err := io.ReadAll(output); err != nil || status != 0 {
		return fmt.Errorf("trigger %s: %w", what, errors.Join(err, fmt.Errorf("exit status %d: %s", status, said)))
	}
	return nil
}

// readReady parses the token and the key from listen's ready line.
func (c *Container) readReady(ctx context.Context) error {
	logs, err := c.Logs(ctx)
	if err != nil {
		return err
	}
	defer logs.Close()
	for lines := bufio.NewScanner(logs); lines.Scan(); {
		if !strings.HasPrefix(lines.Text(), `{"ready":`) {
			continue
		}
		var said struct {
			Ready struct {
				Token  string
				APIKey string `json:"api_key"`
			}
		}
		err := json.Unmarshal(lines.Bytes(), &said)
		c.token, c.key = said.Ready.Token, said.Ready.APIKey
		return err
	}
	return errors.New("it did not say that it is ready")
}
