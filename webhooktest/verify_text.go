package webhooktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/doctor"
)

// String words a verification for people, in a few lines.
func (v *Verification) String() string {
	var out strings.Builder
	if v.Valid {
		out.WriteString("valid: the signature is Stripe's, or that of somebody with the secret\n")
	}
	for i, f := range v.Findings {
		heading := "not valid: "
		if i > 0 {
			heading = "and: "
		}
		if !f.Proven {
			heading += "probably "
		}
		out.WriteString(heading + f.Says + "\n")
		write(&out, "cause", f.Cause)
	}
	v.writeEvidence(&out)
	var shown []Mend
	for _, f := range v.Findings {
		list := slices.DeleteFunc(slices.Clone(f.Mend), func(m Mend) bool { return slices.Contains(shown, m) })
		writeMends(&out, list)
		shown = append(shown, list...)
	}
	return out.String()
}

// shownMends is how many places are shown of each finding.
const shownMends = 6

func writeMends(out *strings.Builder, list []Mend) {
	label := "mend"
	for _, m := range list[:min(len(list), shownMends)] {
		write(out, label, m.Where+": "+m.How)
		label = ""
	}
	if more := len(list) - shownMends; more > 0 {
		var places []string
		for _, m := range list[shownMends:] {
			places = append(places, m.Where)
		}
		write(out, "", fmt.Sprintf("and %d more in the JSON form: %s", more, strings.Join(places, ", ")))
	}
}

func (v *Verification) writeEvidence(out *strings.Builder) {
	if v.Timestamp != "" {
		text := "t=" + v.Timestamp
		if !v.Signed.IsZero() {
			text += ", " + v.Signed.Format(time.RFC3339) + ", " + v.ageText()
		}
		write(out, "signed", text)
	}
	if v.Original != nil && !v.Valid {
		write(out, "proof", v.proof())
	}
	if d := v.Difference; d != nil {
		write(out, "body", fmt.Sprintf("%d bytes were signed, %d received; they differ from byte %d on (line %d, column %d)", d.SignedBytes, d.ReceivedBytes, d.Offset, d.Line, d.Column))
		write(out, "", "signed    "+strconv.Quote(d.Signed))
		write(out, "", "received  "+strconv.Quote(d.Received))
	}
	for _, note := range v.Notes {
		write(out, "note", note)
	}
	if v.Original == nil && v.Tried > 0 {
		text := fmt.Sprintf("%d ways in which deliveries go wrong, and nothing made the signature match", v.Tried)
		if !v.Complete {
			text += "; the body is too large for all of them"
		}
		write(out, "tried", text)
	}
}

// proof says what the findings rest on.
func (v *Verification) proof() string {
	undone := slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.ID != "too-old" && f.ID != "in-the-future" })
	switch {
	case v.Secret == 0:
		return "with that key the signature matches; with none of the secrets given it does"
	case !undone:
		return fmt.Sprintf("the signature itself is right, under secret %d", v.Secret)
	}
	return fmt.Sprintf("with that undone the signature matches, under secret %d", v.Secret)
}

func (v *Verification) ageText() string {
	if v.Age < 0 {
		return doctor.Span(-v.Age) + " after it was received"
	}
	return doctor.Span(v.Age) + " before it was received"
}

// write adds a line with a label, broken at the width of a terminal.
func write(out *strings.Builder, label, text string) {
	const indent, width = 10, 100
	line := fmt.Sprintf("  %-8s", label)
	for i, word := range strings.Split(text, " ") {
		if i > 0 && len(line)+len(word) >= width {
			out.WriteString(line + "\n")
			line = strings.Repeat(" ", indent+2) + word
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	out.WriteString(line + "\n")
}
