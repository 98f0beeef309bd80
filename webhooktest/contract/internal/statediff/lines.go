package statediff

// Lines describes the changes, a line for each place.
func (d Diff) Lines() []string {
	var all []difference
	for _, place := range d.Places() {
		if !IsGone(place) || !gains(d, place) {
			all = append(all, difference{place, d[place].String()})
		}
	}
	return lines(all)
}
