package listen

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Chaos disturbs deliveries in the ways Stripe's documentation warns about, only more
// often. Each field is a rate from 0 to 1. The zero value disturbs nothing.
//
// Source: https://docs.stripe.com/webhooks#handle-duplicate-events and
// #event-ordering
type Chaos struct {
	Duplicate float64 // delivered twice, concurrently
	Reorder   float64 // held until the next event to the endpoint has been delivered
	Delay     float64 // delivered up to MaxDelay later
	Drop      float64 // never delivered

	// Seed fixes the choices: with the same seed, the nth delivery meets the same faults.
	Seed uint64
}

// Bounds on delays by chaos. Hub.Speed shortens them.
const (
	MaxDelay = 10 * time.Second
	maxHeld  = 2 * time.Second // by Reorder, if no other event comes
)

// ParseChaos parses rates such as "duplicate=0.1,reorder=0.2,delay=0.1,drop=0.05".
func ParseChaos(text string) (Chaos, error) {
	var c Chaos
	rates := map[string]*float64{"duplicate": &c.Duplicate, "reorder": &c.Reorder, "delay": &c.Delay, "drop": &c.Drop}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		rate := rates[name]
		if rate == nil {
			return c, fmt.Errorf("%q: want duplicate, reorder, delay or drop with a rate, such as duplicate=0.1,reorder=0.2", part)
		}
		var err error
		if *rate, err = strconv.ParseFloat(value, 64); err != nil || !(*rate >= 0 && *rate <= 1) {
			return c, fmt.Errorf("%q: want a rate from 0 to 1, such as %s=0.1", part, name)
		}
	}
	return c, nil
}

// String formats the rates for ParseChaos; "" means no chaos.
func (c Chaos) String() string {
	var parts []string
	for _, rate := range []struct {
		name string
		rate float64
	}{{"duplicate", c.Duplicate}, {"reorder", c.Reorder}, {"delay", c.Delay}, {"drop", c.Drop}} {
		if rate.rate > 0 {
			parts = append(parts, rate.name+"="+strconv.FormatFloat(rate.rate, 'g', -1, 64))
		}
	}
	return strings.Join(parts, ",")
}

// faults are the disturbances of one delivery.
type faults struct {
	duplicate, reorder, drop bool
	delay                    time.Duration
}

// faults derives the faults of a delivery only from the seed and its number. It draws every
// value for every delivery, so changing one rate does not affect the other faults.
func (c Chaos) faults(number int) faults {
	if c == (Chaos{Seed: c.Seed}) {
		return faults{}
	}
	random := rand.New(rand.NewPCG(c.Seed, uint64(number)))
	f := faults{
		duplicate: random.Float64() < c.Duplicate,
		reorder:   random.Float64() < c.Reorder,
		drop:      random.Float64() < c.Drop,
	}
	delayed, share := random.Float64() < c.Delay, random.Float64()
	if delayed {
		f.delay = time.Duration(share * float64(MaxDelay))
	}
	if f.drop {
		return faults{drop: true}
	}
	return f
}
