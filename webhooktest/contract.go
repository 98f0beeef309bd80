package webhooktest

import "testing"

// Contract runs the contract suite against a handler, each case as a subtest named
// by its id: go test -run TestContract/signature/unsigned. The function returns the
// subject of a case; it may return the same each time.
//
// A must that is not met fails the test. What cannot be judged is skipped with the
// reason; a should that is not met is logged.
func Contract(t *testing.T, subject func(t *testing.T) Subject) {
	t.Helper()
	cases, err := contractCases()
	if err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	r, err := newRunner(Suite{New: func() Subject { return subject(t) }})
	if err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	t.Cleanup(func() { r.endpoint.Close() })
	if err := r.learn(t.Context()); err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	for i := range cases {
		t.Run(cases[i].ID, func(t *testing.T) {
			result, err := r.run(t.Context(), &cases[i])
			if err != nil {
				t.Fatalf("fakestripe: %v", err)
			}
			switch result.Verdict {
			case Fail:
				t.Errorf("%s", result)
			case Warn, Info:
				t.Logf("%s", result)
			case Skip, Inconclusive:
				t.Skip(result.Reason)
			}
		})
	}
}

// String words a result that is not a pass, in a few lines.
func (r Result) String() string {
	text := r.Requirement + "\n  sent:     " + r.Sent + "\n  expected: " + r.Expected + "\n  actual:   " + r.Actual
	if r.Hint != "" {
		text += "\n  hint:     " + r.Hint
	}
	return text + "\n  source:   " + r.Source
}
