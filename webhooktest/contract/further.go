package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// mostResources is how many resources a case is about. A handler of twenty probably
	// treats most of them alike.
	mostResources = 4

	// furtherShare is the part of the run's time that the further resources of one case may
	// take: 1/furtherShare, as estimated by what the first took.
	furtherShare = 90
)

// shownFurther leaves out further resources of which the state shows nothing: nothing could
// be told of them. Objects of the app are too few for more than one resource.
func shownFurther(ctx context.Context, s *session, c *contractCase, bindings []map[string]string) (kept []map[string]string, err error) {
	for _, binding := range bindings {
		if furtherOf(binding) != "" {
			shown, err := showsAny(ctx, s, c.types(variant{types: binding}))
			if err != nil {
				return nil, err
			}
			if !shown || s.subject.bindsEach() {
				continue
			}
		}
		kept = append(kept, binding)
	}
	return kept, nil
}

// showsAny reports whether the state shows an effect of any of the types.
func showsAny(ctx context.Context, s *session, types []string) (bool, error) {
	for _, eventType := range types {
		did, err := s.baseline.effect(ctx, eventType)
		if _, inconclusive := isInconclusive(err); err != nil && !inconclusive {
			return false, err
		}
		if len(did) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// A furtherRoom is what a case may still do about further resources.
type furtherRoom struct {
	limit  time.Duration // for all of them
	spent  time.Duration // on them
	latest time.Duration // of a variant
	judged []string      // resources
	left   []string      // resources for which there was no room
	short  bool          // of time, and not of how many a case is about
}

// has reports whether a variant is to be run: one about a further resource only if there is
// room for it, and something to be found beyond what was.
func (r *furtherRoom) has(c *contractCase, v variant, found Verdict) bool {
	resource := furtherOf(v.types)
	switch {
	case resource == "":
		return true
	case found != "" && c.Level != "must":
		return false
	case r.spent+r.latest > r.limit:
		r.short = true
	case len(r.judged) < mostResources:
		return true
	}
	r.left = append(r.left, resource)
	return false
}

// took records how long a variant took.
func (r *furtherRoom) took(c *contractCase, v variant, start time.Time) {
	r.latest = time.Since(start)
	if furtherOf(v.types) != "" {
		r.spent += r.latest
	}
	for name, pattern := range c.Given {
		if isEachResource(pattern) {
			r.judged = append(r.judged, resourceOf(v.types[name]))
		}
	}
}

// String says which resources were judged, and which were not, "" if all were.
func (r *furtherRoom) String() string {
	if len(r.left) == 0 {
		return ""
	}
	why := fmt.Sprintf("at most %d are, those named first", mostResources)
	if r.short {
		why = "a longer maximum time for the run allows more"
	}
	return fmt.Sprintf("judged for %s, and not for %s: %s", someOf(r.judged), someOf(r.left), why)
}

// someOf lists a few of many.
func someOf(all []string) string {
	const few = 5
	if len(all) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:few], ", "), len(all)-few)
	}
	return strings.Join(all, ", ")
}

// A furtherLog records which cases had no room for further resources, by what is to be said.
type furtherLog struct {
	mu   sync.Mutex
	left map[string][]string
}

// add records what a case had no room for.
func (l *furtherLog) add(c *contractCase, room *furtherRoom) {
	said := room.String()
	if said == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == nil {
		l.left = make(map[string][]string)
	}
	l.left[said] = append(l.left[said], c.ID)
}

// notes describes what was not judged.
func (l *furtherLog) notes() (notes []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, said := range slices.Sorted(maps.Keys(l.left)) {
		notes = append(notes, someOf(slices.Sorted(slices.Values(l.left[said])))+": "+said)
	}
	return notes
}
