package stripeapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// An invoice holds ten of its lines, whatever the last event held of them; its list of
// lines has all.
func TestEmbeddedListsAreFirstPages(t *testing.T) {
	t.Parallel()
	event := func(lines int, more bool) []byte {
		var data []string
		for i := range lines {
			data = append(data, fmt.Sprintf(`{"id": "il_1Line%02d", "object": "line_item", "amount": 100}`, i))
		}
		return fmt.Appendf(nil, `{"id": "evt_1Pages", "object": "event", "api_version": "2023-10-16", "created": 1700000000, "type": "invoice.paid",
			"data": {"object": {"id": "in_1Pages", "object": "invoice", "lines": {"object": "list", "data": [%s], "has_more": %t, "url": "/v1/invoices/in_1Pages/lines"}}}}`,
			strings.Join(data, ","), more)
	}
	type list struct {
		Data    []struct{ ID string } `json:"data"`
		HasMore bool                  `json:"has_more"`
	}
	for _, test := range []struct {
		name     string
		events   [][]byte
		embedded int
		more     bool
		all      int
	}{
		{"few", [][]byte{event(3, false)}, 3, false, 3},
		{"ten", [][]byte{event(10, false)}, 10, false, 10},
		{"twelve", [][]byte{event(12, false)}, 10, true, 12},
		{"first page after all", [][]byte{event(12, false), event(10, true)}, 10, true, 12},
		{"fewer after all", [][]byte{event(12, false), event(2, false)}, 2, false, 2},
		{"first page alone", [][]byte{event(10, true)}, 10, true, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := &stripeapi.Server{}
			for _, event := range test.events {
				require.NoError(t, api.Add(event))
			}
			get := func(path string, into any) {
				answer := httptest.NewRecorder()
				request := httptest.NewRequest(http.MethodGet, path, nil)
				request.SetBasicAuth("sk_test_123", "")
				api.ServeHTTP(answer, request)
				require.Equal(t, http.StatusOK, answer.Code, "%s", answer.Body)
				require.NoError(t, json.Unmarshal(answer.Body.Bytes(), into))
			}
			var invoice struct{ Lines list }
			get("/v1/invoices/in_1Pages", &invoice)
			require.Len(t, invoice.Lines.Data, test.embedded)
			require.Equal(t, test.more, invoice.Lines.HasMore)
			var lines list
			get("/v1/invoices/in_1Pages/lines?limit=100", &lines)
			require.Len(t, lines.Data, test.all)
			get("/v1/invoices/in_1Pages/lines?limit=2", &lines)
			require.Len(t, lines.Data, 2)
			require.True(t, test.all == 2 || lines.HasMore)
		})
	}
}
