package contract

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/internal/suggest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// ReadWaivers reads a file of waivers for the cases of the suite:
//
//	{"format": 1, "waivers": [
//	  {"case": "http/no-traces", "reason": "behind the gateway, which hides bodies", "expires": "2027-01-31"}
//	]}
func (s *Suite) ReadWaivers(path string) ([]Waiver, error) {
	data, err := file.ReadRegular(file.Here{}, path, maxWaiverFile)
	if err != nil {
		return nil, fmt.Errorf("waivers: %s: %w", path, err)
	}
	var list struct {
		Format  int      `json:"format"`
		Waivers []Waiver `json:"waivers"`
	}
	if err := rawjson.DecodeStrictly(data, path, &list); err != nil {
		return nil, err
	}
	if list.Format != 1 {
		return nil, fmt.Errorf("%s: format %d: want 1", path, list.Format)
	}
	if err := s.checkWaivers(list.Waivers); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list.Waivers, nil
}

// maxWaiverFile bounds a file of waivers.
const maxWaiverFile = 1 << 20

// checkWaivers finds waivers that could never take effect.
func (s *Suite) checkWaivers(waivers []Waiver) error {
	if len(waivers) == 0 {
		return nil
	}
	cases, err := s.all()
	if err != nil {
		return err
	}
	seen := make(map[string]bool)
	for _, w := range waivers {
		if err := w.validate(cases); err != nil {
			return fmt.Errorf("waiver of %q: %w", w.Case, err)
		}
		if seen[w.Case] {
			return fmt.Errorf("waiver of %q: there are two", w.Case)
		}
		seen[w.Case] = true
	}
	return nil
}

func (w Waiver) validate(cases []contractCase) error {
	if !slices.ContainsFunc(cases, func(c contractCase) bool { return c.ID == w.Case }) {
		return fmt.Errorf("no case has this id%s", suggest.DidYouMean(w.Case, caseIDs(cases)))
	}
	if w.Reason == "" {
		return errors.New("a reason is missing")
	}
	if _, err := time.Parse(time.DateOnly, w.Expires); err != nil {
		return fmt.Errorf("expires %q: want a day such as 2027-01-31", w.Expires)
	}
	return nil
}
