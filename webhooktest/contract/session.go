package contract

import (
	"slices"
	"sync/atomic"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A run is the state shared by the cases of a suite. They may run concurrently.
type run struct {
	suite   Suite
	budget  *budget
	machine *machine
	source  *eventSource
	log     *responseLog
	learned *calibration
	known   *baselineCache
	golden  *goldenFiles
	objects *appObjects
	missed  branchLog
	races   raceLog
	further furtherLog
	dirty   atomic.Bool  // something was sent since the state last settled
	made    atomic.Bool  // the app made an object since then
	last    decodedState // of the probes, unless the subjects are isolated
}

func newRun(suite Suite, subject *Subject) *run {
	r := &run{suite: suite, budget: newBudget(suite.maxTime()), machine: new(machine)}
	r.source = newEventSource(&suite, subject)
	r.learned = newCalibration(subject.Settle)
	r.known = newBaselineCache(suite.Dir == "")
	r.log = &responseLog{budget: r.budget, keep: suite.Dir == ""}
	r.objects = newAppObjects(new(boundPaths))
	r.golden = &goldenFiles{dir: suite.Dir}
	return r
}

// A session holds the parts that run a case: a subject, its sender and probe, and the
// baseline of clean delivery.
type session struct {
	run      *run
	subjects func() Subject
	subject  Subject
	sender   *sender
	probe    *probe
	baseline *baseline

	sentAs      func(*webhooktest.Event) string // how the case at work sent an event, "" if it did not; nil before
	idleGoldens []string                        // golden files with unchanged parts
}

// newSession returns a session with a subject; subjects makes one for each try.
func (r *run) newSession(subject Subject, subjects func() Subject) *session {
	s := &session{run: r, subjects: subjects}
	dirty, made, last := &r.dirty, &r.made, &r.last
	if subject.Isolated {
		dirty, made, last = new(atomic.Bool), new(atomic.Bool), new(decodedState)
	}
	s.sender = &sender{
		subject: &s.subject, source: r.source, log: r.log, machine: r.machine, dirty: dirty, made: made, learned: r.learned,
		binder: &binder{subject: &s.subject, anyType: r.suite.Dir != "" && len(subject.Handles) == 0},
	}
	s.probe = &probe{
		subject: &s.subject, machine: r.machine, budget: r.budget, learned: r.learned, known: r.known, dirty: dirty, made: made, last: last,
		settle: r.learned.settled(),
	}
	s.baseline = &baseline{sender: s.sender, probe: s.probe, known: r.known}
	s.take(subject)
	return s
}

// renew gets a new subject for the next try.
func (s *session) renew() {
	s.close()
	s.take(s.subjects())
}

func (s *session) take(subject Subject) {
	s.subject = subject
	s.sender.objects = s.run.objects
	if subject.Handler != nil || subject.Isolated { // the app may be another one each time
		s.sender.objects = newAppObjects(s.run.objects.known)
	}
	s.sender.binder.objects = s.sender.objects
	s.sender.endpoint = subject.endpoint()
}

// secrets returns all secrets that the handler accepts.
func (s *session) secrets() []string {
	return slices.Concat(secretsOf(s.sender.endpoint), s.subject.Secrets)
}

func (s *session) close() { s.sender.endpoint.Close() }
