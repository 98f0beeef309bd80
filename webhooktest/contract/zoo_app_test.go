package contract_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooApp is a sound receiver of some types for an app that a test describes: it takes each
// event of those, one at a time, and later if the app works after the answer.
func zooApp(t *testing.T, handles []string, later time.Duration, take func(*zooDelivery) error, show func() any) contract.Subject {
	t.Helper()
	z := newZoo()
	t.Cleanup(z.Close)
	once := func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		return take(d)
	}
	z.handle = once
	if later > 0 {
		z.handle = func(d *zooDelivery) error {
			z.working.Go(func() {
				time.Sleep(later)
				_ = once(d)
			})
			return nil
		}
	}
	z.show = func() any { // under the lock: what the app shows may be what it goes on writing
		text, err := json.Marshal(show())
		if err != nil {
			return err.Error()
		}
		return json.RawMessage(text)
	}
	subject := zooNamed(t, "sound").subject(z, z.State)
	subject.Handles = handles
	return subject
}
