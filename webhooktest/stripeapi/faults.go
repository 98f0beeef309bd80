package stripeapi

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// faults are the rules for failing and delaying requests. The zero value has none.
type faults struct {
	mu       sync.Mutex
	failures []Failure
	slow     []Slowness
	eased    chan struct{} // closed when slow is replaced
	dice     *rand.Rand    // for failures by rate
}

func (f *faults) fail(rules []Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures = append([]Failure(nil), rules...)
}

func (f *faults) slowDown(rules []Slowness) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slow = append([]Slowness(nil), rules...)
	if f.eased != nil {
		close(f.eased)
	}
	f.eased = make(chan struct{})
}

// admit passes, delays or fails a request by the rules. The first rule with a rate needs
// the seed.
func (f *faults) admit(r *http.Request, seed func() uint64) *apiError {
	if delay, eased := f.delay(r.Method, r.URL.Path); delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-eased:
		case <-r.Context().Done():
			return nil
		}
	}
	return f.failure(r.Method, r.URL.Path, seed)
}

// delay returns the wait of a request, and a channel that ends it early.
func (f *faults) delay(method, path string) (time.Duration, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rule := range f.slow {
		if matches(rule.Path, method, path) {
			return rule.Delay, f.eased
		}
	}
	return 0, nil
}

// failure returns the error for a request, or nil.
func (f *faults) failure(method, path string, seed func() uint64) *apiError {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rule := range f.failures {
		if !matches(rule.Path, method, path) {
			continue
		}
		if rule.Rate == 0 || f.hit(rule.Rate, seed) {
			if rule.NoAnswer {
				return noAnswer()
			}
			return injected(rule.Status)
		}
	}
	return nil
}

func (f *faults) hit(rate float64, seed func() uint64) bool {
	if f.dice == nil {
		f.dice = rand.New(rand.NewPCG(seed(), 1))
	}
	return f.dice.Float64() < rate
}

// matches reports whether a rule's path covers a request.
func matches(rule, method, path string) bool {
	if only, rest, given := strings.Cut(rule, " "); given {
		if only != method {
			return false
		}
		rule = rest
	}
	want, have := routes.Segments(rule), routes.Segments(path)
	if len(have) < len(want) {
		return false
	}
	for i, segment := range want {
		if segment != "*" && segment != have[i] {
			return false
		}
	}
	return true
}
