package contract_test

import (
	"net/http/httptest"
	"testing"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// BenchmarkCheck runs the whole suite, with effects, against a handler that works
// at once: in process and over the loopback network.
func BenchmarkCheck(b *testing.B) {
	for name, serve := range map[string]func(*testing.B, *contract.Subject){
		"in-process": func(*testing.B, *contract.Subject) {},
		"loopback": func(b *testing.B, s *contract.Subject) {
			server := httptest.NewServer(s.Handler)
			b.Cleanup(server.Close)
			s.Handler, s.URL = nil, server.URL
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sound := zooSound()[0]
				s := sound.subject(sound.build())
				serve(b, &s)
				report, err := contract.Check(b.Context(), contract.Suite{New: func() contract.Subject { return s }})
				if err != nil || report.Failed(false) {
					b.Fatal(err, report)
				}
			}
		})
	}
}
