// Package dockertest is what the tests of the container examples share.
package dockertest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/testcontainers/testcontainers-go"
)

// Need skips a test where no Docker runs. In .ci/run there must be one.
func Need(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts containers, which takes seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the images are of Linux, which the Docker of a Windows server may not run")
	}
	provider, err := testcontainers.NewDockerProvider()
	if err == nil {
		err = errors.Join(provider.Health(t.Context()), provider.Close())
	}
	switch {
	case err == nil:
	case os.Getenv("FAKESTRIPE_REAL_PARTS") != "":
		t.Fatalf("missing a running Docker: %v", err)
	default:
		t.Skipf("skipped for want of a running Docker: apt install docker.io, or https://docs.docker.com/get-docker/ (%v)", err)
	}
}

// Fakestripe says how the image of fakestripe is built from the checkout at root. A
// test outside of this repository names a released image instead.
func Fakestripe(t testing.TB, root string) testcontainers.FromDockerfile {
	t.Helper()
	platform := "linux/" + runtime.GOARCH // as BuildKit would say
	return testcontainers.FromDockerfile{
		Context:   Context(t, root+"/Dockerfile", root+"/cmd/fakestripe", platform+"/fakestripe"),
		BuildArgs: map[string]*string{"TARGETPLATFORM": &platform},
	}
}

// Context makes a build context: a Dockerfile, and at a path in the context a Go
// command, built for the scratch image that it is copied to.
func Context(t testing.TB, dockerfile, command, path string) (folder string) {
	t.Helper()
	folder = t.TempDir()
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
	return folder
}
