package contract_test

import (
	"net/http/httptest"
	"testing"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// BenchmarkCheck runs the whole suite, with effects, against a handler that works at once:
// one handler in process, one over the loopback network, and a handler of its own for each
// case, as in a test that calls contract.Run with Isolated.
func BenchmarkCheck(b *testing.B) {
	sound := zooSound()[0]
	subject := func() contract.Subject { return sound.subject(sound.build()) }
	b.Run("in-process", func(b *testing.B) {
		for b.Loop() {
			one := subject()
			benchmarkCheck(b, func() contract.Subject { return one })
		}
	})
	b.Run("loopback", func(b *testing.B) {
		for b.Loop() {
			one := subject()
			server := httptest.NewServer(one.Handler)
			one.Handler, one.URL = nil, server.URL
			benchmarkCheck(b, func() contract.Subject { return one })
			server.Close()
		}
	})
	b.Run("isolated", func(b *testing.B) {
		for b.Loop() {
			benchmarkCheck(b, func() contract.Subject {
				own := subject()
				own.Isolated = true
				return own
			})
		}
	})
}

func benchmarkCheck(b *testing.B, subject func() contract.Subject) {
	b.Helper()
	report, err := contract.Check(b.Context(), contract.Suite{New: subject})
	if err != nil || report.Failed(false) {
		b.Fatal(err, report)
	}
}
