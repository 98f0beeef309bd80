package main

import (
	"fmt"

	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// refusalOf returns what the handler's SDK said if it refused the event for its API version.
func refusalOf(r *webhooktest.Response) (said pinned.Refusal, ok bool) {
	if r.Accepted() {
		return said, false
	}
	said, ok = pinned.Find(string(r.Body))
	label, named := r.Event.Lookup("api_version")
	return said, ok && (!named || label == said.Got) // else a mutation changed it
}

// giveVersion says which flag makes events that an SDK accepts.
func giveVersion(said pinned.Refusal) string {
	version, known := said.Version()
	if !known {
		return fmt.Sprintf("%s: there are no fixtures for that, so no more than the label can be changed: --set api_version=%s", said, said.Want)
	}
	return said.String() + ": give " + versionFlag(version)
}

func versionFlag(version string) string { return "--api-version " + version }

// nameVersions says in a report which flag makes events that the handler accepts.
func (c *checking) nameVersions(found *contract.Report) {
	if found.WantedVersion != "" {
		found.Diagnosis = append(found.Diagnosis, "give "+versionFlag(found.WantedVersion))
	}
	for i := range found.Cases {
		result := &found.Cases[i]
		switch {
		case result.WantedVersion == "":
		case result.Verdict == contract.Inconclusive: // whose hint is not shown
			result.Reason += " (" + versionFlag(result.WantedVersion) + ")"
		default:
			result.Hint = "the handler's SDK expects another API version: give " + versionFlag(result.WantedVersion)
			if c.suite.Dir != "" {
				result.Hint += ", or change api_version if the payload is a file"
			}
		}
	}
}
