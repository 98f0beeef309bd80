package render_test

import (
	"testing"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// BenchmarkLoad compiles an event of the oldest and of the newest version, which is that of
// the oldest carried through 28 versions.
func BenchmarkLoad(b *testing.B) {
	for _, version := range []string{"2023-10-16", "latest"} {
		for _, eventType := range []string{"payment_intent.succeeded", "invoice.paid"} {
			b.Run(version+"/"+eventType, func(b *testing.B) {
				options := render.Options{APIVersion: version}
				for b.Loop() {
					if _, err := options.Load(eventType, 0); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
