package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/internal/importer"
	"github.com/fakestripe/fakestripe/internal/redact"
)

// importing is one run of import.
type importing struct {
	out       string
	redaction redaction
	format    format
}

func newImport(sh shell) *cobra.Command {
	var i importing
	cmd := &cobra.Command{
		Use:   "import FILE|DIR|- …",
		Short: "Turn existing events into test cases",
		Long: `Turn each event in a file into a test case. A file is the JSON of GET /v1/events, the
output of stripe listen --format JSON or of fakestripe listen, its --journal, or one
event; it may be a folder of these, or - for standard input. Events are also extracted
from the envelopes of EventBridge, CloudEvents, queues and Lambda, from HAR files,
ngrok's API, rows of tables, logs and printed objects. Writes all cases or none.

` + redactionHelp + `

Exit status: 0 if the cases were written, 2 if none was.`,
		Example: `  fakestripe import events.json --out testdata/webhooks
  stripe listen --format JSON | tee listen.log; fakestripe import listen.log --out testdata/webhooks
  curl -s https://api.stripe.com/v1/events -u sk_test_…: | fakestripe import - --out testdata/webhooks --keep metadata.order_id`,
		Args: somePayload,
		RunE: func(cmd *cobra.Command, args []string) error {
			return i.run(cmd.Context(), sh, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&i.out, "out", "", "write the cases into this `folder`")
	i.redaction.flags(cmd)
	i.format.flag(cmd, "text or json: the result as one line of JSON")
	return cmd
}

func (i *importing) run(ctx context.Context, sh shell, names []string) error {
	if i.out == "" {
		return errors.New("where to? give --out FOLDER, such as --out testdata/webhooks")
	}
	redactor, err := i.redaction.open()
	if err != nil {
		return err
	}
	sources, size, err := openSources(names)
	if err != nil {
		return err
	}
	stage, err := casefile.NewStage(i.out)
	if err != nil {
		return err
	}
	progressed, done := i.watch(sh, size)
	im := importer.Importer{Redactor: redactor, Progress: progressed}
	im.Add = func(c casefile.Case) error {
		_, err := stage.Add(stage.Number(), c)
		return err
	}
	err = readAll(ctx, sh, &im, sources)
	done()
	if err != nil {
		return errors.Join(fmt.Errorf("%w; nothing was written", err), stage.Discard())
	}
	if err := stage.Commit(); err != nil {
		return fmt.Errorf("%w; nothing was written", err)
	}
	return i.print(sh, im.Summary, redactor)
}

// openSources returns the input files and their total size in bytes, 0 if unknown.
func openSources(names []string) (sources []string, size int64, err error) {
	known := true
	for _, name := range names {
		if name == "-" {
			sources, known = append(sources, name), false
			continue
		}
		files, bytes, err := importer.Files(name)
		if err != nil {
			return nil, 0, err
		}
		sources, size = append(sources, files...), size+bytes
	}
	if !known {
		size = 0
	}
	return sources, size, nil
}

func readAll(ctx context.Context, sh shell, im *importer.Importer, sources []string) error {
	for _, name := range sources {
		if err := readSource(ctx, sh, im, name); err != nil {
			return err
		}
	}
	return nil
}

func readSource(ctx context.Context, sh shell, im *importer.Importer, name string) error {
	if name == "-" {
		return im.Read(ctx, fileName(name), file.Interruptible(ctx, sh.in))
	}
	in, err := file.Open(ctx, name)
	if err != nil {
		return named(name, err)
	}
	defer in.Close()
	return im.Read(ctx, name, in)
}

// progressEvery is the interval for redrawing the bar.
const progressEvery = time.Second / 10

// watch draws a bar on a terminal.
func (i *importing) watch(sh shell, size int64) (progressed func(read int64), done func()) {
	if !sh.terminal(sh.err) {
		return nil, func() {}
	}
	const mebi = 1 << 20
	bar := &progress{out: sh.err, total: int((size + mebi - 1) / mebi), unit: " MiB", started: time.Now()}
	var drawn time.Time
	return func(read int64) {
		now := time.Now()
		if now.Sub(drawn) < progressEvery {
			return
		}
		drawn, bar.done = now, int(read/mebi)
		bar.clear()
		bar.draw(now)
	}, bar.clear
}

func (i *importing) print(sh shell, summary importer.Summary, redactor *redact.Redactor) error {
	if i.format.json() {
		warnUnused(sh.err, redactor)
		return json.NewEncoder(sh.out).Encode(struct {
			importer.Summary
			Folder   string           `json:"folder"`
			Redacted []redact.Finding `json:"redacted"`
		}{summary, i.out, redactor.Found()})
	}
	if _, err := io.WriteString(sh.out, importedLine(summary, i.out)); err != nil {
		return err
	}
	return printRedacted(sh, redactor)
}

func importedLine(s importer.Summary, folder string) string {
	line := fmt.Sprintf("%s in %s", plural(s.Events, "case"), folder)
	if s.Thin > 0 {
		line += fmt.Sprintf(" (%d of thin events)", s.Thin)
	}
	if s.Repeated > 0 {
		line += fmt.Sprintf("; %d that came before left out", s.Repeated)
	}
	if s.Prose > 0 {
		line += fmt.Sprintf("; %s of text between them left out", plural(s.Prose, "line"))
	}
	if len(s.Forms) > 0 {
		line += "; taken out of " + strings.Join(s.Forms, ", ")
	}
	return line + "\n"
}
