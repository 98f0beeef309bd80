package main

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// concurrency is the number of concurrent requests.
const concurrency = 16

// loopbackPairs compares load: the kit makes and signs each event anew, the peers repeat
// one body. The server is another process, so the processor time is the sender's alone.
func loopbackPairs(s *stand) []pair {
	const deliver = "deliver over loopback, 16 at once"
	const requests = 20_000
	return []pair{{
		what: deliver + ", plain", against: "vegeta with a fixed body, plain handler", ops: requests,
		ours:   deliverOverLoopback(s, plainPath),
		theirs: attackWithVegeta(s, plainPath),
		bounds: []bound{speedAtLeast(1), cpuWithin(1)},
	}, {
		what: deliver + ", verified", against: "vegeta with a fixed body, verifying handler", ops: requests,
		ours:   deliverOverLoopback(s, verifyingPath),
		theirs: attackWithVegeta(s, verifyingPath),
		bounds: []bound{speedAtLeast(1), cpuWithin(1)},
	}, {
		what: deliver + ", verified", against: "wrk -t2 -c16, verifying handler", ops: requests,
		ours:   deliverOverLoopback(s, verifyingPath),
		theirs: attackWithWrk(s, verifyingPath),
		bounds: []bound{speedAtLeast(0.7)},
	}}
}

func deliverOverLoopback(s *stand, path string) side {
	return func(n int) (sample, error) {
		server, err := s.server()
		if err != nil {
			return sample{}, err
		}
		endpoint := &webhooktest.Endpoint{URL: server + path}
		defer endpoint.Close()
		return measure(n, func() error { return deliverAll(endpoint, n) })
	}
}

// deliverAll delivers n events, each made when needed.
func deliverAll(endpoint *webhooktest.Endpoint, n int) (failed error) {
	var source webhooktest.Source
	var made error // read after the loop, when the sequence has ended
	events := func(yield func(*webhooktest.Event) bool) {
		for range n {
			event, err := source.Event(eventType)
			if made = err; err != nil || !yield(event) {
				return
			}
		}
	}
	for response, err := range endpoint.DeliverAll(context.Background(), events, concurrency) {
		if err != nil {
			return err
		}
		if err := refused(response); err != nil {
			return err
		}
	}
	return made
}

func attackWithVegeta(s *stand, path string) side {
	return func(n int) (sample, error) {
		attacker, target, stop, err := newAttacker(s, path, vegeta.Workers(concurrency), vegeta.MaxWorkers(concurrency))
		if err != nil {
			return sample{}, err
		}
		defer stop()
		return measure(n, func() error {
			for result := range attacker.Attack(target, upTo(n), 0, "") {
				if result.Code != http.StatusOK {
					return fmt.Errorf("vegeta: status %d %s: %s", result.Code, result.Error, result.Body)
				}
			}
			return nil
		})
	}
}

// newAttacker returns vegeta with a target, and what closes the connections: vegeta never
// closes those of its own client.
func newAttacker(s *stand, path string, options ...func(*vegeta.Attacker)) (attacker *vegeta.Attacker, target vegeta.Targeter, stop func(), err error) {
	server, err := s.server()
	if err != nil {
		return nil, nil, nil, err
	}
	signed, err := signedTarget(server + path)
	if err != nil {
		return nil, nil, nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: concurrency}
	client := vegeta.Client(&http.Client{Transport: transport, Timeout: vegeta.DefaultTimeout})
	attacker = vegeta.NewAttacker(append(options, client)...)
	return attacker, vegeta.NewStaticTargeter(signed), transport.CloseIdleConnections, nil
}

// upTo is a pacer at full speed, like vegeta's zero rate, that stops after a number of
// requests.
type upTo uint64

func (n upTo) Pace(_ time.Duration, hits uint64) (wait time.Duration, stop bool) {
	return 0, hits >= uint64(n)
}

func (n upTo) Rate(time.Duration) float64 { return 0 }

// signedTarget is one event signed now, with Stripe's headers.
func signedTarget(url string) (vegeta.Target, error) {
	body, err := new(webhooktest.Source).AppendEvent(nil, eventType)
	if err != nil {
		return vegeta.Target{}, err
	}
	header := http.Header{webhooktest.SignatureHeader: {stripeSignature(body, time.Now())}}
	for name, value := range stripeHeader {
		header.Set(name, value)
	}
	return vegeta.Target{Method: http.MethodPost, URL: url, Body: body, Header: header}, nil
}

//go:embed wrk.lua
var wrkScript []byte

// attackWithWrk runs wrk for a second, its minimum, whatever n is: it takes a duration,
// not a number of requests. The script reads the target from files.
func attackWithWrk(s *stand, path string) side {
	return func(int) (sample, error) {
		wrk, err := lookUp("wrk")
		if err != nil {
			return sample{}, err
		}
		server, err := s.server()
		if err != nil {
			return sample{}, err
		}
		target, err := signedTarget(server + path)
		if err != nil {
			return sample{}, err
		}
		script, err := writeWrkFiles(s.dir, target)
		if err != nil {
			return sample{}, err
		}
		out, err := exec.Command(wrk, "-t2", "-c"+strconv.Itoa(concurrency), "-d1s", "-s", script, target.URL, s.dir).Output()
		if err != nil {
			return sample{}, fmt.Errorf("wrk: %w", err)
		}
		return readWrk(string(out))
	}
}

func writeWrkFiles(dir string, target vegeta.Target) (script string, err error) {
	var header strings.Builder
	if err := target.Header.Write(&header); err != nil {
		return "", err
	}
	files := map[string][]byte{"wrk.lua": wrkScript, "body": target.Body, "header": []byte(header.String())}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "wrk.lua"), nil
}

// readWrk parses the last line printed by the script.
func readWrk(out string) (sample, error) {
	var requests, microseconds, failed int
	_, summary, _ := strings.Cut(out, "summary ")
	if _, err := fmt.Sscanf(summary, "%d %d %d", &requests, &microseconds, &failed); err != nil {
		return sample{}, fmt.Errorf("wrk: no summary in %q", out)
	}
	if requests == 0 || failed > 0 {
		return sample{}, fmt.Errorf("wrk: %d of %d requests failed", failed, requests)
	}
	return sample{ops: requests, wall: time.Duration(microseconds) * time.Microsecond}, nil
}
