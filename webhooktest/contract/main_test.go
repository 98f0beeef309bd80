package contract_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No goroutine outlives the call that started it, not even after a panic, a
// timeout or a loop that was left early.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
