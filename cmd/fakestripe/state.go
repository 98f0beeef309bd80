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
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/file"
	word "github.com/fakestripe/fakestripe/internal/shell"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// maxState limits the size of a state.
const maxState = 64 << 20

// observe sets up reading the handler's state: as a whole, or per event if the URL or the
// command has an ID in braces.
func (c *checking) observe() error {
	if err := c.oneState(); err != nil {
		return err
	}
	if c.database.given() {
		return c.observeDatabase()
	}
	given, read, quote := c.stateURL, stateFromURL, url.PathEscape
	switch {
	case c.stateCmd != "":
		given, read, quote = c.stateCmd, stateFromCommand, word.Single
		c.stateAt = credential.Hide(given)
	case c.stateURL == "":
		return nil
	default:
		if !strings.Contains(given, "://") {
			given = completed(given)
		}
		c.stateAt = redactURL(given)
	}
	if unknown := regexp.MustCompile(`\{[a-z]+\.id\}`).FindString(
		strings.NewReplacer("{event.id}", "", "{object.id}", "", "{customer.id}", "").Replace(given)); unknown != "" {
		return fmt.Errorf("%s in %q: want {event.id}, {object.id} or {customer.id}", unknown, given)
	}
	if !strings.Contains(given, ".id}") {
		c.subject.State = func(ctx context.Context) (any, error) { return read(ctx, given) }
		return nil
	}
	lookups := new(lookups)
	c.lookups = lookups
	c.subject.StateOf = func(ctx context.Context, event *webhooktest.Event) (any, error) {
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

// lookups are the reads of what is stored under an id.
type lookups struct {
	found  atomic.Bool
	reason atomic.Value // of the last that found nothing
}

func (l *lookups) absent(err error) { l.reason.Store(err.Error()) }

// note says that no id was found, "" if one was or none was looked up.
func (l *lookups) note() string {
	reason, _ := l.reason.Load().(string)
	if reason == "" || l.found.Load() {
		return ""
	}
	return "nothing was found in the state under any id: " + reason
}

// completed completes an abbreviated URL, as for --to.
func completed(text string) string {
	host, _, _ := strings.Cut(text, "/")
	_, err := strconv.ParseUint(host, 10, 16)
	switch {
	case host == "":
		return "http://localhost" + text
	case err == nil:
		return "http://localhost:" + text
	}
	return "http://" + text
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
var errNothing = errors.New("is the URL right? A handler that stored nothing answers 200 with JSON, such as []")

func stateFromURL(ctx context.Context, from string) (any, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	from = redactURL(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, cause(err))
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusNoContent:
		return nil, fmt.Errorf("%s answered %s: %w", from, status(answer), errNothing)
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answered %s", from, status(answer))
	}
	return decodeState(answer.Body)
}

// status describes an answer in our words: the handler's could say anything.
func status(answer *http.Response) string {
	return strings.TrimSpace(fmt.Sprint(answer.StatusCode, " ", http.StatusText(answer.StatusCode)))
}

// cause is the reason for a failed request, without the URL.
func cause(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
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
	if err := json.Unmarshal(data, &state); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	return state, nil
}
