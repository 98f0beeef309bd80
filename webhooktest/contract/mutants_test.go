package contract_test

// What each breaks is in its name. The text that is changed is to be found once in
// its file: whoever changes the engine there changes it here.
var mutants = []mutant{
	// How two deliveries are compared.
	{why: "no difference is told", file: "internal/statediff/baseline.go", old: "!choose(got, want).same(want) {", new: "false {", zoo: "no-dedupe"},
	{why: "any difference will do", file: "internal/statediff/baseline.go", old: "return len(differences) > 0 || len(did", new: "return len(differences) >= 0 || len(did", zoo: "unpaid-fulfilled"},
	{why: "numbers are not compared", file: "internal/statediff/diff.go", old: "return math.Abs(e.Delta-other.Delta) <= 1e-6*max(1, math.Abs(e.Delta)) &&", new: "return math.Abs(0) == 0 &&", zoo: "twice-in-number"},
	{why: "rows are not compared", file: "internal/statediff/diff.go", old: "slices.EqualFunc(e.Records, other.Records, func(a, b Record) bool { return a.text == b.text })", new: "true", zoo: "twice-in-payments"},
	{why: "numbers within rows are not compared", file: "internal/statediff/diff.go", old: "d.add(place+after.label()+l.path, now-was)", new: "d.add(place+after.label()+l.path, 0*(now-was))", zoo: "twice-in-kinds-counted"},
	{why: "a row with other numbers is another row", file: "internal/statediff/diff.go", old: "if len(after.fields) == 0 || before.key() != after.key() {", new: "if true {", zoo: "twice-in-kinds-counted|twice-in-decimal-sums"},
	{why: "ids have no roles", file: "internal/statediff/normalizer.go", old: `n[value] = "{" + place + "}"`, new: "_ = place", zoo: "twice-in-paid-by-object"},
	{why: "times in texts stay", file: "internal/statediff/normalizer.go", old: `return timeText().ReplaceAllString(text, "{time}")`, new: "return text", zoo: "twice-in-by-second"},
	{why: "times in numbers stay", file: "internal/statediff/normalizer.go", old: "if n >= 1.6e9*unit && n < 2.1e9*unit {", new: "if n >= 1.6e9*unit && n < 1.6e9*unit {", zoo: "paid-at"},
	{why: "ids of the database are places", file: "internal/statediff/diff.go", old: "if !existed && name == key && foreignID().MatchString(key) {", new: "if false {", zoo: "twice-in-own-ids"},
	{why: "types are places", file: "internal/statediff/diff.go", old: `name = "{type}"`, new: `name = name + ""`, zoo: "counts-by-type"},
	{why: "places that clean delivery does not touch count", file: "internal/statediff/baseline.go", old: "range slices.Sorted(maps.Keys(b.Touched())) {", new: "range slices.Sorted(maps.Keys(did)) {", zoo: "copies-counted"},

	// What is learned before anybody is accused.
	{why: "no noise floor", file: "calibration.go", old: "c.floor[place] = true", new: "_ = place", zoo: "ledger|heartbeat"},
	{why: "one clean delivery is enough", file: "oracle_reference.go", old: "References: o.references}", new: "References: o.references[:1]}", zoo: "hash|last-three|serial-rows"},
	{why: "what differs between clean deliveries counts", file: "internal/statediff/baseline.go", old: "if value != other[at] {", new: "if value != other[at] && false {", zoo: "twice-in-worker-names"},
	{why: "no-effect means nowhere", file: "oracle_none.go", old: "return clean.Alike(did)", new: "return did", zoo: "refusals-counted"},
	{why: "refused records are an effect", file: "oracle_none.go", old: "return clean.Alike(did)", new: "return did.Near(clean.Touched())", zoo: "refusals-among-deliveries"},
	{why: "a forgery with an effect is a dropped one", file: "oracle_answers.go", old: `case moved == "":`, new: "case true:", zoo: "no-check"},
	{why: "a forgery without an effect is a must", file: "oracle_answers.go", old: `case moved == "":`, new: "case false:", zoo: "refuses-with-200"},
	{why: "an answer is an effect", file: "oracle_answers.go", old: "err != nil || has(did) {", new: "err != nil || true {", zoo: "two-signatures-ignored"},
	{why: "no-effect is never judged", file: "oracle_none.go", old: "findings := e.withState(moved.Lines(), noChange)", new: "moved = nil\n\tfindings := e.findings", zoo: "junk-booked"},
	{why: "there is no second, careful look", file: "retry.go", old: "	s.probe.careful = true\n", new: "	return false\n", zoo: "subscriptions-later"},
	{why: "what is missing is not waited for", file: "probe_wait.go", old: "if !p.careful || hoped(diff) {", new: "if true || hoped(diff) {", zoo: "subscriptions-later"},
	{why: "no stall is noticed", file: "machine.go", old: "if late >= leastStall {", new: "if false {", test: "TestStallIsNoticed"},
	{why: "after a stall the pace is what it was", file: "machine.go", old: "	m.recalibrated++\n	return true", new: "	return false", test: "TestStallIsNoticed"},
	{why: "the time of the run does not end a wait", file: "probe_wait.go", old: `if over := p.budget.timeIsUp(); over != "" {`, new: `if over := ""; over != "" {`, test: "TestWaitEndsWithTheRun"},
	{why: "an early update may wait for the retry", file: "retry.go", old: "case err != nil || len(findings) == 0:", new: "case true:", zoo: "early-update-is-404"},
	{why: "once is enough to accuse", file: "retry.go", old: "if found == 0 || found == 2 ||", new: "if found == 0 || found == 1 ||", zoo: "hiccups"},
	{why: "the state is not waited for", file: "probe.go", old: "if p.window() > 0 && p.dirty.Load() {", new: "if false {", zoo: "works-later|inbox"},
	{why: "the witness is not asked", file: "oracle.go", old: "if len(o.spec.Witness) == 0 {", new: "if true {", zoo: "counters"},
	{why: "a witness is held against the reference", file: "oracle.go", old: "if len(o.spec.Against) > 0 {", new: "if false {", test: "TestFirstChange"},
	{why: "a witness may show anything anywhere", file: "oracle.go", old: "against.Differs(did.At(b.Touched()))", new: "against.Differs(did)", test: "TestFirstChange"},
	{why: "Stripe knows what has not happened", file: "case_vars.go", old: "return c.Events[name].Late || ", new: "return ", test: "TestFirstChange"},
	{why: "steps follow each other at once", file: "execution_deliver.go", old: "if (i > 0 || len(e.sent) > 0) && ", new: "if i > 0 && ", test: "TestFirstChange"},
	{why: "the control is not asked", file: "execution.go", old: "if err == nil && !response.Accepted() {", new: "if false {", test: "TestUnjudgedIsSaid"},
	{why: "nothing has to move", file: "oracle.go", old: "if err == nil && len(did) > 0 {", new: "if err == nil && len(did) >= 0 {", test: "TestUnjudgedIsSaid"},
	{why: "nothing has to be comparable", file: "oracle.go", old: "if judged == 0 {", new: "if false {", test: "TestUnjudgedIsSaid"},
	{why: "rows that cannot be judged pass", file: "verdict.go", old: "case reason != \"\" && (o.judged == 0 || len(c.Each) > 0):", new: "case reason != \"\" && o.judged == 0:", test: "TestUnjudgedIsSaid"},

	{why: "what is known is not looked at again", file: "oracle.go", old: "return e.withState(differences, sameState), places > 0, nil", new: "return e.findings, places > 0 || len(differences) == 0, nil", zoo: "no-dedupe"},

	// Order.
	{why: "numbers say how an object stands", file: "internal/statediff/object_state.go", old: "case float64, []any:", new: "case []any:", zoo: "lock-version"},
	{why: "logs say how an object stands", file: "internal/statediff/object_state.go", old: "if len(e.Records) > 1 {", new: "if len(e.Records) < 0 {", zoo: "history|sound"},
	{why: "what was refused is not delivered again", file: "execution_deliver.go", old: "if len(left) == 0 {", new: "if true {", zoo: "waits-for-object"},
	{why: "creation does not come before", file: "sender_prelude.go", old: `if own := s.subject.creation(eventType); own != "" {`, new: `if own := s.subject.creation(eventType); own == "none" {`, zoo: "waits-for-object"},

	// Races, and what Stripe does not say at once.
	{why: "a race is tried once", file: "race.go", old: "for i := range e.variant.bursts {", new: "for i := range min(1, e.variant.bursts) {", zoo: "mirror"},
	{why: "rows that multiply are a log", file: "internal/statediff/object_state.go", old: "if len(rows) < 2 ||", new: "if true ||", zoo: "creation-inserts"},
	{why: "what is said of a late event is a row", file: "internal/statediff/baseline.go", old: "return !r.isSentence() })", new: "return true })", zoo: "mirror-and-alerts"},
	{why: "the first page is all", file: "check_pages.go", old: "if !clean.Differs(did) {", new: "if false {", zoo: "first-page-summed"},
	{why: "who reads no lines is asked for all", file: "check_pages.go", old: "return clean, err == nil && clean.Differs(did), err", new: "return clean, err == nil && (clean.Differs(did) || true), err", zoo: "lines-unread"},
	{why: "the API fails in one way only", file: "api_outage.go", old: "API.Fail(outage.failure)", new: "API.Fail(stripeapi.Failure{})", test: "TestStripeFails"},
	{why: "only work in the background is slow", file: "run.go", old: "> s.run.budget.limit", new: "> s.run.budget.limit && false", test: "TestMustsComeFirst"},
	{why: "no session links a subscription before", file: "sender_prelude.go", old: "if !links || handled == eventType {", new: "if !links || links || handled == eventType {", zoo: "saas-linked"},

	// Answers.
	{why: "the first refusal is no failure", file: "judge.go", old: "if j.refused != nil && c.ID == \"control/accepted\" {", new: "if false {", zoo: "wrong-secret"},
	{why: "statuses are all good", file: "../../internal/expect/expect.go", old: "return within != e.negated", new: "return within != e.negated || true", zoo: "refuses-with-200"},
	{why: "no mistake is suspected", file: "diagnose.go", old: "return &mistake, nil", new: "continue", zoo: "prefix-stripped|newlines-dropped"},
	{why: "statuses say nothing", file: "diagnose.go", old: "case read && same: // what refuses", new: "case read && same && false: // what refuses", zoo: "login-wanted|redirects"},
	{why: "connections are not kept", file: "check_http.go", old: "[]string{\"wrong-secret\", \"unsigned\"}", new: "[]string{}", zoo: "connection-spoilt"},
	{why: "expectations are not judged", file: "answer.go", old: "a.status(step.Expect, false)", new: "", zoo: "wrong-length-digest|longer-accepted"},
	{why: "preferences are not judged", file: "answer.go", old: "a.status(step.Prefer, true)", new: "", zoo: "missing-is-500"},
	{why: "preferences are musts", file: "verdict.go", old: "if worst.should && verdict == Fail {", new: "if false {", zoo: "refuses-with-500"},
	{why: "one good answer of many is not asked for", file: "execution_judge.go", old: "if !some && len(responses) > 0 {", new: "if !some && len(responses) < 0 {", zoo: "deadlock"},
	{why: "limits of the rate are not heeded", file: "sender.go", old: "response.StatusCode == http.StatusTooManyRequests &&", new: "response.StatusCode == -http.StatusTooManyRequests &&", zoo: "rate-limited"},
	{why: "its own secret is a placeholder", file: "judge.go", old: `return row == secret || row == "secret="+secret`, new: "return false", zoo: "documented-secret"},
	{why: "a handler that ended is asked on", file: "survival.go", old: `if s.run.budget.over() != "" || s.sender.last == nil || s.sender.last.Err == nil && quiet {`, new: "if true || s.sender.last.Err == nil && quiet {", zoo: "dies-of-junk"},
	{why: "payloads are not bound", file: "sender.go", old: "edits = append(s.subject.Edit(eventType), edits...)", new: "_ = edits", zoo: "own-customers|checks-order"},

	// Checks that are code, and looking back.
	{why: "checks find nothing", file: "judge.go", old: "if result.add(c, findings); len(findings) == 0 {", new: "if result.add(c, findings[:0]); true {", zoo: "restless"},
	{why: "no state is restless", file: "check.go", old: "return []finding{{expected: \"a state that stays the same", new: "return nil, nil\n\treturn []finding{{expected: \"a state that stays the same", zoo: "restless"},
	{why: "a second event is as good as the first", file: "check.go", old: "if len(second) == 0 {", new: "if len(second) < 0 {", zoo: "no-id-once"},
	{why: "late copies are early", file: "check.go", old: "const many = 100", new: "const many = 1", zoo: "short-memory"},
	{why: "one secret of several is enough", file: "check_http.go", old: "range s.secrets() {", new: "range secretsOf(s.sender.endpoint) {", zoo: "one-secret-of-two"},
	{why: "GET is not tried", file: "check_http.go", old: "http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete", new: "http.MethodPut, http.MethodDelete", zoo: "get-is-200"},
	{why: "clocks agree", file: "check_http.go", old: "skew > most {", new: "false {", zoo: "wrong-date"},
	{why: "nothing is too long for a stranger", file: "check_http.go", old: "if late, err := s.run.machine.tooLong(response.Duration, time.Second); !late {", new: "if true {", zoo: "large-is-slow"},
	{why: "what looks like a secret is none", file: "../../internal/credential/credential.go", old: "least = 16", new: "least = 1600", zoo: "key-in-answer"},
	{why: "placeholders of secrets are secrets", file: "../../internal/credential/credential.go", old: "least = 16", new: "least = 0", zoo: "refuses-with-hint"},
	{why: "expected signatures may be told", file: "check_answers.go", old: `mac != "" && strings.Contains(answer, mac)`, new: `mac != "" && false`, zoo: "expected-in-answer"},
	{why: "headers are not looked at", file: "check_answers.go", old: "_ = r.Header.Write(&text)", new: "", zoo: "secret-in-header"},
	{why: "traces are not looked for", file: "check_answers.go", old: "if strings.Contains(string(response.Body), trace) {", new: "if trace == string(response.Body) {", zoo: "trace-in-answer"},
	{why: "ten seconds are no time", file: "check_answers.go", old: "{{tooSlow, false}, {2 * time.Second, true}}", new: "{{2 * time.Second, true}}", zoo: "very-slow"},
	{why: "two seconds are no time", file: "check_answers.go", old: "{{tooSlow, false}, {2 * time.Second, true}}", new: "{{tooSlow, false}}", zoo: "slow"},
	{why: "a run that was cut short is not looked back at", file: "check_answers.go", old: `"no-secrets", "no-traces", "timing"}`, new: `"no-secrets", "no-traces"}`, zoo: "very-slow"},

	// What the user says.
	{why: "waivers never expire", file: "waiver.go", old: "return now.UTC().Format(time.DateOnly) > w.Expires", new: "return false", test: "TestWaivers"},
	{why: "waivers waive nothing", file: "waiver.go", old: "r.Verdict, r.Reason = Info,", new: "_, r.Reason = Info,", test: "TestWaivers"},
	{why: "time is never over", file: "budget.go", old: "if time.Now().Before(b.deadline) {", new: "if true {", test: "TestRunEndsInTime"},
}
