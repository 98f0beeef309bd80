package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/file"
	word "github.com/fakestripe/fakestripe/internal/shell"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A k6Script is one run of k6.
type k6Script struct {
	of        loadRun
	out       string
	operator  string
	instances int
}

// defaultInstances is the default number of machines for the operator.
const defaultInstances = 4

func newK6(sh shell) *cobra.Command {
	var k k6Script
	cmd := &cobra.Command{
		Use:   "k6 TYPE|FLOW …",
		Short: "Write a load as a script for k6, to send it from many machines",
		Long: `Write what load would send as a script for stock k6 (https://k6.io): k6 on this machine,
in the k6 operator on Kubernetes, or in any CI. The script makes fresh ids, signs each
event, and needs no extension. Split over instances (--execution-segment), each sends
its own ids.

The script contains no secret: give it STRIPE_WEBHOOK_SECRET when it runs. TO, RATE,
DURATION, COUNT and VUS override the flags. In k6, --count and --rate count
iterations: an event, or all of a flow.

Each instance prints a record of what it sent, and writes it to sent-N.json. fakestripe
load --verify judges the effects of all of them together.`,
		Example: `  fakestripe k6 payment_intent.succeeded --rate 500/s --duration 1m --to https://staging.example.com/webhook --out script.js
  STRIPE_WEBHOOK_SECRET=whsec_… k6 run script.js
  fakestripe load --verify sent-*.json --state-url https://staging.example.com/payments

  fakestripe k6 invoice.paid --rate 5000/s --max-rate 5000 --duration 10m --out script.js --operator testrun.yaml --instances 8`,
		RunE: func(_ *cobra.Command, args []string) error { return k.run(sh, args) },
	}
	cmd.ValidArgsFunction = completeLoads
	k.of.loadFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&k.out, "out", "", "write the script to this `file` (default: print it)")
	flags.StringVar(&k.operator, "operator", "", "write the TestRun for the k6 operator to this `file`")
	flags.IntVar(&k.instances, "instances", defaultInstances, "split the load over `n` instances of the operator")
	return cmd
}

func (k *k6Script) run(sh shell, names []string) error {
	l := &k.of
	if err := k.check(); err != nil {
		return err
	}
	if err := l.prepareLoad(names); err != nil {
		return err
	}
	if k.operator != "" && l.load.Concurrency == 0 { // instances share them evenly
		l.load.Concurrency = (load.DefaultConnections + k.instances - 1) / k.instances * k.instances
	}
	var script bytes.Buffer
	if err := l.load.K6(&script); err != nil {
		return err
	}
	if k.out == "" {
		_, err := sh.out.Write(script.Bytes())
		return err
	}
	if err := replace("--out", k.out, script.Bytes()); err != nil {
		return err
	}
	if k.operator == "" {
		return nil
	}
	return replace("--operator", k.operator, k.testRun())
}

func (k *k6Script) check() error {
	switch {
	case k.instances < 1 || k.instances > load.MaxInstance:
		return fmt.Errorf("--instances %d: want 1 to %d", k.instances, load.MaxInstance)
	case k.operator != "" && k.out == "":
		return errors.New("--operator: give --out FILE, too: the TestRun names the script")
	case k.of.load.Concurrency > 0 && k.of.load.Concurrency%k.instances != 0 && k.operator != "":
		return fmt.Errorf("--concurrency %d: want a multiple of the %d --instances, which share them evenly", k.of.load.Concurrency, k.instances)
	}
	return nil
}

func replace(flag, name string, text []byte) error {
	if err := file.Replace(file.Here{}, name, text, 0); err != nil {
		return fmt.Errorf("%s %s: %w", flag, name, err)
	}
	return nil
}

// testRun returns the k6 operator's resource that runs the script.
//
// Source: https://grafana.com/docs/k6/latest/set-up/set-up-distributed-k6/usage/configure-testrun-crd/
func (k *k6Script) testRun() []byte {
	script := filepath.Base(k.out)
	name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(strings.TrimSuffix(script, filepath.Ext(script))), "-"), "-")
	quoted := word.Single(script)
	if name == "" {
		name = "load"
	}
	return fmt.Appendf(nil, `# Written by fakestripe k6. Before it, once:
#
#   kubectl create configmap %[1]s --from-file=%[4]s
#   kubectl create secret generic %[1]s --from-literal=STRIPE_WEBHOOK_SECRET=whsec_…
#
# Afterwards, with the logs of all pods:
#
#   kubectl logs -l k6_cr=%[1]s --tail=-1 > sent.log
#   fakestripe load --verify sent.log --state-url …
apiVersion: k6.io/v1alpha1
kind: TestRun
metadata:
  name: %[1]s
spec:
  parallelism: %[3]d
  arguments: --no-usage-report
  script:
    configMap:
      name: %[1]s
      file: %[2]q
  runner:
    env:
      - name: STRIPE_WEBHOOK_SECRET
        valueFrom:
          secretKeyRef:
            name: %[1]s
            key: STRIPE_WEBHOOK_SECRET
`, name, script, k.instances, quoted)
}
