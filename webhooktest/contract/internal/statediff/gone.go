package statediff

import "strings"

// An event may take an entry away: a role, a seat, a deleted row. That is an effect like any
// other, unless the list gains something meanwhile: it may be limited in length, and what
// went is the oldest of it.

// goneSuffix marks the places of removed values.
const goneSuffix = ", removed"

// IsGone reports whether a place holds removed values.
func IsGone(place string) bool { return strings.HasSuffix(place, goneSuffix) }
