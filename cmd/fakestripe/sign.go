package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/webhooktest"
)

func newSign(sh shell) *cobra.Command {
	var secrets secrets
	var timestamp string
	cmd := &cobra.Command{
		Use:   "sign FILE|-",
		Short: "Print the Stripe-Signature header for a body",
		Example: `  fakestripe render payment_intent.succeeded > event.json
  curl localhost:4242/webhook -H "Stripe-Signature: $(fakestripe sign event.json)" \
    -H 'Content-Type: application/json' --data-binary @event.json`,
		Args: onePayload,
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := secrets.get(sh)
			if err != nil {
				return err
			}
			at := time.Now()
			if timestamp != "" {
				if at, err = parseTime(timestamp); err != nil {
					return fmt.Errorf("--timestamp %w", err)
				}
			}
			body, err := readPayload(cmd.Context(), sh.in, args[0])
			if err != nil {
				return err
			}
			announce(sh, keys)
			_, err = fmt.Fprintln(sh.out, webhooktest.Sign(body, at, keys...))
			return err
		},
	}
	secrets.flag(cmd)
	cmd.Flags().StringVar(&timestamp, "timestamp", "", "sign for this `time`: Unix seconds or RFC 3339 (default now)")
	return cmd
}
