package main

import (
	"fmt"

	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/internal/refusal"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// refusalOf returns the SDK's error if it refused the event's API version.
func refusalOf(r *webhooktest.Response) (said pinned.Refusal, ok bool) {
	if r.Accepted() {
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

// readingOf reads what the handler says when it refuses a delivery without mutations, which
// are made to be refused. The API version is read by refusalOf.
func readingOf(r *webhooktest.Response, mutations []string) (said refusal.Reading, ok bool) {
	if r.Accepted() || r.Err != nil || len(mutations) > 0 {
		return said, false
	}
	return refusal.Read(r.StatusCode, r.Body)
}
