package credential

import "strings"

// Doubt says why a text is probably not an endpoint's signing secret, or "". The result
// continues "the signing secret", and does not contain it.
func Doubt(secret string) string {
	bare := strings.Trim(secret, " \t\r\n\"'`")
	rest, prefixed := strings.CutPrefix(bare, "whsec_")
	switch {
	case strings.TrimSpace(secret) != secret:
		return "has white space or a line break around it, which is signed with: trim it"
	case bare != secret:
		return "is in quotes, which are signed with: remove them"
	case strings.HasPrefix(bare, "we_"), strings.HasPrefix(bare, "ed_"):
		return "is the id of an endpoint: reveal its signing secret in the Dashboard, which begins with whsec_"
	case strings.Contains(bare, "=whsec_"), strings.Contains(bare, ": whsec_"):
		return "has a name in front, which is signed with: give what follows the name"
	case strings.HasPrefix(bare, "d2hzZWNf"):
		return "is whsec_… in base64: decode it once"
	case strings.HasPrefix(bare, "$"), strings.HasPrefix(bare, "process.env."), strings.HasPrefix(bare, "%"):
		return "is a variable's name instead of its value"
	case !prefixed:
		return "does not begin with whsec_, as Stripe's do"
	case isPlaceholder(rest):
		return "is a placeholder: put the endpoint's own there"
	case strings.Contains(rest, "whsec_"):
		return "has whsec_ in it twice: give one secret, as the Dashboard shows it"
	case strings.ContainsAny(rest, " \t,;:#\\\"'()"):
		return "has characters that no secret has, which are signed with: remove what follows it in the variable"
	}
	return ""
}

// isPlaceholder reports whether the part after the prefix is a placeholder: dots, one
// repeated letter, words.
func isPlaceholder(rest string) bool {
	lower := strings.ToLower(rest)
	return strings.Trim(rest, ".…*<>") == "" || strings.Count(lower, lower[:1]) == len(lower) ||
		strings.HasPrefix(lower, "your") || strings.HasPrefix(rest, "<") || strings.HasPrefix(rest, "{")
}
