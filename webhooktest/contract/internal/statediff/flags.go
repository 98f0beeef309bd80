package statediff

import (
	"regexp"
	"sync"
)

// SQLite and MySQL have no booleans: a column that says yes or no holds 1 or 0, which may as
// well be a count. Its name tells them apart.

// saysYesOrNo reports whether a column does, by its path.
func saysYesOrNo(path string) bool { return flagName().MatchString(path) }

// saysYes and saysNo report what a flag says, which may be a number.
func saysYes(path, value string) bool { return value == "true" || value == "1" && saysYesOrNo(path) }
func saysNo(path, value string) bool  { return value == "false" || value == "0" && saysYesOrNo(path) }

// flagName matches the paths of columns that say yes or no. Payments and refunds are counted,
// too, so that "paid" is none.
var flagName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[._])(?:(?:is|has)_\w+|(?:is|has)[A-Z]\w*|` +
		`(?i:(?:in)?active|enabled|disabled|access|premium|pro|ended|cancell?ed|cancell?ing|cancel_?at_?period_?end|` +
		`subscribed|expired|deleted|suspended|locked|blocked|revoked|granted|entitled|delinquent|past_?due|trialing))$`)
})
