package contract

import (
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// Stripe reports no creation of some objects that it updates: of an account or a capability
// it says nothing else, of a charge that it succeeded.

// createdOrNone is the pattern of a creation that a case does without, where Stripe reports
// none.
const createdOrNone = "any *.created" + orNone

// introducers are the types that tell first of an object whose creation Stripe does not
// report, by resource.
var introducers = map[string][]string{
	"application_fee.refund": {"application_fee.refunded"},
	"charge":                 tellPaid,
	"charge.refund":          {"refund.created", "charge.refunded"},
	"payment_method":         {"payment_method.attached"},
}

// unpaidShapes are those of a session that makes no payment.
var unpaidShapes = []string{"setup", "subscription", "subscription-trial"}

// introducer returns the handled type that tells first of an object of a resource, if Stripe
// reports no creation of it, or "".
func introducer(s *Subject, resource string) string {
	if s.checkType(resource+".created") == nil {
		return ""
	}
	for _, first := range introducers[resource] {
		if slices.Contains(s.Handles, first) && !slices.Contains(unpaidShapes, s.Variants[first]) {
			return first
		}
	}
	return ""
}

// introduction returns the handled type that tells first of the object of an update, if
// Stripe reports no creation of it, or "".
func introduction(s *Subject, eventType string) string {
	if !strings.HasSuffix(eventType, ".updated") {
		return ""
	}
	return introducer(s, resourceOf(eventType))
}

// beginner returns the first handled type before which no other creates or introduces the
// object: an event of it may be of any age.
func beginner(s *Subject) string {
	for _, handled := range s.Handles {
		if fixtures.IsThin(handled) == s.Thin && s.creation(handled) == "" && introduction(s, handled) == "" {
			return handled
		}
	}
	return s.control()
}

// isBare reports whether a binding has a creation that Stripe does not report as one.
func isBare(binding map[string]string, s *Subject, given map[string]string) bool {
	for name, pattern := range given {
		if strings.HasPrefix(pattern, "any *.created") && s.checkType(binding[name]) == nil && !strings.HasSuffix(binding[name], ".created") {
			return true
		}
	}
	return false
}

// bindResources binds all patterns with a star to handled types of one resource: the first
// whose creation Stripe reports and, where a case needs a creation, the first without. The
// others follow if the case is about each.
func bindResources(s *Subject, given map[string]string) (bindings []map[string]string) {
	wanted := slices.Collect(maps.Values(given))
	if !slices.ContainsFunc(wanted, hasStar) {
		return []map[string]string{{}}
	}
	created, bare := resourcesOf(s, given)
	bindings = slices.Concat(created[:min(1, len(created))], bare[:min(1, len(bare))])
	if !slices.ContainsFunc(wanted, isEachResource) {
		return bindings
	}
	for _, others := range [][]map[string]string{created, bare} {
		for _, binding := range others[min(1, len(others)):] {
			bindings = append(bindings, asFurther(binding, given))
		}
	}
	return bindings
}

// resourcesOf binds all patterns with a star to the types of each handled resource: of those
// whose creation Stripe reports, and of those without.
func resourcesOf(s *Subject, given map[string]string) (created, bare []map[string]string) {
	known := make(map[string]bool)
	for _, handled := range s.Handles {
		resource := resourceOf(handled)
		if known[resource] {
			continue
		}
		known[resource] = true
		switch binding := bindResource(s, given, resource); {
		case binding == nil:
		case isBare(binding, s, given):
			bare = append(bare, binding)
		default:
			created = append(created, binding)
		}
	}
	return created, bare
}

// bindResource binds all patterns with a star to the types of a resource, or returns nil.
func bindResource(s *Subject, given map[string]string, resource string) map[string]string {
	binding := make(map[string]string)
	var none []string // variables for a creation that there is not
	handled := ""
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !hasStar(given[name]) {
			continue
		}
		eventType, isHandled := typeFor(s, given[name], resource)
		switch {
		case eventType != "":
			binding[name] = eventType
		case given[name] == createdOrNone:
			none = append(none, name)
		default:
			return nil
		}
		if isHandled {
			handled = eventType
		}
	}
	for _, name := range none {
		binding[name], binding[name+unsentAs] = handled, "true"
	}
	return binding
}

// typeFor returns the type that a pattern means for a resource, or "", and whether it must
// be handled.
func typeFor(s *Subject, pattern, resource string) (eventType string, mustBeHandled bool) {
	pattern, isAny := strings.CutPrefix(strings.TrimSuffix(withoutEach(pattern), orNone), "any ")
	eventType = strings.ReplaceAll(pattern, "*", resource)
	switch {
	case slices.Contains(s.Handles, eventType) || isAny && s.checkType(eventType) == nil:
		return eventType, !isAny
	case isAny && strings.HasSuffix(eventType, ".created"):
		return introducer(s, resource), false
	}
	return "", false
}

// uncreated returns why a case has no creation to be about, although the types that it needs
// are handled: Stripe reports none. If handling further types would do, it returns those.
func uncreated(s *Subject, given map[string]string) (why, types string) {
	with := maps.Clone(given)
	for name, pattern := range given {
		if pattern == "any *.created" {
			with[name] = createdOrNone
		}
	}
	for _, binding := range bindResources(s, with) {
		for name := range with {
			if binding[name+unsentAs] == "" {
				continue
			}
			resource := resourceOf(binding[name])
			return "needs an event that creates the object: Stripe has no " + resource + ".created", strings.Join(introducers[resource], " or ")
		}
	}
	return "", ""
}
