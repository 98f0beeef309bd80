package contract

import "strings"

// A handler may be right about one kind of object and wrong about another. A case whose
// pattern says each is also about the further resources that are handled, as far as that
// takes no time to speak of.

const (
	// eachResource, before a pattern, says that a case is about further resources, too.
	eachResource = "each "

	// furtherAs, after a variable, says that it is of a further resource.
	furtherAs = ".further"
)

// isEachResource reports whether a pattern means each handled resource.
func isEachResource(pattern string) bool {
	return strings.HasPrefix(pattern, eachResource) && hasStar(pattern)
}

// withoutEach returns the pattern of the types of one resource.
func withoutEach(pattern string) string {
	if isEachResource(pattern) {
		return strings.TrimPrefix(pattern, eachResource)
	}
	return pattern
}

// furtherOf returns the further resource that a binding is about, or "".
func furtherOf(types map[string]string) string {
	for name, resource := range types {
		if strings.HasSuffix(name, furtherAs) {
			return resource
		}
	}
	return ""
}

// asFurther marks a binding as one of a further resource.
func asFurther(binding map[string]string, given map[string]string) map[string]string {
	for name, pattern := range given {
		if isEachResource(pattern) {
			binding[name+furtherAs] = resourceOf(binding[name])
		}
	}
	return binding
}

func hasStar(pattern string) bool { return strings.Contains(pattern, "*") }
