package verify

// A verification as text.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// String describes the verification in a few lines.
func (v *Verification) String() string {
	var out strings.Builder
	if v.Valid {
		out.WriteString("valid: the signature is from Stripe, or from someone else with the secret\n")
	}
	for i, f := range v.Findings {
		heading := "not valid: "
		if i > 0 {
			heading = "and: "
		}
		if !f.Proven {
			heading += "probably "
		}
		out.WriteString(heading + f.Problem + "\n")
		write(&out, "cause", f.Cause)
	}
	v.writeEvidence(&out)
	var shown []Fix
	for _, f := range v.Findings {
		list := slices.DeleteFunc(slices.Clone(f.Fix), func(m Fix) bool { return slices.Contains(shown, m) })
		writeFixes(&out, list)
		shown = append(shown, list...)
	}
	return out.String()
}

// shownFixes is the maximum number of fixes shown for each finding.
const shownFixes = 6

func writeFixes(out *strings.Builder, list []Fix) {
	label := "fix"
	for _, m := range list[:min(len(list), shownFixes)] {
		write(out, label, m.Where+": "+m.How)
		label = ""
	}
	if more := len(list) - shownFixes; more > 0 {
		var places []string
		for _, m := range list[shownFixes:] {
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
		text := fmt.Sprintf("%d combinations of what goes wrong in practice, and none made the signature match", v.Tried)
		if !v.Complete {
			text += "; the body is too large to try them all"
		}
		write(out, "tried", text)
	}
}

// proof says what supports the findings.
func (v *Verification) proof() string {
	altered := slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.ID != "too-old" && f.ID != "in-the-future" })
	switch {
	case v.Secret == 0:
		return "the signature matches with that key, and with none of the secrets given"
	case !altered:
		return fmt.Sprintf("the signature itself is right, with secret %d", v.Secret)
	}
	return fmt.Sprintf("with that undone, the signature matches with secret %d", v.Secret)
}

func (v *Verification) ageText() string {
	if v.Age < 0 {
		return span(-v.Age) + " after it was received"
	}
	return span(v.Age) + " before it was received"
}

// write adds a line with a label, wrapped at the width of a terminal.
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
