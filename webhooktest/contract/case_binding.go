package contract

import (
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// bind binds the type variables of a case: once, or once for each handled type. If there is
// no binding, unhandled names the types that would allow one.
func (s *Subject) bind(given map[string]string) (bindings []map[string]string, unhandled string) {
	binding := make(map[string]string)
	each := ""
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch pattern := given[name]; {
		case pattern == "handled":
			binding[name] = s.control()
		case pattern == "handled first":
			binding[name] = beginner(s)
		case pattern == "of a tenant":
			if binding[name] = s.ofTenant(); binding[name] == "" {
				return nil, "a type about what an account has"
			}
		case strings.HasPrefix(pattern, "each ") && !hasStar(pattern):
			each = name
		case pattern == "unhandled":
			binding[name] = s.unhandled()
		case strings.HasSuffix(pattern, orNone) && !hasStar(pattern):
			maps.Copy(binding, bindOrNone(s, name, pattern))
		case strings.HasPrefix(pattern, "any ") && !strings.Contains(pattern, "*"):
			binding[name] = strings.TrimPrefix(pattern, "any ")
		case !strings.Contains(pattern, "*"):
			if binding[name] = pattern; !slices.Contains(s.Handles, pattern) {
				missing = append(missing, pattern)
			}
		}
	}
	if len(missing) > 0 {
		return nil, strings.Join(missing, " and ")
	}
	resources := bindResources(s, given)
	if len(resources) == 0 {
		return nil, patterns(given) + " of one resource"
	}
	if each == "" {
		for _, resource := range resources {
			maps.Copy(resource, binding)
		}
		return resources, ""
	}
	maps.Copy(binding, resources[0])
	if choice, ok := chooseShapes(given[each]); ok {
		return s.bindShapes(each, choice, binding)
	}
	if text, ok := strings.CutPrefix(given[each], "each of "); ok && strings.Contains(text, follows) {
		return bindSequences(s, each, text, binding)
	}
	types := s.handled()
	if among, ok := strings.CutPrefix(given[each], "each of "); ok {
		if types = only(types, strings.Fields(among)); len(types) == 0 {
			return nil, strings.ReplaceAll(among, " ", " or ")
		}
	}
	if given[each] == "each sibling" {
		if types = s.siblings(); len(types) == 0 {
			return nil, "a type beside which Stripe has others"
		}
	}
	for _, eventType := range types {
		if given[each] == "each telling" && carriesOn(eventType) || given[each] == "each thin" && !fixtures.IsThin(eventType) {
			continue
		}
		one := map[string]string{each: eventType}
		for name, bound := range binding {
			one[name] = bound
		}
		bindings = append(bindings, one)
	}
	return bindings, ""
}

// ofTenant is the first handled type that is about something an account has, or "". News of
// an account itself is how many a platform learns of it.
func (s *Subject) ofTenant() string {
	for _, eventType := range append([]string{s.control()}, s.handled()...) {
		if described, err := fixtures.DescribeEvent(eventType); err != nil || described.Object != "account" {
			return eventType
		}
	}
	return ""
}

// carriesOn reports whether a type continues what another event began, so that it may
// leave no trace when it comes alone.
func carriesOn(eventType string) bool {
	return strings.HasSuffix(eventType, ".updated") || strings.Contains(eventType, ".async_")
}

func patterns(given map[string]string) string {
	var wanted []string
	for _, pattern := range given {
		if strings.Contains(pattern, "*") && !strings.HasPrefix(pattern, "any ") {
			wanted = append(wanted, withoutEach(pattern))
		}
	}
	slices.Sort(wanted)
	return strings.Join(wanted, " and ")
}
