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

// IsGitHub reports whether a target asks for what a GitHub workflow shows, which has no
// file: see Annotate and AppendSummary.
func IsGitHub(target string) bool { return target == "github" }

// GitHub shows ten annotations of each kind that a step makes, and no more.
//
// Source: https://docs.github.com/en/rest/checks/runs (annotations),
// https://docs.github.com/en/actions/reference/limits
const maxAnnotations = 10

// Annotate writes a workflow command for each finding: an error for what failed, a warning
// or a notice for the rest. Folder is where cases of the user's own are, "" for the
// contract: its files are annotated.
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
			shown = shortfalls[:maxAnnotations-1] // the last one says how many are left
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

// message is what an annotation says under its title.
func (s *shortfall) message() string {
	facts := slices.DeleteFunc(s.evidence(), func(f fact) bool { return f.label == "source" })
	return clip(s.Requirement + "\n" + block(0, 0, facts))
}

// file is that of a case of the user's own, "" for one of the contract.
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

// A step's summary holds 1 MiB: of a longer one GitHub shows nothing.
//
// Source: https://docs.github.com/en/actions/reference/limits
const (
	summaryLimit = 1 << 20
	summaryRest  = 2_000 // for what says that something was left out
)

// AppendSummary adds a report in Markdown to the file whose path GitHub gives each step in
// GITHUB_STEP_SUMMARY. What the step has written there before counts against the room.
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
