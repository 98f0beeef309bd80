package loadreport

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

type junitSuite struct {
	XMLName xml.Name    `xml:"testsuite"`
	Name    string      `xml:"name,attr"`
	Tests   int         `xml:"tests,attr"`
	Fails   int         `xml:"failures,attr"`
	Skips   int         `xml:"skipped,attr"`
	Time    string      `xml:"time,attr"`
	Cases   []junitCase `xml:"testcase"`
	Out     junitText   `xml:"system-out"`
}

type junitCase struct {
	Group string        `xml:"classname,attr"`
	Name  string        `xml:"name,attr"`
	Fail  *junitMessage `xml:"failure"`
	Skip  *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
}

type junitText struct {
	Text string `xml:",chardata"`
}

// junit writes a case for each condition, and one for each part of the verdict.
func junit(w io.Writer, r *load.Report) error {
	s := junitSuite{Name: "fakestripe load", Time: fmt.Sprintf("%.3f", r.Seconds), Out: junitText{textOf(r)}}
	for _, c := range r.Conditions {
		s.add(c.Condition, !c.Holds, c.Condition+": "+c.Actual)
	}
	if len(r.Conditions) == 0 {
		s.add("every genuine event is accepted", r.NotAccepted > 0, load.Number(r.NotAccepted)+" events were not accepted")
		s.add("no forgery is accepted", r.AcceptedForgeries > 0, load.Number(r.AcceptedForgeries)+" forgeries were accepted")
	}
	if v := r.Verdict; v != nil && v.Inconclusive != "" {
		s.Cases, s.Skips = append(s.Cases, junitCase{Group: "verdict", Name: "effects", Skip: &junitMessage{v.Inconclusive}}), s.Skips+1
	} else if v != nil {
		for _, part := range []struct {
			name    string
			finding load.Finding
		}{{"nothing is lost", v.Lost}, {"nothing is doubled", v.Doubled}, {"no effect is wrong", v.Wrong}, {"no forgery has an effect", v.Forged}} {
			s.add(part.name, part.finding.Count > 0, v.String())
		}
	}
	s.Tests = len(s.Cases)
	text, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func (s *junitSuite) add(name string, failed bool, message string) {
	c := junitCase{Group: "load", Name: name}
	if failed {
		c.Fail = &junitMessage{message}
		s.Fails++
	}
	s.Cases = append(s.Cases, c)
}
