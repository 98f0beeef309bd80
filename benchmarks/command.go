package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// commandPairs compares the command's startup with that of a minimal Go program, and a
// single delivery with curl's.
func commandPairs(s *stand) []pair {
	hello := startUp(s, func(e executables) []string { return []string{e.hello} })
	bounds := []bound{timeWithin(3), memoryWithin(10), binaryWithin(11)}
	var pairs []pair
	for _, args := range [][]string{{"version"}, {"list"}, {"render", eventType}} {
		pairs = append(pairs, pair{
			what: "fakestripe " + args[0], against: "a hello-world Go binary", ops: 20,
			ours:   startUp(s, func(e executables) []string { return append([]string{e.fakestripe}, args...) }),
			theirs: hello,
			bounds: bounds,
		})
	}
	return append(pairs, pair{
		what: "fakestripe send, one event", against: "curl with a body from a file", ops: 10,
		ours:   sendWithCommand(s),
		theirs: sendWithCurl(s),
		bounds: []bound{timeWithin(0.7)},
	})
}

// executables are paths of programs built for the comparison.
type executables struct {
	fakestripe string
	hello      string
	peak       string // runs a command and prints its peak memory
}

// buildAll builds them as a release is built: stripped, without C. The command belongs to
// the parent module.
func buildAll(dir string) (executables, error) {
	e := executables{
		fakestripe: filepath.Join(dir, "fakestripe"),
		hello:      filepath.Join(dir, "hello"),
		peak:       filepath.Join(dir, "peak"),
	}
	for _, b := range []struct{ out, module, pkg string }{
		{e.fakestripe, "..", "./cmd/fakestripe"},
		{e.hello, ".", "./internal/hello"},
		{e.peak, ".", "./internal/peak"},
	} {
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.out, b.pkg)
		build.Dir = b.module
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := build.CombinedOutput(); err != nil {
			return executables{}, fmt.Errorf("go build %s: %w: %s", b.pkg, err, lastLine(said))
		}
	}
	return e, nil
}

// lastLine is where most programs put the error.
func lastLine(text []byte) string {
	trimmed := strings.TrimSpace(string(text))
	return trimmed[strings.LastIndex(trimmed, "\n")+1:]
}

// startUp runs a program n times, and once more to measure its memory.
func startUp(s *stand, args func(executables) []string) side {
	return func(n int) (sample, error) {
		e, err := s.build()
		if err != nil {
			return sample{}, err
		}
		argv := args(e)
		result, err := execute(n, argv)
		if err != nil {
			return sample{}, err
		}
		if result.memory, err = peakMemory(e, argv); err != nil {
			return sample{}, err
		}
		info, err := os.Stat(argv[0])
		if err != nil {
			return sample{}, err
		}
		result.binary = info.Size()
		return result, nil
	}
}

// execute runs a command n times. It shows the output of a failure.
func execute(n int, argv []string) (sample, error) {
	start := time.Now()
	for range n {
		command := exec.Command(argv[0], argv[1:]...)
		if said, err := command.CombinedOutput(); err != nil {
			return sample{}, fmt.Errorf("%s: %w: %s", filepath.Base(argv[0]), err, lastLine(said))
		}
	}
	return sample{ops: n, wall: time.Since(start)}, nil
}

// peakMemory uses another, small program: until a started command executes, Linux counts
// the memory of its parent as its own, and this program is larger than the one it
// measures.
func peakMemory(e executables, argv []string) (int64, error) {
	said, err := exec.Command(e.peak, argv...).Output()
	if err != nil {
		return 0, fmt.Errorf("peak memory of %s: %w", filepath.Base(argv[0]), err)
	}
	return strconv.ParseInt(strings.TrimSpace(string(said)), 10, 64)
}

// sendWithCommand makes an event, signs and delivers it. The command fails on a refusal.
func sendWithCommand(s *stand) side {
	return func(n int) (sample, error) {
		e, err := s.build()
		if err != nil {
			return sample{}, err
		}
		server, err := s.server()
		if err != nil {
			return sample{}, err
		}
		return execute(n, []string{e.fakestripe, "send", eventType, "--secret", secret, "--to", server + verifyingPath})
	}
}

// sendWithCurl sends a prepared, signed event from a file.
func sendWithCurl(s *stand) side {
	return func(n int) (sample, error) {
		curl, err := lookUp("curl")
		if err != nil {
			return sample{}, err
		}
		server, err := s.server()
		if err != nil {
			return sample{}, err
		}
		target, err := signedTarget(server + verifyingPath)
		if err != nil {
			return sample{}, err
		}
		file := filepath.Join(s.dir, "event.json")
		if err := os.WriteFile(file, target.Body, 0o600); err != nil {
			return sample{}, err
		}
		argv := []string{curl, "--silent", "--show-error", "--fail", "--noproxy", "*", "--data-binary", "@" + file}
		for name := range target.Header {
			argv = append(argv, "--header", name+": "+target.Header.Get(name))
		}
		return execute(n, append(argv, target.URL))
	}
}
