//go:build !linux

package child

// SeesPorts reports whether Ports works on this system.
const SeesPorts = false

func ports(string) []string { return nil }
