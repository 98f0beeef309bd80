package listen

// A Summary counts the work of a hub.
type Summary struct {
	Events     int `json:"events"`
	Deliveries int `json:"deliveries"`
	Attempts   int `json:"attempts"`
	Delivered  int `json:"delivered"`          // except forgeries
	GivenUp    int `json:"given_up"`           // without a mutation
	Unaccepted int `json:"mutated_unaccepted"` // with a mutation, but no forgery: tried once, and not owed
	Taken      int `json:"forgeries_accepted"` // wrong
	Repelled   int `json:"forgeries_refused"`  // right
	Crashed    int `json:"forgeries_failed"`   // with a server error, which is no refusal
	Dropped    int `json:"dropped"`
	Waiting    int `json:"waiting"`

	// Undelivered are the deliveries not yet accepted, without bodies. Evicted ones are
	// missing.
	Undelivered []Delivery `json:"undelivered"`
}

// count adds a finished delivery.
func (s *Summary) count(d *Delivery) {
	switch {
	case d.State == Delivered && d.Forgery():
		s.Taken++
	case d.State == GivenUp && d.Forgery() && d.failed():
		s.Crashed++
	case d.State == GivenUp && d.Forgery() && d.refused():
		s.Repelled++
	case d.State == Delivered:
		s.Delivered++
	case d.State == Dropped:
		s.Dropped++
	case len(d.Mutations) > 0:
		s.Unaccepted++
	default:
		s.GivenUp++
	}
}
