package load

import (
	"fmt"
	"strconv"
	"strings"
)

// A Share is an event type or a flow, and its weight in the load.
type Share struct {
	Name   string `json:"name"`
	Weight int    `json:"weight,omitempty"` // relative to the others; 0 means 1
}

const maxWeight = 1_000_000

// ParseMix parses shares such as "charge.succeeded=8,charge.refunded=2".
func ParseMix(text string) ([]Share, error) {
	var shares []Share
	for part := range strings.SplitSeq(text, ",") {
		name, weight, weighted := strings.Cut(strings.TrimSpace(part), "=")
		n, err := 1, error(nil)
		if weighted {
			n, err = strconv.Atoi(weight)
		}
		if name == "" || err != nil || n < 1 || n > maxWeight {
			return nil, fmt.Errorf("%q: want names with weights from 1 to %d, such as charge.succeeded=8,charge.refunded=2", part, maxWeight)
		}
		shares = append(shares, Share{name, n})
	}
	return shares, nil
}

// A picker chooses shares in turn, in proportion to their weights and evenly spread: the
// smooth weighted round-robin of nginx.
type picker struct {
	weights, due []int
	total        int
}

func newPicker(shares []Share) *picker {
	p := &picker{due: make([]int, len(shares))}
	for _, share := range shares {
		p.weights = append(p.weights, max(1, share.Weight))
		p.total += max(1, share.Weight)
	}
	return p
}

// next returns the index of the next share.
func (p *picker) next() (chosen int) {
	for i, weight := range p.weights {
		p.due[i] += weight
		if p.due[i] > p.due[chosen] {
			chosen = i
		}
	}
	p.due[chosen] -= p.total
	return chosen
}
