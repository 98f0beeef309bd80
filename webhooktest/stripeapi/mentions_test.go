package stripeapi

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// TestMentions holds the index against a search of all texts, while objects come,
// change, are forgotten and are deleted.
func TestMentions(t *testing.T) {
	s := &Server{Seed: 1}
	s.built().graph.objects.kept.count = 12
	ask := func(method, path, body string) {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer sk_test_x")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code, "%s %s: %s", method, path, w.Body)
		s.checkMentions(t)
	}
	for i := range 20 {
		event := fmt.Sprintf(`{"object":"event","id":"evt_1A%d","type":"charge.updated","created":%d,"data":{"object":{"object":"charge","id":"ch_1A%d","customer":"cus_A%d",
			"metadata":{"cus_KEY1":"pi_1A\"","note":"cus_A1 and more"},"payment_intent":{"object":"payment_intent","id":"pi_1A%d","customer":"cus_A%[4]d"}}}}`, i, 1700000000+i, i%8, i%3, i%5)
		require.NoError(t, s.Add([]byte(event)))
		s.checkMentions(t)
	}
	ask("GET", "/v1/customers", "")
	ask("POST", "/v1/customers/cus_A1", "name=Rosa&metadata[invoice]=in_1A")
	ask("DELETE", "/v1/customers/cus_A1", "")
	e := s.AddEndpoint(Endpoint{URL: "http://localhost"})
	s.checkMentions(t)
	s.RemoveEndpoint(e.ID)
	s.checkMentions(t)
	require.LessOrEqual(t, s.built().graph.objects.kept.len(), 12)
}

func (s *Server) checkMentions(t *testing.T) {
	t.Helper()
	var ids []string
	for _, o := range s.built().graph.objects.newest() {
		ids = append(ids, o.ids...)
	}
	for id := range s.built().graph.objects.holding {
		require.Contains(t, ids, id, "nothing holds it")
	}
	for _, id := range append(ids, "cus_A0", "cus_A1", "cus_KEY1", "pi_1A", "in_1A", "cus_NONE1") {
		var want []*stored
		for _, o := range s.built().graph.objects.newest() {
			if bytes.Contains(o.text, rawjson.Quote(id)) {
				want = append(want, o)
			}
		}
		require.Equal(t, want, slices.Collect(s.built().graph.objects.thatHold(id)), id)
	}
}

func TestIDsIn(t *testing.T) {
	for text, want := range map[string][]string{
		`{"id":"cus_A1","object":"customer","default_source":"card_1B","note":"about cus_A2"}`: {"cus_A1", "card_1B"},
		`{"lines":{"data":[{"id":"il_1A"},{"id":"il_1A"}]},"status":"requires_capture"}`:       {"il_1A"},
		`{"metadata":{"sub_1A":"sub_1B","n":1,"none":null}}`:                                   {"sub_1A", "sub_1B"},
		`{"id":"cus_A1\n"}`: nil,
	} {
		require.Equal(t, want, idsIn(mustNode([]byte(text))), text)
	}
}
