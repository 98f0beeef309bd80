package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A Suite is the contract, or a folder of cases, to run against a subject. With New alone,
// it runs every case of the contract.
type Suite struct {
	// New returns the subject of a case. It is called for each case, so that cases cannot
	// disturb each other. It may return the same one each time: a handler is never assumed to
	// be empty.
	New func() Subject

	// Dir is a folder of cases to run instead of the contract; see RunDir. Update writes the
	// golden files that they name.
	Dir    string
	Update bool

	// Only and Skip choose cases by id ("signature/unsigned") or group. Level chooses the
	// cases of one level.
	Only, Skip []string
	Level      string

	// Shard chooses one part of several: "2/5" is the second of five. The part of a case
	// depends only on its id, so parallel jobs can share a suite.
	Shard string

	// MaxTime is the time after which no case begins. 0 means DefaultMaxTime.
	MaxTime time.Duration

	// Seed and RunID determine the IDs of events. Empty means fresh ones.
	Seed  uint64
	RunID string

	// Begins and Progress, if not nil, are called with the id of each case that begins, and with
	// each finished case, never concurrently.
	Begins   func(id string)
	Progress func(Result)
}

// DefaultMaxTime bounds a run of the suite.
const DefaultMaxTime = 3 * time.Minute

func (s *Suite) maxTime() time.Duration { return cmp.Or(s.MaxTime, DefaultMaxTime) }

// Cases returns the cases of the suite, in order. It needs no subject.
func (s Suite) Cases() ([]Case, error) {
	chosen, err := s.cases()
	cases := make([]Case, len(chosen))
	for i := range chosen {
		cases[i] = chosen[i].Case
	}
	return cases, err
}

// cases reads the cases of the suite.
func (s *Suite) cases() ([]contractCase, error) {
	all, err := s.all()
	if err != nil {
		return nil, err
	}
	chosen, err := selectCases(all, s.Only, s.Skip, s.Level)
	if err != nil {
		return nil, err
	}
	return shard(chosen, s.Shard)
}

// all reads all available cases.
func (s *Suite) all() ([]contractCase, error) {
	if s.Dir != "" {
		return folderCases(s.Dir)
	}
	return contractCases()
}

// shard keeps the cases of one part.
func shard(cases []contractCase, part string) ([]contractCase, error) {
	if part == "" {
		return cases, nil
	}
	first, second, _ := strings.Cut(part, "/")
	nth, err := strconv.ParseUint(first, 10, 16)
	parts, err2 := strconv.ParseUint(second, 10, 16)
	if err != nil || err2 != nil || nth < 1 || nth > parts {
		return nil, fmt.Errorf("shard %q: want which of how many, such as 2/5", part)
	}
	return slices.DeleteFunc(cases, func(c contractCase) bool { return render.Hash(c.ID)%parts != nth-1 }), nil
}
