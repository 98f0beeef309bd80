package checkout

import (
	"context"
	"fmt"
	"net/url"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
)

// Ask has a running listen make the events that complete an object. The caller submits
// them. The version is that of the events; empty means listen's.
func Ask(ctx context.Context, client *listen.Client, r payment.Request, version string) (*webhooktest.Flow, error) {
	query := url.Values{"object": {r.Object}, "type": {r.Type}, "action": {string(r.Action)}, "api_version": {version}}
	var made Completion
	if err := client.Post(ctx, ControlPath+"?"+query.Encode(), &made); err != nil {
		return nil, err
	}
	flow := &webhooktest.Flow{Name: made.Name, Title: made.Title}
	for _, text := range made.Events {
		event, err := webhooktest.ParseEvent([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("listen answered: %w", err)
		}
		flow.Steps = append(flow.Steps, webhooktest.FlowStep{Event: event})
	}
	return flow, nil
}
