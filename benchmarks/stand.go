package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// A stand holds the resources shared by pairs: a folder for files, a server, executables.
// Each is made on first use.
type stand struct {
	dir    string
	server func() (url string, err error)
	stop   func() error
	build  func() (executables, error)
}

func newStand() (*stand, error) {
	dir, err := os.MkdirTemp("", "fakestripe-benchmarks-")
	if err != nil {
		return nil, err
	}
	s := &stand{dir: dir, stop: func() error { return nil }}
	s.server = sync.OnceValues(s.startServer)
	s.build = sync.OnceValues(func() (executables, error) { return buildAll(dir) })
	return s, nil
}

func (s *stand) close() error {
	return errors.Join(s.stop(), os.RemoveAll(s.dir))
}

// A missingTool is the name of a program not on the PATH. Pairs that need it are skipped.
type missingTool struct{ name string }

func (m missingTool) Error() string {
	return fmt.Sprintf("%s not installed: apt-get install %[1]s", m.name)
}

func lookUp(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", missingTool{name}
	}
	return path, nil
}

// The paths of the server: read the body, or verify it, too.
const (
	plainPath     = "/plain"
	verifyingPath = "/verifying"
)

// serveVariable in the environment turns this program into the server.
const serveVariable = "FAKESTRIPE_BENCHMARKS_SERVE"

// startServer runs this program again as the server. The server ends when its stdin does,
// and thus when this process dies.
func (s *stand) startServer() (url string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	server := exec.Command(self)
	server.Env = append(os.Environ(), serveVariable+"=1")
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe()
	if err != nil {
		return "", err
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := server.Start(); err != nil {
		return "", err
	}
	s.stop = func() error { return errors.Join(stdin.Close(), server.Wait()) }
	url, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("server said no address: %w", err)
	}
	return strings.TrimSpace(url), nil
}

// serveIfAsked becomes the server if the environment says so.
func serveIfAsked() {
	if os.Getenv(serveVariable) == "" {
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks: server:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve() error {
	mux := http.NewServeMux()
	mux.Handle(verifyingPath, verifying)
	mux.HandleFunc(plainPath, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the sender reports its own failure
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	go func() { _ = http.Serve(listener, mux) }() // until the process ends
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
