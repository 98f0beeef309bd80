package load

import (
	"context"
	_ "embed" // the script
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

//go:embed k6.js
var k6Script string

// k6Hole is replaced by the script's data.
const k6Hole = "null; // fakestripe fills this in"

// K6 writes the load as a script for stock k6, which may run on many machines. The script
// contains no secret. The Endpoint may be nil; its URL is the script's default target.
//
// docs/load.md describes the script's environment variables; [Verify] judges what its
// instances sent.
func (l *Load) K6(w io.Writer) error {
	of := *l
	if of.Endpoint == nil {
		of.Endpoint = new(webhooktest.Endpoint)
	}
	unset := of.Endpoint.URL == ""
	if unset {
		of.Endpoint = &webhooktest.Endpoint{URL: "http://localhost", Header: of.Endpoint.Header, Timeout: of.Endpoint.Timeout}
	}
	r, err := of.prepare()
	if err != nil {
		return err
	}
	data, err := r.k6Load()
	if err != nil {
		return err
	}
	if unset {
		data.To = ""
	}
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, strings.Replace(k6Script, k6Hole, string(encoded)+";", 1))
	return err
}

// A k6Load is the data of the script.
type k6Load struct {
	To       string             `json:"to"`
	Rate     string             `json:"rate"`
	Duration string             `json:"duration"`
	Count    int                `json:"count"`
	VUs      int                `json:"vus"`
	Seed     uint32             `json:"seed"`
	Forge    float64            `json:"forge"`
	Chaos    map[string]float64 `json:"chaos"`
	Retries  []float64          `json:"retries"` // in seconds
	Timeout  string             `json:"timeout"`
	Livemode bool               `json:"livemode"`
	Headers  map[string]string  `json:"headers"`
	Shares   []k6Share          `json:"shares"`
	Order    []int              `json:"order"` // of shares, by their weights; repeated
}

// A k6Share is the template of a type or flow.
type k6Share struct {
	Name  string   `json:"name"`
	Steps []k6Step `json:"steps"`
	Roles []k6Role `json:"roles"`
	Stems []int    `json:"stems"` // roles with a stem, those of events first
}

// A k6Step is the text of an event in parts: strings, and blanks.
type k6Step struct {
	Parts []any `json:"parts"`
}

type k6Role struct {
	Label    string `json:"label"`
	Prefix   string `json:"prefix"`
	Alphabet string `json:"alphabet"`
	Digits   int    `json:"digits"`
	Stem     bool   `json:"stem"`
}

func (r *run) k6Load() (*k6Load, error) {
	order, err := k6Order(r.Mix)
	if err != nil {
		return nil, err
	}
	header, err := r.requestHeader()
	if err != nil {
		return nil, err
	}
	data := &k6Load{
		To: r.Endpoint.Target(), Rate: r.Rate.String(), Count: r.Count, VUs: r.Concurrency, Seed: uint32(r.Seed), Forge: r.Forge,
		Chaos:   map[string]float64{"duplicate": r.Chaos.Duplicate, "reorder": r.Chaos.Reorder, "drop": r.Chaos.Drop, "delay": r.Chaos.Delay},
		Retries: []float64{}, Timeout: k6Timeout(r.Endpoint.Timeout), Livemode: r.Source.Livemode, Headers: make(map[string]string), Order: order,
	}
	if r.Duration > 0 {
		data.Duration = r.Duration.String()
	}
	for _, wait := range r.Retries {
		data.Retries = append(data.Retries, wait.Seconds())
	}
	for name, values := range header {
		data.Headers[name] = strings.Join(values, ", ")
	}
	for _, stream := range r.genuine {
		data.Shares = append(data.Shares, k6ShareOf(stream.series))
	}
	return data, nil
}

// requestHeader returns the headers of a delivery, without the signature.
func (r *run) requestHeader() (header http.Header, err error) {
	handler := http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) { header = request.Header.Clone() })
	endpoint := &webhooktest.Endpoint{Handler: handler, Header: r.Endpoint.Header}
	event, err := r.Source.Event("charge.succeeded")
	if err != nil {
		return nil, err
	}
	if _, err := endpoint.Deliver(context.Background(), event); err != nil {
		return nil, err
	}
	header.Del(webhooktest.SignatureHeader)
	header.Del("Content-Length")
	return header, nil
}

func k6Timeout(timeout time.Duration) string {
	if timeout == 0 {
		timeout = webhooktest.DefaultTimeout
	}
	return timeout.String()
}

// mostOrdered limits the period of a mix in the script.
const mostOrdered = 10_000

// k6Order returns the shares in the order in which they are sent, until it repeats.
func k6Order(mix []Share) ([]int, error) {
	p := newPicker(mix)
	if p.total > mostOrdered {
		return nil, fmt.Errorf("the weights of the mix add up to %d: want at most %d for k6", p.total, mostOrdered)
	}
	order := make([]int, p.total)
	for i := range order {
		order[i] = p.next()
	}
	return order, nil
}

func k6ShareOf(s *series) k6Share {
	share := k6Share{Name: s.name}
	for i, r := range s.roles {
		share.Roles = append(share.Roles, k6Role{r.label, r.prefix, r.alphabet, s.words[i].digits, s.words[i].stem != ""})
	}
	for _, st := range s.steps {
		share.Steps = append(share.Steps, st.k6())
	}
	share.Stems = s.stemmed()
	return share
}

// k6 splits the text of a step at its blanks.
func (st *step) k6() (of k6Step) {
	copied := 0
	for _, b := range st.blanks {
		of.Parts = append(of.Parts, st.text[copied:b.at])
		copied = b.at
		switch b.kind {
		case wordBlank:
			of.Parts = append(of.Parts, map[string]int{"role": b.role})
		case unixBlank:
			of.Parts = append(of.Parts, map[string]int64{"unix": b.offset})
		case numberBlank:
			of.Parts = append(of.Parts, map[string]int64{"number": instanceNumbers})
		default:
			of.Parts = append(of.Parts, map[string]int64{"text": b.offset})
		}
	}
	of.Parts = append(of.Parts, st.text[copied:])
	return of
}
