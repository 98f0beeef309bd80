//go:build unix

package examples_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// guideHandles are the types of Stripe's guide.
var guideHandles = []string{"payment_intent.succeeded", "payment_method.attached"}

func TestSinatraSigned(t *testing.T) {
	t.Parallel()
	needSinatra(t)
	requireSound(t, check(t, start(t, "sinatra", nil, "ruby", "signed.rb", "-p", "PORT").subject(guideHandles...)))
}

// TestSinatraGuide: without the signature check, only the checks of signatures fail.
func TestSinatraGuide(t *testing.T) {
	t.Parallel()
	needSinatra(t)
	report := check(t, start(t, "sinatra", nil, "ruby", "guide.rb", "-p", "PORT").subject(guideHandles...))
	var failed []string
	for _, result := range report.Cases {
		switch result.Verdict {
		case contract.Fail, contract.Warn:
			failed = append(failed, result.ID)
			group, _, _ := strings.Cut(result.ID, "/")
			require.Contains(t, []string{"signature", "freshness"}, group, "%s: %s", result.ID, result)
		}
	}
	require.Subset(t, failed, []string{"signature/unsigned", "signature/wrong-secret", "signature/changed-body", "freshness/one-day-old"})
}

func TestSinatraWithoutSecret(t *testing.T) {
	needSinatra(t)
	command := exec.CommandContext(t.Context(), "ruby", "signed.rb")
	command.Dir, command.Env = "sinatra", append(command.Environ(), "STRIPE_WEBHOOK_SECRET=")
	said, err := command.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(said), "STRIPE_WEBHOOK_SECRET is not set")
}

func needSinatra(t *testing.T) {
	t.Helper()
	needProcesses(t)
	if _, err := exec.LookPath("ruby"); err != nil {
		realpart.Missing(t, "ruby: apt install ruby-sinatra puma")
	}
	if err := exec.Command("ruby", "-e", `require "sinatra/base"; begin; require "puma"; rescue LoadError; require "webrick"; end`).Run(); err != nil {
		realpart.Missing(t, "Sinatra or its server: apt install ruby-sinatra puma")
	}
}
