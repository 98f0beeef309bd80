package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/webhooktest"
)

const secretVariable = "STRIPE_WEBHOOK_SECRET"

// secrets is the flag for signing secrets.
type secrets []string

func (s *secrets) flag(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar((*[]string)(s), "secret", nil,
		"signing `secret` of the endpoint; give both while it is being rolled (default $"+secretVariable+", else the one in .env, else "+webhooktest.DefaultSecret+")")
}

// get returns the secrets from the flag, else the environment, else the app's .env file,
// else the documented secret.
func (s secrets) get(sh shell) ([]string, error) {
	keys := []string(s)
	if len(keys) == 0 {
		key := sh.getenv(secretVariable)
		if key == "" {
			key = cmp.Or(envSecret(sh), webhooktest.DefaultSecret)
		}
		keys = []string{key}
	}
	doubtSecrets(sh, keys)
	return keys, (&webhooktest.Endpoint{URL: "localhost", Secrets: keys}).Validate() // checks the secrets
}

// doubtSecrets warns of secrets that are probably wrong. With the same mistake in the
// handler, everything would pass here, and nothing at Stripe.
func doubtSecrets(sh shell, keys []string) {
	for _, key := range keys {
		if doubt := credential.Doubt(key); doubt != "" && credential.CheckSecret(key) == nil {
			fmt.Fprintf(sh.err, "fakestripe: the signing secret %s\n", doubt)
		}
	}
}

// announce prints the documented secret, if used: the app needs it, too.
func announce(sh shell, keys []string) {
	if slices.Contains(keys, webhooktest.DefaultSecret) {
		fmt.Fprintf(sh.err, "fakestripe: signing secret %s (put it into the app, or give --secret)\n", webhooktest.DefaultSecret)
	}
}
