package listen

import "slices"

// unassigned reports whether a restored delivery still waits for its endpoint.
func (t *task) unassigned() bool { return t.to == nil && !t.Finished() }

// adopt assigns the restored deliveries that match an endpoint to it, and returns those
// to be delivered.
func (h *history) adopt(r recipient) (resumed []*task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range slices.Clone(h.order) { // apply may forget some
		if !t.unassigned() || t.Endpoint != r.ID && t.URL != r.URL {
			continue
		}
		t.to, t.Endpoint, t.URL = r.destination, r.ID, r.URL
		if versioned, err := r.version(t.event); err == nil {
			t.event, t.Body = versioned, versioned.Body()
			h.grow(t, taskSize(versioned, r.APIVersion != "", t.mutations)-taskSize(versioned, false, t.mutations))
		}
		if t.hidesSecret() {
			h.apply(t, outcome{state: GivenUp, reason: "the journal does not keep the mutation's secret"})
			h.announce(t)
			continue
		}
		resumed = append(resumed, t)
	}
	return resumed
}

// hidesSecret reports whether a restored mutation has lost its secret and cannot be sent
// again.
func (t *task) hidesSecret() bool { return slices.Contains(t.Mutations, "secret=…") }
