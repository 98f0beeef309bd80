package contract

import (
	"regexp"
	"sync"
)

// What a table is called tells its rows from those of a log: those of a ledger are added up,
// and an amount in a table of refunds is that of one.

// A tableKind is what the name of a table says of its rows.
type tableKind int

const (
	anyTable    tableKind = iota // which may be a log
	refundTable                  // a row is a refund or a credit: who sums these up gets what was refunded
	ledgerTable                  // rows are added up
)

var (
	tableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.(\w+)(?:\[\]|\.\*)`) })
	logName   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)event|log|hook|histor|audit|inbox|payload|message|deliver|notif|seen|processed|total`)
	})
	ledgerName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)ledger|journal|posting|booking`) })
	refundName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)refund|credit|giveback|reversal`) })
)

// tableOf returns the kind of the table that a column is in.
func tableOf(column string) tableKind {
	table := tableName().FindStringSubmatch(column)
	switch {
	case table == nil || logName().MatchString(table[1]):
		return anyTable
	case ledgerName().MatchString(table[1]):
		return ledgerTable
	case refundName().MatchString(table[1]):
		return refundTable
	}
	return anyTable
}
