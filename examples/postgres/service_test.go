package main

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/modules/postgres"

	"github.com/fakestripe/fakestripe/examples/internal/dockertest"
)

// A service serves a shop that can be restarted.
type service struct {
	atomic.Pointer[Shop]
	url, database string
}

func startService(t *testing.T, database string) *service {
	t.Helper()
	s := &service{database: database}
	require.NoError(t, s.restart(t.Context()))
	server := httptest.NewServer(s)
	s.url = server.URL + "/webhook"
	t.Cleanup(func() {
		server.Close()
		s.Load().Close()
	})
	return s
}

// restart closes the shop and opens a new one on the same database.
func (s *service) restart(ctx context.Context) error {
	if old := s.Load(); old != nil {
		old.Close()
	}
	shop, err := Open(ctx, s.database, secret)
	if err == nil {
		s.Store(shop)
	}
	return err
}

// ServeHTTP implements http.Handler.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	routes(s.Load(), false).ServeHTTP(w, r)
}

// postgresImage is pinned by digest: a tag can move to another image.
const postgresImage = "postgres:15-bookworm@sha256:539ceaaae49b3a7c8a04467cf00cc6788d8e3f1675df41860d86eebc4c40524f"

// A database is a PostgreSQL in a container.
type database struct {
	url       string
	container string
	docker    client.APIClient
}

func startDatabase(t *testing.T) *database {
	t.Helper()
	image := cmp.Or(os.Getenv("POSTGRES_IMAGE"), postgresImage)
	dockertest.Need(t, image)
	container, err := postgres.Run(t.Context(), image, postgres.WithDatabase("shop"), postgres.BasicWaitStrategies())
	testcontainers.CleanupContainer(t, container)
	require.NoError(t, err)
	url, err := container.ConnectionString(t.Context(), "sslmode=disable")
	require.NoError(t, err)
	docker, err := testcontainers.NewDockerClientWithOpts(t.Context())
	require.NoError(t, err)
	d := &database{url, container.GetContainerID(), docker}
	t.Cleanup(func() {
		_ = d.resume(context.Background()) // a test may have ended while it was paused
		require.NoError(t, docker.Close())
	})
	return d
}

// pause freezes the database: connections stay open, and nothing answers. That is harder
// on a service than a dead database.
func (d *database) pause(ctx context.Context) error {
	_, err := d.docker.ContainerPause(ctx, d.container, client.ContainerPauseOptions{})
	return err
}

func (d *database) resume(ctx context.Context) error {
	_, err := d.docker.ContainerUnpause(ctx, d.container, client.ContainerUnpauseOptions{})
	return err
}
