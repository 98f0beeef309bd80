package load_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

func TestGen(t *testing.T) {
	f, err := os.Create("/tmp/script.js")
	require.NoError(t, err)
	l := load.Load{Mix: []load.Share{{Name: "payment_intent.succeeded", Weight: 2}, {Name: "invoice.paid"}, {Name: "v1.billing.meter.no_meter_found"}}, Count: 900, Concurrency: 9, Forge: 0.05}
	require.NoError(t, l.K6(f))
}
