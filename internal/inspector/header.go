package inspector

import (
	"net/http"
	"slices"
	"strings"
)

// A field is the name and value of a header.
type field [2]string

// fields lists a header by name, without the credentials of the endpoint's owner: people
// show this page to others.
func fields(header http.Header) []field {
	all := []field{}
	for name, values := range header {
		for _, value := range values {
			if private(name) {
				value = "(not shown)"
			}
			all = append(all, field{name, value})
		}
	}
	slices.SortFunc(all, func(a, b field) int { return strings.Compare(strings.ToLower(a[0]), strings.ToLower(b[0])) })
	return all
}

func private(name string) bool {
	return slices.ContainsFunc([]string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}, func(other string) bool {
		return strings.EqualFold(name, other)
	})
}
