package contract

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Who books a row, or pays at Stripe, for each event books sums over these. A row may as well
// log what the event told, or be the latest of several that count one by one. So a row counts
// as booked if it takes the amount off, which no log does, or if its table says by its name
// that rows are; an amount in a call always, unless another call takes it back.

// amountsIn returns the columns whose numbers are all an amount, in rows and calls that are
// new. What is named as a sum so far is one.
func amountsIn(did statediff.Diff, cents float64) (columns []string) {
	values := did.Columns()
	for _, column := range slices.Sorted(maps.Keys(values)) {
		if each(values[column], cents) && !sumSoFar().MatchString(column) && (!isCall(column) || amountOfCall().MatchString(column)) {
			columns = append(columns, column)
		}
	}
	return columns
}

// sumSoFar matches columns whose names say that they hold a sum so far.
var sumSoFar = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(refunded|reversed|total|so_?far|cumul|running|balance|sum)[^.]*$`)
})

// amountOfCall matches the parameter of a call that moves an amount.
var amountOfCall = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.params\.(lines?(\[\w*\])*\[)?amount\]?$`) })

// isCall reports whether a column is of calls to Stripe.
func isCall(column string) bool { return strings.HasPrefix(column, "state.stripe[] ") }

// booked finds columns of which sums are more than was given back, or says why it cannot tell.
func (p *parts) booked(columns []string, clean statediff.Diff) ([]finding, error) {
	before, after := clean.Columns(), p.did.Columns()
	var unclear []string
	for _, column := range columns {
		values := after[column]
		switch twice := p.addsUp(values, len(before[column])); {
		case each(values, p.first+p.second):
			return p.grew(column, before[column][0], values[0]), nil
		case !twice:
		case (isCall(column) || takesOff(values) || tableOf(column) != anyTable) && !p.takenBack(columns, before, after):
			return []finding{{
				should: !isCall(column) && !takesOff(values) && tableOf(column) == refundTable, sent: p.sent,
				expected: fmt.Sprintf("%s: %g in all", column, before[column][0]),
				actual:   fmt.Sprintf("%s, which is %g", listed(values), sum(values)),
			}}, nil
		default:
			unclear = append(unclear, fmt.Sprintf("%s: %s", column, listed(values)))
		}
	}
	if len(unclear) < len(columns) {
		return nil, nil
	}
	return nil, errInconclusive{reason: "the sum so far stands in a row of each event, and whether rows are added up or tell what came cannot be seen: show the total, too (" +
		strings.Join(unclear, "; ") + ")"}
}

// addsUp reports whether numbers are the two sums so far, each as often as a clean delivery
// leaves one.
func (p *parts) addsUp(values []float64, often int) bool {
	return len(values) == 2*often && count(values, p.first) == often && count(values, p.second) == often
}

// takenBack reports whether there is a call that clean delivery does not make, or the first
// part in a column of another kind: either may take back what was booked, or tell what was.
func (p *parts) takenBack(columns []string, before, after map[string][]float64) bool {
	for column, values := range after {
		_, known := before[column]
		tells := !slices.Contains(columns, column) && !sumSoFar().MatchString(column) && count(values, p.first) > 0
		if isCall(column) && !known || tells {
			return true
		}
	}
	return false
}

// takesOff reports whether one of the numbers is below zero.
func takesOff(values []float64) bool {
	return slices.ContainsFunc(values, func(v float64) bool { return v < 0 })
}

// each reports whether all numbers are an amount, and count how many are.
func each(values []float64, cents float64) bool {
	return len(values) > 0 && count(values, cents) == len(values)
}

func count(values []float64, cents float64) (count int) {
	for _, v := range values {
		if isMoney(v, cents) {
			count++
		}
	}
	return count
}

func sum(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// listed lists numbers, the smallest amount first: "-5 and -12".
func listed(values []float64) string {
	var texts []string
	for _, v := range slices.SortedFunc(slices.Values(values), func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) }) {
		texts = append(texts, fmt.Sprintf("%g", v))
	}
	return strings.Join(texts, " and ")
}
