package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stripe/stripe-go/v76/webhook"
)

// A recorder is fakestripe record, running beside a script.
type recorder struct {
	command *exec.Cmd
	err     *bufio.Reader
	said    string // on standard error until it listened
}

type recorderKey struct{}

// startRecorder is "record ARG …": it starts fakestripe record on a free port, waits
// until it listens, and puts its address into $RECORD.
func startRecorder(ts *testscript.TestScript, _ bool, args []string) {
	out, err := os.Create(ts.MkAbs("recorded.txt"))
	ts.Check(err)
	defer out.Close()
	command := exec.Command("fakestripe", append([]string{"record", "--listen", "127.0.0.1:0"}, args...)...)
	command.Dir, command.Stdout = ts.MkAbs("."), out
	command.Env = append(os.Environ(), "STRIPE_WEBHOOK_SECRET="+ts.Getenv("STRIPE_WEBHOOK_SECRET"))
	talk, err := command.StderrPipe()
	ts.Check(err)
	ts.Check(command.Start())
	ts.Defer(func() { _ = command.Process.Kill() })
	r := &recorder{command: command, err: bufio.NewReader(talk)}
	r.said, err = r.err.ReadString('\n')
	ts.Check(err)
	_, address, found := strings.Cut(r.said, "listen on ")
	address, _, found2 := strings.Cut(address, ",")
	if !found || !found2 {
		ts.Fatalf("record said %q", r.said)
	}
	ts.Setenv("RECORD", address)
	ts.Value(recorderKey{}).(*recorders).running = r
}

// recorders has the one that runs.
type recorders struct{ running *recorder }

// stopRecorder is "interrupt": it interrupts the recorder and waits for its end. What
// it printed is in recorded.txt, without the list of what was redacted in lines.txt,
// what it said in talk.txt.
func stopRecorder(ts *testscript.TestScript, neg bool, _ []string) {
	r := ts.Value(recorderKey{}).(*recorders).running
	ts.Check(r.command.Process.Signal(syscall.SIGINT))
	rest, err := io.ReadAll(r.err)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("talk.txt"), []byte(r.said+string(rest)), 0o666))
	if err := r.command.Wait(); (err != nil) != neg {
		ts.Fatalf("record ended with %v", err)
	}
	text, _, _ := strings.Cut(ts.ReadFile("recorded.txt"), "redacted:\n")
	lines := strings.SplitAfter(text, "\n")
	slices.SortStableFunc(lines, func(a, b string) int { // an exchange is kept after it was answered: when the next may have begun
		return strings.Compare(exchanged(a), exchanged(b))
	})
	ts.Check(os.WriteFile(ts.MkAbs("lines.txt"), []byte(strings.Join(lines, "")), 0o666))
}

// exchanged is a line about an exchange without its time; other lines come last.
func exchanged(line string) string {
	if _, rest, found := strings.Cut(line, "<--"); found {
		return rest
	}
	return "~"
}

// strictShop is a shop, written with stripe-go, whose check of the amount was
// changed.
func strictShop(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), "whsec_script")
	if err != nil {
		http.Error(w, "event refused", http.StatusBadRequest)
		return
	}
	if amount, ok := event.Data.Object["amount_received"].(float64); ok && amount < 4500 {
		http.Error(w, "too little", http.StatusUnprocessableEntity)
	}
}
