package wire

import (
	"testing"

	"go.uber.org/goleak"
)

// No goroutine outlives the request that started it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
