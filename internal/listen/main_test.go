package listen_test

import (
	"testing"

	"go.uber.org/goleak"
)

// A hub has no goroutine of its own when it is shut down.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
