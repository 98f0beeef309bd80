package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// binding holds the flags that change events and bind them to objects of the app.
type binding struct {
	set, remove, events []string
	add                 bool
	setFrom, prepare    string
	used                int         // by earlier runs
	objects             *appObjects // nil: all events are about the same ones
	bindPaths, pins     []string
}

func (b *binding) flags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&b.set, "set", nil, "change a field of each event: `path=value` or type:path=value; in each new object, {n} is a new number, {order} and {pi:2} new ids (repeatable)")
	flags.BoolVar(&b.add, "add", false, "let --set create paths that the events do not have")
	flags.StringArrayVar(&b.remove, "remove", nil, "remove a field from each event: `path` or type:path (repeatable)")
	flags.StringArrayVar(&b.events, "event", nil, "use your own object in events of a type: `type=file.json`; ids and times stay fresh (repeatable)")
	flags.StringVar(&b.setFrom, "set-from", "", "`file` of app objects, each used once: a line of JSON for each, mapping paths to values")
	flags.StringVar(&b.prepare, "prepare-cmd", "", "`command` that makes an app object for each new Stripe object, whose fields are in $OBJECT_ID, $OBJECT_AMOUNT …; may print fields to set, as JSON")
	flags.IntVar(&b.used, "objects-used", 0, "`number` of app objects that earlier runs used up: {n}, --set-from and $OBJECT_N begin after them")
	flags.StringArrayVar(&b.bindPaths, "bind", nil, "the handler finds its object by this `path`, and must ignore events with another value (repeatable)")
	flags.StringArrayVar(&b.pins, "pin", nil, "no case changes this `path` (repeatable)")
}

// bind sets the edits and objects of a subject's events.
func (b *binding) bind(subject *contract.Subject) error {
	made, err := newBindings(bindings{version: subject.APIVersion, add: b.add, pins: b.pins, handled: subject.Handles}, b.set, b.remove, b.events)
	if err != nil {
		return err
	}
	if made.any() {
		subject.Edit = made.edits
	}
	for _, flag := range []struct {
		name  string
		paths []string
	}{{"--bind", b.bindPaths}, {"--pin", b.pins}} {
		for _, path := range flag.paths {
			if err := made.has(setting{try: webhooktest.Set(path, nil)}, made.handled); err != nil {
				return fmt.Errorf("%s: %w", flag.name, err)
			}
		}
	}
	subject.Bind, subject.Pin = b.bindPaths, b.pins
	if b.objects, err = newAppObjects(made, b.prepare, b.setFrom, b.used); err != nil || b.objects == nil {
		return err
	}
	subject.Prepare = b.objects.prepare
	return nil
}
