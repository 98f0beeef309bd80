package main

import (
	"context"
	"testing"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/transfer"
	"github.com/testcontainers/testcontainers-go"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestContract runs the contract against the image. The service's transfers at Stripe are
// its state; while Stripe is unreachable, nothing may get lost. Warnings count.
func TestContract(t *testing.T) {
	t.Parallel()
	stack := startStack(t)
	docker, err := testcontainers.NewDockerClientWithOpts(t.Context())
	require.NoError(t, err)
	defer docker.Close()
	id := stack.stripe.GetContainerID()
	defer docker.ContainerUnpause(context.Background(), id, client.ContainerUnpauseOptions{}) // if the test ends while it is paused

	report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject {
		return contract.Subject{
			URL: stack.url, Secret: secret, Handles: []string{"payment_intent.succeeded"},
			State: stack.transfers,
			Break: func(ctx context.Context) error {
				_, err := docker.ContainerPause(ctx, id, client.ContainerPauseOptions{})
				return err
			},
			Heal: func(ctx context.Context) error {
				_, err := docker.ContainerUnpause(ctx, id, client.ContainerUnpauseOptions{})
				return err
			},
			OncePerObject: true, // a payment is paid out once, whatever event reports it
		}
	}})
	require.NoError(t, err)
	verdicts := make(map[string]contract.Verdict)
	for _, result := range report.Cases {
		verdicts[result.ID] = result.Verdict
		if result.Verdict == contract.Fail || result.Verdict == contract.Warn {
			t.Errorf("%s %s: %s", result.Verdict, result.ID, result)
		}
	}
	for _, id := range []string{
		"signature/unsigned", "idempotency/redelivered", "idempotency/concurrent",
		"resilience/failure-not-acknowledged", "resilience/retry-after-failure",
	} {
		require.Equal(t, contract.Pass, verdicts[id], id)
	}
}

// TestTrigger has fakestripe deliver the events, inside the network, as tests in any
// language can.
func TestTrigger(t *testing.T) {
	t.Parallel()
	stack := startStack(t)
	require.NoError(t, stack.stripe.Trigger(t.Context(), "payment_intent.succeeded", "--set", "data.object.amount=4200"))
	made, err := stack.transfers(t.Context())
	require.NoError(t, err)
	require.Len(t, made, 1)
	require.EqualValues(t, 3780, made.([]payout)[0].Amount)
}

// A payout is Stripe's record of a transfer.
type payout struct {
	Payment, Currency string
	Amount            int64
}

// transfers lists the service's transfers at the local Stripe, with the SDK and its
// paging.
func (s *stack) transfers(ctx context.Context) (any, error) {
	params := &stripe.TransferListParams{}
	params.Context, params.Limit = ctx, stripe.Int64(100)
	made := []payout{}
	transfers := transfer.Client{B: backend(s.api), Key: key}.List(params)
	for transfers.Next() {
		t := transfers.Transfer()
		made = append(made, payout{t.TransferGroup, string(t.Currency), t.Amount})
	}
	return made, transfers.Err()
}
