package load

import (
	"math/rand/v2"
	"time"
)

// faults are the disturbances of one event.
type faults struct {
	duplicate, reorder, drop, forged bool
	delay                            time.Duration
}

// faults derives the faults of an event only from the seed and its place in the load. It
// draws every value for every event, so changing one rate does not affect the others.
func (r *run) faults(slot int) faults {
	c := r.Chaos
	if c == (Chaos{}) && r.Forge == 0 {
		return faults{}
	}
	random := rand.New(rand.NewPCG(r.Seed, uint64(slot)))
	f := faults{
		duplicate: random.Float64() < c.Duplicate,
		reorder:   random.Float64() < c.Reorder,
		drop:      random.Float64() < c.Drop,
	}
	delayed, share := random.Float64() < c.Delay, random.Float64()
	if delayed {
		f.delay = time.Duration(share * float64(maxDelay))
	}
	switch {
	case random.Float64() < r.Forge:
		return faults{forged: true}
	case f.drop:
		return faults{drop: true}
	}
	return f
}
