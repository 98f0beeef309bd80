package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A busy machine changes no verdict: handlers that are sound, and work after they have
// answered, are judged in a process that gets hardly any time.

const (
	// starvedRuns is how often each handler is checked. Without it there is one short run.
	starvedRuns = "FAKESTRIPE_STARVED_RUNS"

	// starvedRole is what this test binary is when it starts itself: spinning or starved.
	starvedRole = "FAKESTRIPE_STARVED_ROLE"
)

// starvedCases are those that compare states, each in another way.
var starvedCases = []string{
	"control/effect", "control/second-event", "dispatch/handled-type-works", "idempotency/redelivered", "idempotency/concurrent",
	"ordering/stale-update", "ordering/early-update", "signature/forged-no-effect",
}

// In a process with one thread for Go, and goroutines that keep it busy.
func TestStarvedProcess(t *testing.T) {
	t.Parallel()
	if !thorough() {
		t.Skip("keeps a processor busy for ten seconds: set FAKESTRIPE_THOROUGH=1, as .ci/run does")
	}
	runs := os.Getenv(starvedRuns)
	start := time.Now()
	starved := starvedCommand(t, "starved", "TestStarvedChild")
	starved.Env = append(starved.Env, "GOMAXPROCS=1", starvedRuns+"="+runs)
	output, err := starved.CombinedOutput()
	require.NoError(t, err, "%s", output)
	t.Logf("runs of each handler: %q, took %s", runs, time.Since(start).Round(time.Second))
}

func starvedCommand(t *testing.T, role, test string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), self, "-test.run=^"+test+"$", "-test.timeout=20m")
	command.Env = append(os.Environ(), starvedRole+"="+role)
	return command
}

// TestStarvedChild is what TestStarvedProcess starts.
func TestStarvedChild(t *testing.T) {
	if os.Getenv(starvedRole) != "starved" {
		t.Skip("is started by TestStarvedProcess")
	}
	var stop atomic.Bool
	var spinning sync.WaitGroup
	for range 4 {
		spinning.Go(func() {
			for !stop.Load() {
			}
		})
	}
	defer spinning.Wait()
	defer stop.Store(true)

	runs, err := strconv.Atoi(os.Getenv(starvedRuns))
	suite := contract.Suite{Only: starvedCases, MaxTime: time.Hour}
	handlers := zooAsync()
	if err != nil {
		runs, suite.Only, handlers = 1, []string{"control/effect", "control/second-event"}, handlers[:2]
	}
	slots := make(chan struct{}, 150)
	var checks sync.WaitGroup
	for range runs {
		for _, bug := range handlers {
			slots <- struct{}{}
			checks.Go(func() {
				defer func() { <-slots }()
				s := bug.subject(bug.build())
				defer s.Handler.(zooKeeper).Close()
				s.Handles = []string{"payment_intent.succeeded", "customer.subscription.created", "customer.subscription.updated"}
				own := suite
				own.New = func() contract.Subject { return s }
				report, err := contract.Check(t.Context(), own)
				if err != nil {
					t.Errorf("%s: %v", bug.name, err)
					return
				}
				for _, complaint := range complaints(report) {
					t.Errorf("%s: %s (notes: %q)", bug.name, complaint, report.Notes)
				}
			})
		}
	}
	checks.Wait()
}

// complaints are the results of a report that a sound handler must not get.
func complaints(report *contract.Report) (said []string) {
	for _, result := range report.Cases {
		switch result.Verdict {
		case contract.Fail, contract.Warn, contract.Inconclusive:
			said = append(said, fmt.Sprintf("%s is %s: %s", result.ID, result.Verdict, result))
		}
	}
	return said
}

// TestSpinning is a process that leaves others little time.
func TestSpinning(t *testing.T) {
	if os.Getenv(starvedRole) != "spinning" {
		t.Skip("is started by TestCommandBesideSpinningProcesses")
	}
	runtime.GOMAXPROCS(1)
	for t.Context().Err() == nil {
	}
}

// The command, against twenty handlers over the network, beside eight processes that
// spin.
func TestCommandBesideSpinningProcesses(t *testing.T) {
	if os.Getenv(starvedRuns) == "" {
		t.Skip("takes minutes: set " + starvedRuns)
	}
	binary := filepath.Join(t.TempDir(), "fakestripe")
	build, err := exec.Command("go", "build", "-o", binary, "../../cmd/fakestripe").CombinedOutput()
	require.NoError(t, err, "%s", build)
	for range 8 {
		spinning := starvedCommand(t, "spinning", "TestSpinning")
		require.NoError(t, spinning.Start())
		t.Cleanup(func() {
			_ = spinning.Process.Kill()
			_ = spinning.Wait()
		})
	}
	start := time.Now()
	var checks sync.WaitGroup
	for i := range 20 {
		bug := zooAsync()[i%len(zooAsync())]
		checks.Go(func() {
			report, err := checkByCommand(t, binary, bug)
			if err != nil {
				t.Errorf("%s: %v", bug.name, err)
				return
			}
			for _, complaint := range complaints(report) {
				t.Errorf("%s: %s (notes: %q)", bug.name, complaint, report.Notes)
			}
		})
	}
	checks.Wait()
	t.Logf("20 checks took %s", time.Since(start).Round(time.Second))
}

// checkByCommand runs check against a handler that is served beside its state.
func checkByCommand(t *testing.T, binary string, bug zooBug) (*contract.Report, error) {
	handler, state := bug.build()
	mux := http.NewServeMux()
	mux.Handle("/webhook", handler)
	mux.HandleFunc("/state", func(w http.ResponseWriter, r *http.Request) {
		stored, _ := state(r.Context())
		_ = json.NewEncoder(w).Encode(stored)
	})
	server := serve(t, mux)
	t.Cleanup(handler.(zooKeeper).Close)
	args := append([]string{
		"check", "--to", server.URL + "/webhook", "--secret", zooSecret, "--state-url", server.URL + "/state",
		"--handles", strings.Join(zooHandles[:1], ","), "--handles", "customer.subscription.created,customer.subscription.updated",
		"--format", "json", "--max-time", "15m",
	}, starvedCases...)
	command := exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	report := new(contract.Report)
	if failed := json.Unmarshal(output, report); failed != nil {
		return nil, fmt.Errorf("%w: %v: %s", failed, err, stderr.String())
	}
	return report, nil
}
