package report

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// JUnit lacks two verdicts. A warning passes with output, so it breaks only the builds
// that the command breaks; an unjudged case is skipped, with its reason.

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Name    string       `xml:"name,attr"`
	Tests   int          `xml:"tests,attr"`
	Fails   int          `xml:"failures,attr"`
	Errors  int          `xml:"errors,attr"`
	Skips   int          `xml:"skipped,attr"`
	Time    seconds      `xml:"time,attr"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Fails      int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skips      int             `xml:"skipped,attr"`
	Time       seconds         `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Group string        `xml:"classname,attr"`
	Name  string        `xml:"name,attr"`
	File  string        `xml:"file,attr,omitempty"` // in fixtures/contract, or in the folder given to run
	Time  seconds       `xml:"time,attr"`
	Skip  *junitMessage `xml:"skipped"`
	Fail  *junitMessage `xml:"failure"`
	Error *junitMessage `xml:"error"`
	Out   *junitOutput  `xml:"system-out"`
}

// seconds formats a duration for JUnit: 0.003.
type seconds time.Duration

// MarshalXMLAttr implements xml.MarshalerAttr.
func (s seconds) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: strconv.FormatFloat(time.Duration(s).Seconds(), 'f', 3, 64)}, nil
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

type junitOutput struct {
	Text string `xml:",cdata"`
}

// JUnit writes a report as JUnit XML, failures first: within each suite, and among the
// suites.
func JUnit(w io.Writer, r *contract.Report) error {
	v := newView(r)
	all := junitSuites{Name: "fakestripe"}
	for _, g := range grouped(byUrgency(v.Cases)) {
		cases := make([]junitCase, len(g.Cases))
		for i, result := range g.Cases {
			cases[i] = newJUnitCase(g.Name, result)
		}
		all.add(v, g.Name, cases)
	}
	if len(v.Diagnosis) > 0 {
		all.add(v, "diagnosis", []junitCase{diagnosed(v)})
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

// diagnosed is a case that is never green, even if all others are skipped.
func diagnosed(v *view) junitCase {
	return junitCase{Group: "diagnosis", Name: "diagnosis", Error: &junitMessage{
		Message: v.headline() + ": " + line(v.Diagnosis[0]), Type: "refused", Text: strings.Join(v.Diagnosis, "\n"),
	}}
}

func newJUnitCase(group string, r contract.Result) junitCase {
	c := junitCase{Group: group, Name: r.ID, File: r.ID + ".json", Time: seconds(r.Duration)}
	switch r.Verdict {
	case contract.Fail:
		c.Fail = &junitMessage{Message: message(r), Type: r.Level, Text: details(r)}
	case contract.Skip, contract.Inconclusive:
		c.Skip = &junitMessage{Message: string(r.Verdict) + ": " + r.Reason}
	case contract.Pass:
		if r.Reason != "" {
			c.Out = &junitOutput{Text: "passed with a remark: " + r.Reason}
		}
	case contract.Warn, contract.Info:
		c.Out = &junitOutput{Text: string(r.Verdict) + ": " + headline(r) + details(r)}
	}
	return c
}

// message is the single line shown by most viewers.
func message(r contract.Result) string {
	if r.Actual == "" {
		return headline(r)
	}
	return headline(r) + ": " + line(r.Actual)
}

func details(r contract.Result) string {
	facts := evidence(r, r.Explain())
	if r.Cause != "" {
		facts = append(facts, fact{"cause", r.Cause})
	}
	return "\n" + r.Requirement + "\n" + block(0, 0, facts)
}

func (all *junitSuites) add(v *view, name string, cases []junitCase) {
	s := junitSuite{Name: name, Tests: len(cases), Cases: cases, Properties: []junitProperty{
		{"target", v.Subject.Target},
		{"api_version", v.Subject.APIVersion},
	}}
	if v.seed() != "" {
		s.Properties = append(s.Properties, junitProperty{"seed", v.seed()})
	}
	for _, note := range v.Notes {
		s.Properties = append(s.Properties, junitProperty{"note", note})
	}
	for _, c := range cases {
		s.Time += c.Time
		switch {
		case c.Fail != nil:
			s.Fails++
		case c.Error != nil:
			s.Errors++
		case c.Skip != nil:
			s.Skips++
		}
	}
	all.Tests += s.Tests
	all.Fails += s.Fails
	all.Errors += s.Errors
	all.Skips += s.Skips
	all.Time += s.Time
	all.Suites = append(all.Suites, s)
}
