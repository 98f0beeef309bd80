package main

import (
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// edits are the changes to every event, of any origin, but for those with placeholders.
func (p *payloads) edits() ([]webhooktest.Edit, error) {
	var edits []webhooktest.Edit
	if p.id != "" {
		edits = append(edits, p.edit("id", p.id))
	}
	for _, path := range p.remove {
		if path == "" || strings.Contains(path, "=") {
			return nil, fmt.Errorf("--remove %q: want a PATH, such as data.object.receipt_email", path)
		}
		edits = append(edits, forType(path, webhooktest.Remove))
	}
	for _, text := range p.set {
		path, value, ok := strings.Cut(text, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("--set %q: want PATH=VALUE, such as data.object.amount=4200", text)
		}
		if hasPlaceholder(value) {
			continue
		}
		typed, err := parsedFor(path, value)
		if err != nil {
			return nil, fmt.Errorf("--set %q: %w", text, err)
		}
		edits = append(edits, p.edit(path, typed))
	}
	return edits, nil
}

// edit sets a path, or adds it if --add allows that. A type before the path limits it to
// events of the type.
func (p *payloads) edit(path string, value any) webhooktest.Edit {
	return forType(path, func(path string) webhooktest.Edit {
		if p.add {
			return webhooktest.Add(path, value)
		}
		return webhooktest.Set(path, value)
	})
}

// forType makes an edit of a path, for the events of the type before it, if any.
func forType(path string, make func(path string) webhooktest.Edit) webhooktest.Edit {
	if eventType, rest, typed := strings.Cut(path, ":"); typed && !strings.HasPrefix(path, "data.") && strings.Contains(eventType, ".") {
		return forType(rest, make).For(eventType)
	}
	return make(path)
}
