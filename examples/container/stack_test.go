package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/network"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/fakestripe/fakestripe/examples/container/fakestripe"
	"github.com/fakestripe/fakestripe/examples/internal/dockertest"
)

// The service's settings.
const (
	secret = "whsec_made_up_for_this_test"
	key    = "sk_test_made_up"
	seller = "acct_1MadeUpForThisTest"
)

// A stack is the service and its Stripe, in their own network.
type stack struct {
	stripe *fakestripe.Container
	api    string // its address for the test
	url    string // the service's address for events
}

func startStack(t *testing.T) *stack {
	t.Helper()
	dockertest.Need(t)
	net, err := network.New(t.Context())
	testcontainers.CleanupNetwork(t, net)
	require.NoError(t, err)

	local, err := fakestripe.Run(t.Context(), "",
		testcontainers.WithDockerfile(dockertest.Fakestripe(t, "../..")), // your test names a released image instead
		fakestripe.WithForwardTo("http://payouts:4242/webhook"),
		fakestripe.WithSecret(secret),
		fakestripe.WithAPIKey(key),
		network.WithNetwork([]string{"stripe"}, net))
	testcontainers.CleanupContainer(t, local)
	require.NoError(t, err)
	api, err := local.URI(t.Context())
	require.NoError(t, err)

	service, err := testcontainers.Run(t.Context(), "",
		testcontainers.WithDockerfile(dockertest.Image(t, "Dockerfile", ".", "payouts")), // a Dockerfile that compiles needs just its folder
		testcontainers.WithEnv(map[string]string{
			"STRIPE_WEBHOOK_SECRET": secret, "STRIPE_SECRET_KEY": key, "SELLER": seller,
			"STRIPE_API_BASE": "http://stripe:12113",
		}),
		network.WithNetwork([]string{"payouts"}, net),
		testcontainers.WithExposedPorts("4242/tcp"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/healthz")))
	testcontainers.CleanupContainer(t, service)
	require.NoError(t, err)
	url, err := service.PortEndpoint(t.Context(), "4242/tcp", "http")
	require.NoError(t, err)
	return &stack{local, api, url + "/webhook"}
}
