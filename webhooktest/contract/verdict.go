package contract

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// An outcome is the combined result of a case's variants.
type outcome struct {
	judged        int
	inconclusive  []string        // why variants could not be judged
	why           errInconclusive // what would let them be judged
	notApplicable string          // why a variant says nothing about this subject
	need          string          // what would let it say something, as in Result
	shapes        []string        // those in which the handler acts on types of the case
}

// add adds the result of a variant, and returns the errors that end the run.
func (o *outcome) add(err error) error {
	if why, ok := isInconclusive(err); ok {
		if !slices.Contains(o.inconclusive, why.reason) {
			o.inconclusive = append(o.inconclusive, why.reason)
		}
		o.why.wanted, o.why.shape = cmp.Or(o.why.wanted, why.wanted), cmp.Or(o.why.shape, why.shape)
		if why.shape != "" && !slices.Contains(o.shapes, why.shape) {
			o.shapes = append(o.shapes, why.shape)
		}
		if o.why.need == "" {
			o.why.need, o.why.tried = why.need, why.tried
		}
		return nil
	}
	if errors.Is(err, render.ErrNotApplicable) {
		o.notApplicable, o.need = err.Error(), ""
		if errors.As(err, new(errFaults)) {
			o.need = needFaults
		}
		return nil
	}
	if err == nil {
		o.judged++
	}
	return err
}

// conclude sets the verdict of a result without a fault. A case that runs for each handled
// type passes if all that can be judged pass, and says which could not be judged; all of
// its rows must be judged.
func (o *outcome) conclude(c *contractCase, result *Result) {
	reason := joinReasons(o.inconclusive)
	switch {
	case result.Verdict != "":
	case o.judged == 0 && reason == "":
		result.Need = o.need
		result.Verdict, reason = Skip, o.notApplicable
	case reason != "" && (o.judged == 0 || len(c.Each) > 0):
		o.why.reason = reason
		result.inconclusive(o.why)
	default:
		result.Verdict, result.WantedVariant = Pass, o.why.shape
	}
	if len(o.shapes) > 1 {
		result.WantedVariants = o.shapes
	}
	if reason != "" && result.Verdict == Pass {
		reason = "judged only in part: " + reason
	}
	if result.Reason == "" {
		result.Reason = reason
	}
}

// joinReasons joins reasons and states a common prefix once: "no effect: a; b".
func joinReasons(reasons []string) string {
	var joined strings.Builder
	last := ""
	for i, reason := range reasons {
		begins, rest, _ := strings.Cut(reason, ": ")
		if i > 0 {
			joined.WriteString("; ")
		}
		if rest != "" && begins == last {
			reason = rest
		}
		joined.WriteString(reason)
		last = begins
	}
	return joined.String()
}

// inconclusive sets the verdict of a case that could not be judged, or was not tried
// because the user did not provide something.
func (r *Result) inconclusive(why errInconclusive) {
	if why.need != "" && !why.tried {
		r.skip(why.need, why.reason)
		return
	}
	r.Verdict, r.Need, r.Reason = Inconclusive, why.need, why.reason
	r.WantedVersion, r.WantedVariant = why.wanted, why.shape
}

// skip sets the verdict of a case that was not tried, and what it needs, "" for nothing
// that a user could provide.
func (r *Result) skip(need, reason string) { r.Verdict, r.Need, r.Reason = Skip, need, reason }

// add puts the most severe of the findings into the result.
func (r *Result) add(c *contractCase, findings []finding) {
	if len(findings) == 0 {
		return
	}
	worst := findings[0]
	for _, f := range findings {
		if f.grave || worst.should && !f.should {
			worst = f
		}
	}
	verdict := map[string]Verdict{"must": Fail, "should": Warn, "info": Info}[c.Level]
	if worst.should && verdict == Fail {
		verdict = Warn
	}
	if worst.grave && !impossible(c) {
		verdict = Fail
	}
	if r.Verdict == Warn && verdict == Info || r.Verdict == Fail && verdict != Fail {
		return
	}
	r.Verdict, r.Sent, r.Expected, r.Actual = verdict, worst.sent, worst.expected, worst.actual
	r.Headline, r.Cause, r.Hint = worst.headline(c)+worst.ofShape(), worst.cause(c), worst.hint(c)
	r.lost = worst.unretried || worst.unrepeated
	if worst.forGood {
		r.Requirement, r.Source = mustNotRefuse, "https://docs.stripe.com/webhooks#retries"
	}
	if verdict != Info { // infos may ask for versions that the handler does not have
		r.WantedVersion = worst.wanted
	}
}

// newResult returns the result of a case that has not run.
func newResult(suite *Suite, c *contractCase) Result {
	reproduce := "fakestripe check " + c.ID
	if suite.Dir != "" {
		reproduce = "fakestripe run " + suite.Dir + " " + c.ID
	}
	return Result{
		ID: c.ID, Title: c.Title, Level: c.Level, Requirement: c.Requirement, Source: c.Source, Hint: c.Hint,
		Reproduce: reproduce, Golden: c.golden(),
	}
}

// runEnded says why a case was not tried when the run was cut short.
const runEnded = "the run was interrupted"

// untried returns the results of cases that a run did not reach.
func untried(suite *Suite, cases []contractCase) []Result {
	results := make([]Result, len(cases))
	for i := range cases {
		results[i] = newResult(suite, &cases[i])
		results[i].skip("", runEnded)
	}
	return results
}
