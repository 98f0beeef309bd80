package report

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// IsGitHub reports whether a target means GitHub's workflow output, which is not a file:
// see Annotate and AppendSummary.
func IsGitHub(target string) bool { return target == "github" }

// GitHub shows at most ten annotations of each kind per step.
//
// Source: https://docs.github.com/en/rest/checks/runs (annotations),
// https://docs.github.com/en/actions/reference/limits
const maxAnnotations = 10

// messageLimit is less than the 4096 characters of an annotation that the runner keeps.
//
// Source: https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs
const messageLimit = 4_000

// Annotate writes a workflow command for each finding: an error for a failure, a warning
// or a notice for the rest. folder holds the user's own cases, whose files are annotated;
// "" means the contract.
//
// Source: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
func Annotate(w io.Writer, r *contract.Report, folder string) error {
	v := newView(r)
	var out strings.Builder
	if len(v.Diagnosis) > 0 {
		annotate(&out, "error", "", v.headline(), strings.Join(v.Diagnosis, "\n"))
	}
	for _, kind := range []struct {
		verdict contract.Verdict
		command string
	}{{contract.Fail, "error"}, {contract.Warn, "warning"}, {contract.Info, "notice"}} {
		shortfalls := v.shortfalls(kind.verdict)
		if len(v.Diagnosis) > 0 {
			shortfalls = nil
		}
		shown := shortfalls
		if len(shortfalls) > maxAnnotations {
			shown = shortfalls[:maxAnnotations-1] // the last one counts the rest
		}
		for _, s := range shown {
			annotate(&out, kind.command, s.file(folder), s.headline(), s.message())
		}
		if left := shortfalls[len(shown):]; len(left) > 0 {
			annotate(&out, kind.command, "", "and "+plural(len(left), "more finding"), headlines(left))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// message is the text of an annotation, below its title.
func (s *shortfall) message() string {
	facts := slices.DeleteFunc(s.evidence(), func(f fact) bool { return f.label == "source" })
	return clipTo(s.Requirement+"\n"+block(0, 0, facts), messageLimit)
}

// file is the file of a user's case, or "" for the contract.
func (s *shortfall) file(folder string) string {
	if folder == "" {
		return ""
	}
	return path.Join(folder, s.ID+".json")
}

func headlines(shortfalls []*shortfall) string {
	lines := make([]string, len(shortfalls))
	for i, s := range shortfalls {
		lines[i] = s.headline()
	}
	return clip(strings.Join(lines, "\n"))
}

func annotate(out *strings.Builder, command, file, title, message string) {
	properties := "title=" + property.Replace(title)
	if file != "" {
		properties = "file=" + property.Replace(file) + "," + properties
	}
	fmt.Fprintf(out, "::%s %s::%s\n", command, properties, data.Replace(strings.TrimRight(message, "\n")))
}

// data and property escape text as GitHub's toolkit does.
//
// Source: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
var (
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// A step's summary holds 1 MiB: GitHub shows nothing of a longer one.
//
// Source: https://docs.github.com/en/actions/reference/limits
const (
	summaryLimit = 1 << 20
	summaryRest  = 2_000 // for the note about omitted parts
)

// AppendSummary adds a Markdown report to the file that GitHub names in
// GITHUB_STEP_SUMMARY. Earlier output of the step counts toward the limit.
func AppendSummary(path string, r *contract.Report) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("cannot write the job summary: %w", err)
	}
	defer func() {
		if closed := file.Close(); err == nil && closed != nil {
			err = fmt.Errorf("cannot write the job summary: %w", closed)
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("cannot write the job summary: %w", err)
	}
	room := summaryLimit - summaryRest - int(min(info.Size(), summaryLimit))
	if room < summaryRest {
		return fmt.Errorf("cannot write the job summary: %s has %d of the %d bytes that GitHub shows", path, info.Size(), summaryLimit)
	}
	if _, err := io.WriteString(file, markdownWithin(r, room)); err != nil {
		return fmt.Errorf("cannot write the job summary: %w", err)
	}
	return nil
}
