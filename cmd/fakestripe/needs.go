package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// flagsFor maps a need of a case to flags.
var flagsFor = map[string]string{
	"state":           "--state-url, --state-cmd, --state-postgres, --state-sqlite",
	"api":             "--api",
	"faults":          "--break-cmd, --heal-cmd",
	"restart":         "--exec, --restart-cmd",
	"connect":         "--connect",
	"mode":            "--mode",
	"thin":            "--thin",
	"thin-only":       "--thin, and only thin --handles",
	"snapshot":        "without --thin",
	"secrets":         "--secret, repeated",
	"handles":         "--handles",
	"bound":           "--set, --event",
	"no-creation":     "--handles",
	"payments":        "without --variant checkout.session.completed",
	"order":           "--set, --event",
	"once-per-object": "--once-per-object",
	contract.NeedTime: "--max-time",
	"objects":         "--set PATH=order-{n}, --set-from, --prepare-cmd",
	"objects or api":  "--set PATH=order-{n}, --set-from, --prepare-cmd for an object of the app; --api, or --exec, for Stripe's API",
}

// nameFlags adds the flags to the needs of the cases, and of the first event if it was
// refused.
func nameFlags(found *contract.Report) {
	if flags := flagsFor[found.Need]; flags != "" {
		found.Diagnosis = append(found.Diagnosis, "give "+flags)
	}
	for i := range found.Cases {
		result := &found.Cases[i]
		flags := flagsFor[result.Need]
		if result.Need == "handles" && result.Verdict == contract.Inconclusive { // no type is known
			flags = "--handles TYPE, or --variant TYPE=SHAPE"
		}
		if flags != "" {
			result.Reason += " (" + flags + ")"
		}
	}
}

// nameVariants adds the flag for a shape that the handler acts on to a report.
func nameVariants(found *contract.Report) {
	if found.WantedVariant != "" {
		found.Diagnosis = append(found.Diagnosis, "give --variant "+found.WantedVariant)
	}
	for i := range found.Cases {
		result := &found.Cases[i]
		if wanted := result.WantedVariants; len(wanted) > 0 {
			result.Reason += " (--variant " + strings.Join(wanted, " --variant ") + ")"
		} else if result.WantedVariant != "" {
			result.Reason += " (--variant " + result.WantedVariant + ")"
		}
	}
}

// ownObjects names the flags that give each event an object of its own.
func ownObjects(found *contract.Report) string {
	if found.OneObject == "" {
		return ""
	}
	return "all events name one object of the app, by " + found.OneObject + ", so cases about two objects could not be judged: make several, and give each event its own (" +
		strings.Replace(flagsFor["objects"], "PATH", found.OneObject, 1) + ")"
}

// mayBeUsedUp explains why no event has an effect, or returns "".
func mayBeUsedUp(found *contract.Report, objects *appObjects) string {
	failed := func(r contract.Result) bool { return r.ID == caseOfEffect && r.Verdict == contract.Fail }
	if objects == nil || !objects.numbered() || !slices.ContainsFunc(found.Cases, failed) {
		return ""
	}
	return fmt.Sprintf("object %d of the app may be used up by an earlier run, so that no event has an effect: --objects-used says how many are", objects.first())
}

// rarerRaces names the command that finds races which the bursts of a suite miss.
func rarerRaces(found *contract.Report) string {
	if !found.RareRaces {
		return ""
	}
	return "fakestripe load --chaos duplicate=0.1 finds rarer races than these bursts"
}

// nameHost adds the address that would work if nothing listens at localhost inside a
// container: to a diagnosis, or as a note of cases that failed.
func (c *checking) nameHost(ctx context.Context, found *contract.Report) {
	diagnosed := len(found.Diagnosis) > 0
	if !diagnosed && !found.Failed(true) {
		return
	}
	target := (&webhooktest.Endpoint{URL: c.subject.URL}).Target()
	switch hint := nobodyAt(ctx, target, contained()); {
	case hint == "":
	case diagnosed:
		found.Diagnosis = append(found.Diagnosis, hint)
	default:
		found.Notes = append(found.Notes, hint)
	}
}

// nameVersions adds the flag for events that the handler accepts to a report.
func (c *checking) nameVersions(found *contract.Report) {
	if found.WantedVersion != "" {
		found.Diagnosis = append(found.Diagnosis, "give "+versionFlag(found.WantedVersion))
	}
	if found.WantedLabel != "" {
		found.Diagnosis = append(found.Diagnosis, "give --set api_version="+found.WantedLabel)
	}
	for i := range found.Cases {
		result := &found.Cases[i]
		switch {
		case result.WantedVersion == "":
		case c.suite.Dir != "" && c.subject.APIVersion == result.WantedVersion:
			result.Hint = "The payload is a file of another API version, which " + versionFlag(result.WantedVersion) +
				" does not change: import an event of that version, as an endpoint with that api_version gets it."
		case result.Verdict == contract.Inconclusive: // its hint is not shown
			result.Reason += " (" + versionFlag(result.WantedVersion) + ")"
		default:
			result.Hint = "Give " + versionFlag(result.WantedVersion) + ": the handler's SDK expects another API version."
			if c.suite.Dir != "" {
				result.Hint += " If the payload is a file, change its api_version."
			}
		}
	}
}

// checkFlags rejects flags that no suite can run with.
func (c *checking) checkFlags() error {
	if err := c.exec.check(c.given); err != nil {
		return err
	}
	thin := slices.IndexFunc(c.subject.Handles, fixtures.IsThin)
	switch {
	case c.suite.MaxTime < 0:
		return notPositive("--max-time", c.suite.MaxTime, "3m")
	case c.subject.Settle < 0:
		return notPositive("--settle", c.subject.Settle, "500ms")
	case c.subject.Thin && len(c.subject.Handles) > 0 && thin < 0:
		return errors.New("--thin, but --handles has no thin event: name one, such as v1.payment_intent.succeeded")
	case !c.subject.Thin && thin >= 0:
		return fmt.Errorf("--handles: %s is a thin event: add --thin if the endpoint takes them", c.subject.Handles[thin])
	}
	return nil
}
