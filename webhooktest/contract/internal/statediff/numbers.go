package statediff

// Numbers returns how far the numbers of the state moved, by place, and what those of a row
// came to be that is the only new one at its place. Times are no numbers.
func (d Diff) Numbers() map[string]float64 {
	numbers := make(map[string]float64)
	for place, e := range d {
		if e.Delta != 0 {
			numbers[place] = e.Delta
		}
		if len(e.Records) != 1 {
			continue
		}
		for _, l := range e.Records[0].fields {
			if n, ok := number(l.value); ok {
				numbers[place+l.path] = n
			}
		}
	}
	return numbers
}
