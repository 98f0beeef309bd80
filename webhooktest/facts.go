package webhooktest

import (
	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// readFacts makes templates record the facts they share with others.
func readFacts(options *render.Options) error {
	options.Facts = new(render.Facts)
	_, err := render.Read(fixtures.DefaultVersion, "shared.json", options.Facts)
	return err
}
