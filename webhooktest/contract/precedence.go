package contract

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A precedence knows which handled types introduce an object before others refer to it.
type precedence struct {
	sender *sender
	whole  bool // a creation, too, comes after the session that tells the same
	linked bool // sessions come first, as if that were known of the handler
}

// precededBy is the key of what a precedence knows of a type.
type precededBy struct {
	eventType     string
	whole, linked bool
}

// creations returns the handled types whose events must precede events of a type, in the
// order of their dependencies, computed once. A type in a special shape is TYPE=VARIANT.
func (p precedence) creations(eventType string) ([]string, error) {
	key := precededBy{eventType, p.whole, p.isLinked()}
	if known, ok := p.sender.source.creations.Load(key); ok {
		return known.([]string), nil
	}
	all, err := p.following(eventType, nil)
	if err != nil {
		return nil, err
	}
	if all, err = p.before(eventType, all, nil); err != nil {
		return nil, err
	}
	if all, err = p.linking(eventType, all); err != nil {
		return nil, err
	}
	if own := cmp.Or(p.sender.subject.creation(eventType), p.ownStep(eventType), introduction(p.sender.subject, eventType)); own != "" {
		if all, err = p.before(own, all, []string{eventType}); err != nil {
			return nil, err
		}
		all = append(all, own)
	} else if own := p.stored(eventType); own != "" && len(all) == 0 {
		all = append(all, own)
	}
	p.sender.source.creations.Store(key, all)
	return all, nil
}

// ownStep returns the step that comes before events of a type because they are refused
// without, or "".
func (p precedence) ownStep(eventType string) string {
	if _, needed := p.sender.source.stepwise.Load(eventType); !needed {
		return ""
	}
	return earlierStep(p.sender.subject, eventType)
}

// stored returns the handled update that may have stored an object before it is deleted, if
// its creation is not handled, or "".
func (p precedence) stored(eventType string) string {
	resource, isDeletion := strings.CutSuffix(eventType, ".deleted")
	if !isDeletion || !slices.Contains(p.sender.subject.Handles, resource+".updated") {
		return ""
	}
	return resource + ".updated"
}

// before appends the missing predecessors of a type to a list, except those that it must
// itself precede.
func (p precedence) before(eventType string, all, later []string) ([]string, error) {
	later = append(slices.Clone(later), eventType)
	for _, creation := range p.sender.subject.Handles {
		isOwn := slices.ContainsFunc(later, func(t string) bool { return creation == t || creation == p.sender.subject.creation(t) })
		if isOwn || !strings.HasSuffix(creation, ".created") || slices.Contains(all, creation) {
			continue
		}
		needed, err := p.dependsOn(eventType, creation)
		if err == nil && needed {
			if all, err = p.before(creation, all, later); err == nil {
				all = append(all, creation)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// linking appends the handled types that, in one of their variants, introduce an object
// that events of a type are about or refer to, and whose own creation is not handled: most
// apps link a subscription to their user at the checkout session in mode subscription.
func (p precedence) linking(eventType string, all []string) ([]string, error) {
	for _, handled := range p.sender.subject.Handles {
		for _, v := range fixtures.Variants(handled) {
			for _, kind := range v.Creates {
				links, err := p.links(eventType, handled, v.Name, kind)
				if err != nil {
					return nil, err
				}
				if !links || handled == eventType {
					continue
				}
				if all, err = p.before(handled, all, []string{eventType}); err != nil {
					return nil, err
				}
				all = append(all, handled+"="+v.Name)
			}
		}
	}
	return all, nil
}

// links reports whether an event in a shape introduces an object of a kind that events of a
// type name, and no creation of that kind is handled, or that shape is what comes: the user
// says so, or nothing has an effect without.
func (p precedence) links(eventType, linking, shape, kind string) (bool, error) {
	toldAlone := strings.HasSuffix(eventType, ".created") && !p.whole // it tells the same as the session
	isWhatComes := p.sender.subject.Variants[linking] == shape || p.isLinked()
	if (toldAlone || !isWhatComes) && p.creates(kind) {
		return false, nil
	}
	event, err := p.sender.edited(eventType)
	if err != nil {
		return false, err
	}
	session, err := p.sender.edited(linking, webhooktest.About(event), webhooktest.Variant(shape))
	if errors.Is(err, webhooktest.ErrNoPath) {
		return false, nil // the user's edits do not fit this shape
	}
	if err != nil {
		return false, err
	}
	id, named := session.Lookup("data.object." + kind)
	object, _ := event.Lookup("data.object")
	return named && id != nil && contains(object, id), nil
}

// isLinked reports whether sessions come before what only they make known to the app.
func (p precedence) isLinked() bool { return p.linked || p.sender.source.linked.Load() }

// creates reports whether the creation of a kind of object is handled.
func (p precedence) creates(kind string) bool {
	return slices.ContainsFunc(p.sender.subject.Handles, func(handled string) bool {
		described, err := fixtures.DescribeEvent(handled)
		return strings.HasSuffix(handled, ".created") && err == nil && described.Object == kind
	})
}

// dependsOn reports whether events of a type refer to the object that another type creates,
// but not the reverse as well. A session refers to what itself creates.
func (p precedence) dependsOn(eventType, creation string) (bool, error) {
	if described, err := fixtures.DescribeEvent(creation); err == nil && shapeThatCreates(eventType, described.Object) != "" {
		return false, nil
	}
	event, err := p.sender.edited(eventType)
	if err != nil {
		return false, err
	}
	created, err := p.sender.edited(creation, webhooktest.About(event))
	if err != nil {
		return false, err
	}
	return refersTo(event, created) && !refersTo(created, event), nil
}

// refersTo reports whether the object of an event names the object of another event.
func refersTo(event, other *webhooktest.Event) bool {
	object, _ := event.Lookup("data.object")
	id, hasID := objectID(other)
	return hasID && contains(object, id)
}

// contains reports whether an id appears anywhere in a value. The latest of a kind, such
// as the latest_invoice of a subscription, does not count: it came after the object that
// names it.
func contains(value, id any) bool {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if !strings.HasPrefix(key, "latest_") && contains(member, id) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(value, func(element any) bool { return contains(element, id) })
	}
	return value == id
}

// following appends the handled types that tell first of the object that events of a type
// follow, each after what it needs itself.
func (p precedence) following(eventType string, all []string) ([]string, error) {
	for _, first := range followed(p, eventType) {
		if !slices.Contains(p.sender.subject.Handles, first) || slices.Contains(all, first) {
			continue
		}
		of, err := tellsFollowed(p, first, eventType)
		if err == nil && of {
			if all, err = p.before(first, all, []string{eventType}); err == nil {
				all = append(all, first)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// followed returns the types that tell of what events of a type follow. An invoice whose
// creation is handled is told by that.
func followed(p precedence, eventType string) []string {
	if takesBack(eventType) {
		return tellPaid
	}
	described, err := fixtures.DescribeEvent(eventType)
	if err != nil || fixtures.IsThin(eventType) || described.Object == "credit_note" && p.creates("invoice") {
		return nil
	}
	return followsOf[described.Object]
}

// tellsFollowed reports whether a type tells of what events of another type follow, as the user
// shapes both.
func tellsFollowed(p precedence, first, eventType string) (bool, error) {
	if slices.Contains(tellPaid, first) {
		of, err := paidBy(p.sender.edited, eventType, first)
		if of || err != nil || takesBack(eventType) {
			return of, err
		}
	}
	return p.dependsOn(eventType, first)
}
