package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/fixtures"
)

// apiVersion is a flag value: it resolves any word for fixtures.FindVersion to the name
// of the version.
type apiVersion string

// apiVersionFlag adds --api-version. The usage names the default, if given.
func apiVersionFlag(flags *pflag.FlagSet, version *string, value, usage string) {
	*version = value
	flags.Var((*apiVersion)(version), "api-version", usage+": a date, a train (basil), latest, or an SDK (stripe-go@82)")
}

// String implements pflag.Value.
func (v *apiVersion) String() string { return string(*v) }

// Set implements pflag.Value.
func (v *apiVersion) Set(word string) error {
	name, err := fixtures.FindVersion(word)
	if err != nil {
		return fmt.Errorf("%w (fakestripe list --api-versions shows all; --set api_version=… changes only the label)", err)
	}
	*v = apiVersion(name)
	return nil
}

// Type implements pflag.Value.
func (v *apiVersion) Type() string { return "string" }

// mereLabel warns that --set gives events the label of one API version with the shape of
// another, or returns "".
func mereLabel(set []string, version string) string {
	for _, text := range set {
		path, label, _ := strings.Cut(text, "=")
		if eventType, rest, typed := strings.Cut(path, ":"); typed && strings.Contains(eventType, ".") {
			path = rest
		}
		label = strings.Trim(label, `"`)
		if path == "api_version" && label != version && label != "null" {
			return fmt.Sprintf("api_version=%s is no more than a label: the events have the shape of %s", visible(label), version)
		}
	}
	return ""
}
