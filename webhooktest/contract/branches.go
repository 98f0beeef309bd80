package contract

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
)

// A branchLog remembers the branches of a handler that no event could reach because of the
// user's edits.
type branchLog struct {
	mu        sync.Mutex
	unreached []string
}

// miss records a variant that could not be made, by the fields in which it differs from the
// plain object: handlers branch on them.
func (l *branchLog) miss(eventType, variant string, plain, shaped any) {
	before, _ := plain.(map[string]any)
	after, _ := shaped.(map[string]any)
	described, err := fixtures.DescribeEvent(eventType)
	if err != nil {
		return
	}
	var fields []string
	for _, field := range fixtures.Branches(described.Object) {
		if !reflect.DeepEqual(before[field], after[field]) {
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return
	}
	line := eventType + "=" + variant + " (" + strings.Join(fields, ", ") + ")"
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.unreached, line) {
		l.unreached = append(l.unreached, line)
	}
}

// notes lists the branches that were never reached.
func (l *branchLog) notes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unreached) == 0 {
		return nil
	}
	slices.Sort(l.unreached)
	return []string{"never reached, since what is set in each event says otherwise: " + strings.Join(l.unreached, ", ")}
}
