package main

import (
	"fmt"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// refusalOf returns the SDK's error if it refused the event's API version. A thin event has
// none.
func refusalOf(r *webhooktest.Response) (said pinned.Refusal, ok bool) {
	if r.Accepted() || fixtures.IsThin(r.Event.Type()) {
		return said, false
	}
	said, ok = pinned.Find(string(r.Body))
	label, named := r.Event.Lookup("api_version")
	return said, ok && (!named || label == said.Got) // otherwise a mutation changed it
}

// giveVersion names the flag for events that an SDK accepts.
func giveVersion(said pinned.Refusal) string {
	version, known := said.Version()
	if !known {
		return fmt.Sprintf("%s: there are no fixtures for that, so no more than the label can be changed: --set api_version=%s", said, said.Want)
	}
	return said.String() + ": give " + versionFlag(version)
}

func versionFlag(version string) string { return "--api-version " + version }
