package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// checkOutput is where the report of check goes, and in which formats.
type checkOutput struct {
	format  format
	skipped bool     // print what was skipped in full
	reports []string // --report
}

// ready checks that the files can be written.
func (o *checkOutput) ready() error { return report.Ready(o.files()) }

// print writes the report to stdout.
func (o *checkOutput) print(sh shell, found *contract.Report) error {
	if o.format.json() {
		return report.JSON(sh.out, found)
	}
	return report.Text(sh.out, found, report.Style{
		Color:   sh.terminal(sh.out) && sh.getenv("NO_COLOR") == "",
		Skipped: o.skipped,
		More:    "--skipped",
	})
}

// lastReports is the time for readers of a pipe to take a report after an interrupt.
const lastReports = 5 * time.Second

// write writes the reports to files and to the workflow run. dir is the folder of the
// cases, "" for the contract.
func (o *checkOutput) write(ctx context.Context, sh shell, found *contract.Report, dir string) error {
	if ctx.Err() != nil { // the report covers what was done until then
		var cancel func()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastReports)
		defer cancel()
	}
	written := report.Write(ctx, found, o.files())
	if slices.ContainsFunc(o.reports, report.IsGitHub) {
		return cmp.Or(annotate(sh, found, dir), written)
	}
	return written
}

// files are the reports written to files.
func (o *checkOutput) files() []string {
	return slices.DeleteFunc(slices.Clone(o.reports), report.IsGitHub)
}

// annotate shows a report in a GitHub workflow run: on the run's page, and as an
// annotation per finding. GitHub parses both stdout and stderr; the result is on stdout.
func annotate(sh shell, found *contract.Report, dir string) error {
	if err := report.Annotate(sh.err, found, dir); err != nil {
		return err
	}
	if summary := sh.getenv("GITHUB_STEP_SUMMARY"); summary != "" {
		return report.AppendSummary(summary, found)
	}
	return nil
}
