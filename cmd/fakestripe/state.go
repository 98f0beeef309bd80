package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/file"
	word "github.com/fakestripe/fakestripe/internal/shell"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// maxState limits the size of a state.
const maxState = 64 << 20

// stateSource holds the flags for reading the handler's state.
type stateSource struct {
	url, command string
	database     databaseState

	at      string   // for reports
	lookups *lookups // nil: the whole state is read at once
}

func (s *stateSource) flags(flags *pflag.FlagSet) {
	flags.StringVar(&s.url, "state-url", "", "`url` that returns what the handler stored, as JSON; may contain {event.id}, {object.id} or {customer.id}")
	flags.StringVar(&s.command, "state-cmd", "", "`command` that prints what the handler stored, as JSON; same placeholders")
	s.database.flags(flags)
}

// check rejects two sources of the state, and tables without a database.
func (s *stateSource) check() error {
	var given []string
	for _, flag := range []struct{ name, value string }{
		{"--state-url", s.url}, {"--state-cmd", s.command}, {"--state-postgres", s.database.postgres}, {"--state-sqlite", s.database.sqlite},
	} {
		if flag.value != "" {
			given = append(given, flag.name)
		}
	}
	switch {
	case len(given) > 1:
		return fmt.Errorf("%s and %s: give one", given[0], given[1])
	case len(s.database.tables) > 0 && !s.database.given():
		return errors.New("--state-tables goes with --state-postgres or --state-sqlite")
	}
	return nil
}

// bind sets how a check reads the state: as a whole, or per event if the URL or the command
// has an ID in braces.
func (s *stateSource) bind(subject *contract.Subject, getenv func(string) string) error {
	if err := s.check(); err != nil {
		return err
	}
	if s.database.given() {
		db, err := s.database.open(getenv)
		if err != nil {
			return err
		}
		s.at, subject.State = db.String(), db.State
		return nil
	}
	given, read, quote := s.address(), stateFromURL, url.PathEscape
	switch {
	case s.command != "":
		given, read, quote = s.command, stateFromCommand, word.Single
		s.at = credential.Hide(given)
	case s.url == "":
		return nil
	default:
		s.at = redactURL(given)
	}
	if unknown := regexp.MustCompile(`\{[a-z]+\.id\}`).FindString(
		strings.NewReplacer("{event.id}", "", "{object.id}", "", "{customer.id}", "").Replace(given)); unknown != "" {
		return fmt.Errorf("%s in %q: want {event.id}, {object.id} or {customer.id}", unknown, given)
	}
	if !strings.Contains(given, ".id}") {
		subject.State = func(ctx context.Context) (any, error) { return read(ctx, given) }
		return nil
	}
	lookups := new(lookups)
	s.lookups = lookups
	subject.StateOf = func(ctx context.Context, event *webhooktest.Event) (any, error) {
		where, known := fill(given, event, quote)
		if !known {
			return nil, nil // the event has no such ID, so nothing was stored under it
		}
		state, err := read(ctx, where)
		if errors.Is(err, errNothing) {
			lookups.absent(err)
			return nil, nil
		}
		lookups.found.Store(true)
		return state, err
	}
	return nil
}

// address returns the URL of the state, completed.
func (s *stateSource) address() string {
	if s.url == "" || strings.Contains(s.url, "://") {
		return s.url
	}
	return completed(s.url)
}

// lookups counts the reads by ID.
type lookups struct {
	found  atomic.Bool
	reason atomic.Value // of the last read that found nothing
}

func (l *lookups) absent(err error) { l.reason.Store(err.Error()) }

// note says that no ID was found, or is "" if one was found or none was looked up.
func (l *lookups) note() string {
	if l == nil {
		return ""
	}
	reason, _ := l.reason.Load().(string)
	if reason == "" || l.found.Load() {
		return ""
	}
	return "nothing was found in the state under any id: " + reason
}

// fill replaces the braces with the IDs of an event.
func fill(text string, event *webhooktest.Event, quote func(string) string) (filled string, known bool) {
	about, customer := "data.object.id", "data.object.customer"
	if _, thin := event.Lookup("related_object"); thin {
		about = "related_object.id"
	}
	if object, _ := event.Lookup("data.object.object"); object == "customer" {
		customer = "data.object.id"
	}
	for name, path := range map[string]string{"{event.id}": "id", "{object.id}": about, "{customer.id}": customer} {
		if !strings.Contains(text, name) {
			continue
		}
		value, _ := event.Lookup(path)
		id, _ := value.(string)
		if id == "" {
			return "", false
		}
		text = strings.ReplaceAll(text, name, quote(id))
	}
	return text, true
}

// errNothing is the answer 404 or 204: nothing is stored under an ID. For the state as a
// whole, a wrong URL is more likely.
var errNothing = errors.New("is the URL right? A handler that stored nothing returns 200 with JSON, such as []")

func stateFromURL(ctx context.Context, from string) (any, error) {
	body, err := openState(ctx, from)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return decodeState(body)
}

// openState asks a URL for the state.
func openState(ctx context.Context, from string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	from = redactURL(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, cause(err))
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	_ = answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusNoContent {
		return nil, fmt.Errorf("%s returned %s: %w", from, status(answer), errNothing)
	}
	return nil, fmt.Errorf("%s returned %s", from, status(answer))
}

func stateFromCommand(ctx context.Context, line string) (any, error) {
	output, err := printed(ctx, line, maxState)
	if err != nil {
		return nil, err
	}
	state, err := decodeState(bytes.NewReader(output))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", line, err)
	}
	return state, nil
}

func decodeState(from io.Reader) (state any, err error) {
	data, err := file.ReadAll(from, maxState)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 { // as sqlite3 -json says that there are no rows
		return nil, errors.New("nothing came: the state must be JSON, e.g. [] where there are no rows")
	}
	if err := json.Unmarshal(data, &state); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	return state, nil
}
