package fakestripe_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"

	"github.com/fakestripe/fakestripe/examples/container/fakestripe"
	"github.com/fakestripe/fakestripe/examples/internal/dockertest"
)

func ExampleRun() {
	ctx := context.Background()
	stripe, err := fakestripe.Run(ctx, "ghcr.io/fakestripe/fakestripe:latest")
	defer func() {
		if err := testcontainers.TerminateContainer(stripe); err != nil {
			log.Print(err)
		}
	}()
	if err != nil {
		log.Print(err)
		return
	}
	base, err := stripe.URI(ctx)
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println("the API base for Stripe SDKs is", base, "and the key is", stripe.APIKey())
}

func start(t *testing.T, opts ...testcontainers.ContainerCustomizer) *fakestripe.Container {
	t.Helper()
	dockertest.Need(t)
	opts = append(opts, testcontainers.WithDockerfile(dockertest.Fakestripe(t, "../../..")))
	stripe, err := fakestripe.Run(t.Context(), "", opts...)
	testcontainers.CleanupContainer(t, stripe)
	require.NoError(t, err)
	return stripe
}

// TestEventsAreKnown at the API, delivered or not.
func TestEventsAreKnown(t *testing.T) {
	t.Parallel()
	stripe := start(t)
	err := stripe.Trigger(t.Context(), "payment_intent.succeeded", "--set", "data.object.amount=4242")
	require.ErrorContains(t, err, "nothing was delivered", "there is no endpoint")
	base, err := stripe.URI(t.Context())
	require.NoError(t, err)
	status, body := get(t, base+"/v1/payment_intents", stripe.APIKey())
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, `"amount": 4242`)
	status, _ = get(t, base+"/v1/payment_intents", "sk_test_made_up")
	require.Equal(t, http.StatusUnauthorized, status, "others in the network have no key")
}

// TestTheKeyThatWasGiven is that of the container.
func TestTheKeyThatWasGiven(t *testing.T) {
	t.Parallel()
	stripe := start(t, fakestripe.WithAPIKey("sk_test_given"))
	require.Equal(t, "sk_test_given", stripe.APIKey())
	base, err := stripe.URI(t.Context())
	require.NoError(t, err)
	status, _ := get(t, base+"/v1/payment_intents", stripe.APIKey())
	require.Equal(t, http.StatusOK, status)
}

func get(t *testing.T, url, key string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(read)
}

// TestWrongFlag: what listen refuses is an error, and the container is there to be
// cleaned up.
func TestWrongFlag(t *testing.T) {
	t.Parallel()
	dockertest.Need(t)
	stripe, err := fakestripe.Run(t.Context(), "",
		testcontainers.WithDockerfile(dockertest.Fakestripe(t, "../../..")),
		testcontainers.WithCmdArgs("--no-such-flag"))
	testcontainers.CleanupContainer(t, stripe)
	require.ErrorContains(t, err, "run fakestripe: ")
	require.NotNil(t, stripe)
}

// TestImageIsSmall keeps what everybody downloads under 20 MB.
func TestImageIsSmall(t *testing.T) {
	t.Parallel()
	stripe := start(t)
	docker, err := testcontainers.NewDockerClientWithOpts(t.Context())
	require.NoError(t, err)
	defer docker.Close()
	container, err := stripe.Inspect(t.Context())
	require.NoError(t, err)
	image, err := docker.ImageInspect(t.Context(), container.Image)
	require.NoError(t, err)
	require.Less(t, image.Size, int64(20<<20))
	t.Logf("%.1f MB", float64(image.Size)/1e6)
}
