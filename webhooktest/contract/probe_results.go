package contract

import (
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// withResults adds the handler's effect at Stripe to the state: the objects it created,
// updated and triggered. A request that changed nothing there has no effect, and several
// updates of one object count as their result.
func (p *probe) withResults(state any) any {
	if p.subject.API == nil {
		return state
	}
	results := []any{}
	updates := make(map[string]map[string][]string) // objects by path
	for _, call := range p.subject.API.Calls() {
		if !p.learned.isEffect(call) {
			continue
		}
		result := map[string]any{"call": call.Method + " " + call.Path, "params": call.Params}
		if isUpdate(call) {
			if known := updates[call.Path]; known != nil {
				maps.Copy(known, call.Params)
				continue
			}
			updates[call.Path] = make(map[string][]string)
			maps.Copy(updates[call.Path], call.Params)
			result["params"] = updates[call.Path]
		}
		results = append(results, result)
	}
	return map[string]any{"handler": state, "stripe": results}
}

// withoutResults returns the handler's own state, if it shows one: what it did at Stripe says
// how it came to that, and is no state of an object.
func withoutResults(state any) any {
	both, _ := state.(map[string]any)
	if own, isBoth := both["handler"]; isBoth && own != nil && both["stripe"] != nil {
		return map[string]any{"handler": own}
	}
	return state
}

// updatedAtStripe reports whether the handler updated an object of the events at Stripe.
// The handler's own copy is up to date only after the event of that update.
func (p *probe) updatedAtStripe(o *observation) bool { return wrote(p, o, isUpdate) }

// movedAtStripe reports whether the handler itself moved an object of the events on, as by
// capturing a payment: the event about that tells it nothing new.
func movedAtStripe(p *probe, o *observation) bool {
	return wrote(p, o, func(call stripeapi.Call) bool { return !isUpdate(call) })
}

// wrote reports whether there was a call of a kind with a result about an object of the
// events, beside those by which the app created it.
func wrote(p *probe, o *observation, is func(stripeapi.Call) bool) bool {
	if p.subject.API == nil {
		return false
	}
	objects := o.objects()
	return slices.ContainsFunc(p.subject.API.Calls(), func(call stripeapi.Call) bool {
		return p.learned.isEffect(call) && is(call) && objects[call.ID]
	})
}

// hadResult reports whether a call changed anything at Stripe. A call recognized as a
// repetition did not.
func hadResult(call stripeapi.Call) bool {
	return call.Write() && !call.Replayed && !call.Unchanged && call.Status < 300
}

// isUpdate reports whether a call sets fields of an existing object.
func isUpdate(call stripeapi.Call) bool {
	return call.Method == "POST" && call.ID != "" && strings.HasSuffix(call.Path, "/"+call.ID)
}
