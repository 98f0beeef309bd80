package loadreport

import (
	"fmt"
	"io"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// cell escapes text that would end a table cell or look like markup.
var cell = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", ">", "&gt;", "`", "'", "[", `\[`, "*", `\*`, "_", `\_`)

func markdown(w io.Writer, r *load.Report) error {
	var out strings.Builder
	fmt.Fprintf(&out, "## Load: %s\n\n", cell.Replace(headline(r)))
	if r.Verdict != nil {
		fmt.Fprintf(&out, "**%s**\n\n", cell.Replace(r.Verdict.String()))
		out.WriteString(lines("", bullets(details(r.Verdict))))
		out.WriteString("\n")
	}
	names, values := "|", "|"
	for _, f := range latencies(r.Latency) {
		names, values = names+" "+f.name+" |", values+" "+f.text+" |"
	}
	fmt.Fprintf(&out, "%s\n|%s\n%s\n\n| | |\n|---|---|\n", names, strings.Repeat("---|", len(latencies(r.Latency))), values)
	fmt.Fprintf(&out, "| target | %s |\n", cell.Replace(r.Target))
	for _, f := range facts(r) {
		if f.name == "latency" {
			continue // shown above
		}
		fmt.Fprintf(&out, "| %s | %s |\n", f.name, cell.Replace(f.text))
	}
	for _, c := range r.Conditions {
		fmt.Fprintf(&out, "| %s | %s: %s |\n", holds(c), cell.Replace(c.Condition), cell.Replace(c.Actual))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func bullets(texts []string) (list []string) {
	for _, text := range texts {
		list = append(list, "- "+cell.Replace(text))
	}
	return list
}
