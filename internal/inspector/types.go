package inspector

import (
	"net/http"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// choices are the options on the page.
type choices struct {
	Flows     []fixtures.FlowType  `json:"flows"`
	Mutations []mutation           `json:"mutations"`
	Types     []fixtures.EventType `json:"types"`
}

type mutation struct {
	Name    string `json:"name"`
	Example string `json:"example,omitempty"` // of a value; empty if it takes none
	Doc     string `json:"doc"`
}

// types returns the choices for the API version of a source.
func types(source *webhooktest.Source) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		version := source.APIVersion
		if version == "" {
			version = fixtures.DefaultVersion
		}
		answer(w, choicesIn(version))
	}
}

func choicesIn(version string) choices {
	all := choices{[]fixtures.FlowType{}, []mutation{}, []fixtures.EventType{}}
	for _, name := range slices.Concat(fixtures.Types(version), fixtures.ThinTypes()) {
		if described, err := fixtures.DescribeEvent(name); err == nil {
			all.Types = append(all.Types, described)
		}
	}
	for _, name := range fixtures.Flows() {
		if described, err := fixtures.DescribeFlow(name); err == nil {
			all.Flows = append(all.Flows, described)
		}
	}
	for _, m := range webhooktest.Mutations() {
		all.Mutations = append(all.Mutations, mutation{m.Name, m.Example, m.Doc})
	}
	return all
}
