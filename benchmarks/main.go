// Command benchmarks compares the kit with hashing alone, stripe-go, sjson, httptest,
// vegeta, wrk, curl and a hello-world binary. It prints ratios of two things measured in
// turns, never a rate, and fails no build: an exceeded bound is a line to look at.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	serveIfAsked()
	rounds := flag.Int("rounds", 15, "measure each pair so many `times`")
	only := flag.String("only", "", "measure only pairs whose line has this `text`")
	flag.Parse()
	if err := run(os.Stdout, *rounds, *only); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// run prints the table. The error names the pairs that failed.
func run(out io.Writer, rounds int, only string) (err error) {
	if rounds < 1 {
		return fmt.Errorf("rounds %d: want at least 1", rounds)
	}
	s, err := newStand()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()

	t := table{out}
	t.head()
	var broken []error
	for _, p := range pairs(s) {
		if !strings.Contains(p.name(), only) {
			continue
		}
		values, err := compare(p, rounds)
		if err == nil {
			t.results(p, values)
			continue
		}
		t.reason(p, err)
		if missing := (missingTool{}); !errors.As(err, &missing) {
			broken = append(broken, fmt.Errorf("%s: %w", p.name(), err))
		}
	}
	return errors.Join(broken...)
}
