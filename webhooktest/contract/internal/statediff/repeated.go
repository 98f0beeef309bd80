package statediff

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Repeated is what copies of events left beyond clean delivery, in rows that are not like any
// of it: a credit beside the payment, or a period that the first copy closed and the second
// began again. A row is such an effect if it says of our objects what clean delivery says of
// them in its columns, or has an amount that the events tell. What notes that a copy came, or
// may be a log of events, is none.
func (b Baseline) Repeated(did Diff, amount func(n float64) bool) []string {
	var differences []difference
	for _, place := range did.Places() {
		if IsGone(place) || isRemark(place) {
			continue
		}
		changes := append(b.at(place), did[place])
		b.mask(place, changes)
		clean, now := changes[:len(changes)-1], changes[len(changes)-1]
		if !alike(clean) {
			continue // volatile
		}
		if more := now.repeated(clean, amount); len(more) > 0 {
			differences = append(differences, difference{place, Change{Records: more}.String() + ", want none"})
		}
		if !b.Touched()[place] && namesOurs(place) && isSumOf(now.Delta, amount) {
			differences = append(differences, difference{place, number64(now.Delta) + ", want no change"})
		}
	}
	return lines(differences)
}

// isSumOf reports whether a number is an amount, or what a few copies of it sum up to.
func isSumOf(n float64, amount func(n float64) bool) bool {
	for copies := 1.0; copies <= mostCounted && n != 0; copies++ {
		if amount(n / copies) {
			return true
		}
	}
	return false
}

// repeated returns the records that repeat an effect of clean delivery in other words.
func (e Change) repeated(clean []Change, amount func(n float64) bool) []Record {
	return slices.DeleteFunc(slices.Clone(e.Records), func(r Record) bool {
		alike := slices.ContainsFunc(clean, func(c Change) bool { return len(alikeTo(r, c.Records)) > 0 })
		return alike || !r.isAboutOurs() || r.remarks(clean) || !r.isRecombined(clean) && !(r.fits(clean) && r.hasAmount(amount))
	})
}

// isAboutOurs reports whether a record names an object of ours, and not the event, as the row
// of a log of events does.
func (r Record) isAboutOurs() bool {
	named := false
	for _, l := range r.fields {
		if strings.Contains(l.value, eventName) {
			return false
		}
		named = named || namesOurs(l.value)
	}
	return named && !r.isSentence()
}

// namesOurs reports whether a text has the role of an object in it.
func namesOurs(text string) bool {
	return slices.ContainsFunc(roleText().FindAllString(text, -1), func(role string) bool {
		return role != timeName && namesObject(role)
	})
}

// isRecombined reports whether clean delivery leaves records of the same columns at the place,
// and says there, in one record or the other, all that this one says.
func (r Record) isRecombined(clean []Change) bool {
	return !slices.ContainsFunc(clean, func(c Change) bool {
		return !c.hasShape(r.shape) || slices.ContainsFunc(r.fields, func(l field) bool { return !isSerial(l.path) && !c.says(l) })
	})
}

func (e Change) hasShape(s shape) bool {
	return slices.ContainsFunc(e.Records, func(r Record) bool { return r.shape == s })
}

func (e Change) says(l field) bool {
	return slices.ContainsFunc(e.Records, func(r Record) bool { return slices.Contains(r.fields, l) })
}

// fits reports whether a record has the columns of one that clean delivery leaves at its
// place, or whether that leaves none there: the table is one for repetitions.
func (r Record) fits(clean []Change) bool {
	return !slices.ContainsFunc(clean, func(c Change) bool { return len(c.Records) > 0 && !c.hasShape(r.shape) })
}

// hasAmount reports whether a number of a record is an amount that the events tell.
func (r Record) hasAmount(amount func(n float64) bool) bool {
	return slices.ContainsFunc(r.fields, func(l field) bool {
		n, ok := number(l.value)
		return ok && !isSerial(l.path) && math.Abs(n) > mostCounted && amount(n)
	})
}

// remarks reports whether a record says, other than clean delivery, that something was not
// done: "duplicate", "ignored".
func (r Record) remarks(clean []Change) bool {
	return slices.ContainsFunc(r.fields, func(l field) bool {
		if slices.ContainsFunc(clean, func(c Change) bool { return c.says(l) }) {
			return false
		}
		isSet := l.value != "false" && l.value != "null" && l.value != "0" && l.value != hidden
		return isRemark(l.value) || isSet && isRemark(l.path)
	})
}

// remarkWords begin words for what is written about a delivery that has no effect, and for
// tables of deliveries.
var remarkWords = []string{
	"abandon", "abort", "alert", "already", "anomal", "attempt", "audit", "conflict", "copy", "copies", "dead", "dedup", "deliver", "deni", "deny", "discard",
	"dismiss", "drop", "dup", "error", "event", "exist", "fail", "histor", "idempot", "ignor", "known", "log", "noop", "noted", "notes", "nothing",
	"processed", "received", "redeliver", "refus", "reject", "repeat", "replay", "retr", "revers", "review", "rolled",
	"seen", "skip", "stale", "supersed", "suppress", "unchanged", "void", "webhook",
}

// isRemark reports whether a text has one of the words. What names an object of ours, by its
// path in an event, has none.
func isRemark(text string) bool {
	words := strings.FieldsFunc(withoutRoles(text), func(c rune) bool { return !unicode.IsLetter(c) })
	return slices.ContainsFunc(words, func(word string) bool {
		return slices.ContainsFunc(remarkWords, func(start string) bool { return strings.HasPrefix(strings.ToLower(word), start) })
	})
}

func withoutRoles(text string) string { return roleText().ReplaceAllString(text, " ") }
