package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newRender(sh shell) *cobra.Command {
	var p payloads
	cmd := &cobra.Command{
		Use:   "render TYPE|FILE|-",
		Short: "Print the exact bytes of an event",
		Example: `  fakestripe render payment_intent.succeeded --seed 7 --created 1700000000
  fakestripe render charge.refunded --set data.object.amount_refunded=500 | jq .data.object`,
		Args:              onePayload,
		ValidArgsFunction: completeTypes,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.check(); err != nil {
				return err
			}
			if err := p.shapes.check(typesAmong(args)...); err != nil {
				return err
			}
			event, err := p.event(cmd.Context(), sh.in, args[0])
			if err != nil {
				return err
			}
			for _, line := range p.labels(args[0]) {
				fmt.Fprintf(sh.err, "fakestripe: %s\n", line)
			}
			if !isFile(args[0]) && !p.changed("seed") {
				fmt.Fprintf(sh.err, "fakestripe: seed %d\n", p.source.Seed)
			}
			_, err = sh.out.Write(event.Body())
			return err
		},
	}
	p.flags(cmd)
	return cmd
}
