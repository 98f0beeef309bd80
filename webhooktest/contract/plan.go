package contract

import "slices"

// A Plan is what a suite would do.
type Plan struct {
	Cases      []Case // that are chosen, also those that the subject cannot be asked
	Deliveries int    // about how many; where fault is found there are more
	Reads      int    // of the state, each of which waits until it is still
}

// Plan returns what the suite would do. Without a subject, that is its cases.
func (s Suite) Plan() (Plan, error) {
	cases, err := s.cases()
	if err != nil {
		return Plan{}, err
	}
	p := planner{subject: new(Subject)}
	if s.New != nil {
		*p.subject = s.New()
		if err := p.subject.checkFamilies(); err != nil {
			return Plan{}, err
		}
	}
	if s.Dir == "" || comparesState(cases) {
		p.deliver(1)
		for range 3 { // the noise floor
			p.measure(1)
		}
	}
	for i := range cases {
		p.Cases = append(p.Cases, cases[i].Case)
		p.add(&cases[i])
	}
	return p.Plan, nil
}

// A planner counts what runner does.
type planner struct {
	Plan
	subject *Subject
	known   []string // types whose effect is learned by then, and perfect deliveries
}

func (p *planner) deliver(n int) { p.Deliveries += n }

// measure counts deliveries between two readings of the state, if there is one.
func (p *planner) measure(deliveries int) {
	if p.subject.observed() {
		p.Reads += 2
		p.deliver(deliveries)
	}
}

func (p *planner) add(c *contractCase) {
	if slices.ContainsFunc(c.Needs, func(need string) bool { return p.subject.lacks(need) != "" }) {
		return
	}
	if c.Check != "" {
		p.check(c.Check)
		return
	}
	bindings, _ := p.subject.bind(c.Given)
	for _, types := range bindings {
		for range max(1, len(c.Each)) {
			for payload := range c.payloads() {
				p.variant(c, variant{types: types, payload: payload})
			}
		}
	}
}

// check counts what the checks that are code deliver.
func (p *planner) check(name string) {
	switch name {
	case "no-secrets", "no-traces":
		p.deliver(5)
	case "methods", "keep-alive":
		p.deliver(4)
	case "second-event":
		for _, eventType := range p.subject.handled() {
			p.measure(1 + p.prelude(eventType))
			p.measure(1 + p.prelude(eventType))
			p.known = append(p.known, eventType, oneOf(eventType))
		}
	case "late-duplicate":
		p.measure(1)
		if p.subject.Handler != nil || p.subject.Isolated {
			p.deliver(100)
		}
	default:
		p.deliver(1)
	}
}

func (p *planner) variant(c *contractCase, v variant) {
	if c.State == "" || !p.subject.observed() {
		if c.golden() {
			p.Reads++
		}
		for _, step := range c.Steps {
			if step.Golden != "" {
				p.Reads++
			}
		}
		p.deliver(p.performance(c, v, c.Steps))
		return
	}
	for _, eventType := range c.types(v) {
		if !slices.Contains(p.known, eventType) {
			p.known = append(p.known, eventType)
			p.measure(1 + p.prelude(eventType))
		}
	}
	if perfection := c.perfection(v); c.State != "none" && (perfection == "" || !slices.Contains(p.known, perfection)) {
		p.measure(p.performance(c, v, c.Reference))
		p.measure(p.performance(c, v, c.Reference))
		p.known = append(p.known, perfection)
	}
	p.measure(p.performance(c, v, c.Steps))
}

// performance counts the deliveries of steps with what has to come before.
func (p *planner) performance(c *contractCase, v variant, steps []caseStep) (n int) {
	for _, event := range c.Events {
		if event.About == "" {
			n += max(1, event.Count) * p.prelude(v.typeOf(event.Type))
		}
	}
	for _, step := range steps {
		for _, name := range step.Send {
			event := c.Events[name]
			n += max(1, event.Count) * max(1, step.Times)
			if step.refuses() {
				n += 1 + p.prelude(v.typeOf(event.Type))
			}
		}
	}
	return n
}

func (p *planner) prelude(eventType string) int {
	if p.subject.creation(eventType) != "" {
		return 1
	}
	return 0
}
