// Package dockertest is shared by the tests of the container examples.
package dockertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// Need skips a test without a running Docker, or if Docker lacks an image for the test
// and cannot pull it. In .ci/run, the test fails instead.
func Need(t testing.TB, images ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts containers, which takes seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the images are of Linux, which the Docker of a Windows server may not run")
	}
	docker, err := connect(t.Context())
	if err != nil {
		realpart.Missing(t, fmt.Sprintf("a running Docker: apt install docker.io, or https://docs.docker.com/get-docker/ (%v)", err))
	}
	defer docker.Close()
	if !testcontainers.ReadConfig().Config.RyukDisabled {
		images = append(images, testcontainers.ReaperDefaultImage) //lint:ignore SA1019 nothing else tells its name
	}
	for _, image := range images {
		if err := pull(t.Context(), docker, image); err != nil {
			realpart.Missing(t, fmt.Sprintf("the image %s, which this Docker cannot pull: docker pull %[1]s (%v)", image, err))
		}
	}
}

// connect finds the Docker of testcontainers. If DOCKER_HOST names none, there is none,
// although testcontainers would try the usual places.
func connect(ctx context.Context) (*testcontainers.DockerClient, error) {
	if os.Getenv(client.EnvOverrideHost) != "" {
		named, err := client.New(client.FromEnv)
		if err != nil {
			return nil, err
		}
		defer named.Close()
		if _, err := named.Ping(ctx, client.PingOptions{}); err != nil {
			return nil, err
		}
	}
	return testcontainers.NewDockerClientWithOpts(ctx)
}

// pull pulls an image, unless it is present. Without a network, testcontainers would try
// for a quarter of an hour.
func pull(ctx context.Context, docker *testcontainers.DockerClient, image string) error {
	if _, err := docker.ImageInspect(ctx, image); err == nil {
		return nil
	}
	progress, err := docker.ImagePull(ctx, image, client.ImagePullOptions{})
	if err != nil {
		return err
	}
	return progress.Wait(ctx)
}

// Fakestripe describes how to build fakestripe's image from the checkout at root. A test
// outside of this repository names a released image instead.
func Fakestripe(t testing.TB, root string) testcontainers.FromDockerfile {
	t.Helper()
	platform := "linux/" + runtime.GOARCH // BuildKit's notation
	image := Image(t, root+"/Dockerfile", root+"/cmd/fakestripe", platform+"/fakestripe")
	image.BuildArgs = map[string]*string{"TARGETPLATFORM": &platform}
	return image
}

// Image describes how to build an image from a Dockerfile and a Go command. The command
// is compiled first, and the Dockerfile copies it from a path in the context.
//
// A label makes the image unique to a test: each test ends by removing its image, and
// concurrent tests build the same one.
func Image(t testing.TB, dockerfile, command, path string) testcontainers.FromDockerfile {
	t.Helper()
	folder := t.TempDir()
	text, err := os.ReadFile(dockerfile)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "Dockerfile"), text, 0o600)
	}
	if err == nil {
		_, err = os.ReadDir(command) // keeps go test from caching a result across changes there
	}
	if err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(folder, path), command)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build of %s: %v\n%s", command, err, said)
	}
	return testcontainers.FromDockerfile{Context: folder, BuildOptionsModifier: func(options *client.ImageBuildOptions) {
		options.Labels = map[string]string{"com.github.fakestripe.test": folder}
	}}
}
