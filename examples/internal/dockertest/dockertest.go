// Package dockertest is what the tests of the container examples share.
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

// Need skips a test where no Docker runs, or where it has no image of those that the test
// starts and cannot pull it. In .ci/run the test fails there.
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

// connect finds the Docker that testcontainers uses. If DOCKER_HOST names none, there is
// none, although testcontainers would go on to look in the usual places.
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

// pull gets an image, if it is not there. testcontainers would try for a quarter of an
// hour where there is no network.
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

// Fakestripe says how the image of fakestripe is built from the checkout at root. A
// test outside of this repository names a released image instead.
func Fakestripe(t testing.TB, root string) testcontainers.FromDockerfile {
	t.Helper()
	platform := "linux/" + runtime.GOARCH // as BuildKit would say
	image := Image(t, root+"/Dockerfile", root+"/cmd/fakestripe", platform+"/fakestripe")
	image.BuildArgs = map[string]*string{"TARGETPLATFORM": &platform}
	return image
}

// Image says how an image is built from a Dockerfile and a Go command, which is built for
// the scratch image that it is copied to from a path in the context.
//
// A label makes the image another one in each test: a test ends with the removal of its
// image, and those that run meanwhile have built the same.
func Image(t testing.TB, dockerfile, command, path string) testcontainers.FromDockerfile {
	t.Helper()
	folder := t.TempDir()
	text, err := os.ReadFile(dockerfile)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "Dockerfile"), text, 0o600)
	}
	if err == nil {
		_, err = os.ReadDir(command) // so that go test remembers no result from before a change there
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
