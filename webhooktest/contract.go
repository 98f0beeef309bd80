package webhooktest

import "testing"

// Contract runs the contract suite against a handler, each case as a subtest named
// by its id: go test -run TestContract/signature/unsigned. The function returns the
// subject of a case; it may return the same each time.
//
// Cases are run one after the other, or side by side when the subjects are Isolated.
// A must that is not met fails the test. What cannot be judged is skipped with the
// reason; a should that is not met is logged.
func Contract(t *testing.T, subject func(t *testing.T) Subject) {
	t.Helper()
	suite := Suite{New: func() Subject { return subject(t) }}
	cases, err := suite.cases()
	if err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	r, err := newRun(suite)
	if err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	t.Cleanup(func() { r.endpoint.Close() })
	if err := r.learn(t.Context()); err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	for i := range cases {
		t.Run(cases[i].ID, func(t *testing.T) {
			if r.subject.Isolated {
				t.Parallel()
			}
			own := r.runner(func() Subject { return subject(t) })
			t.Cleanup(func() { own.endpoint.Close() })
			result, err := own.judge(t.Context(), &cases[i])
			if err != nil {
				t.Fatalf("fakestripe: %v", err)
			}
			result.tell(t)
		})
	}
}

// tell gives a result to a test.
func (r Result) tell(t *testing.T) {
	switch r.Verdict {
	case Fail:
		t.Errorf("%s", r)
	case Warn, Info:
		t.Logf("%s", r)
	case Skip, Inconclusive:
		t.Skip(r.Reason)
	}
}

// String words a result that is not a pass, in a few lines.
func (r Result) String() string {
	text := r.Requirement
	if r.Reason != "" {
		text += "\n  (" + r.Reason + ")"
	}
	text += "\n  sent:     " + r.Sent + "\n  expected: " + r.Expected + "\n  actual:   " + r.Actual
	if r.Hint != "" {
		text += "\n  hint:     " + r.Hint
	}
	return text + "\n  source:   " + r.Source
}
