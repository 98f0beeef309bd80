package stripeapi

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// invoicePaid is an event whose object has many line items: its text is about 16 MB
// with 50,000.
func invoicePaid(n, lines int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"id":"evt_1Ab%02d","object":"event","type":"invoice.paid","created":%d,"data":{"object":{"id":"in_1Ab%02d","object":"invoice","customer":"cus_1Ab","lines":{"object":"list","data":[`, n, 1700000000+n, n)
	for i := range lines {
		fmt.Fprintf(&b, `%s{"id":"il_1Ab%06d","object":"line_item","amount":1000,"price":{"id":"price_1Ab%06d","object":"price"},"metadata":{"text":"%0200d"}}`, strings.Repeat(",", min(i, 1)), i, i, i)
	}
	b.WriteString(`],"has_more":false}}}}`)
	return []byte(b.String())
}

// nodes counts the values of a tree.
func nodes(n *node) int {
	count := 1
	n.walk(func(_, _ string, _ *node) { count++ })
	return count
}

func TestALargeEventIsNoLargeTree(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	large := invoicePaid(1, 10_000)
	tree, err := parseNode(large)
	require.NoError(t, err)
	require.Less(t, nodes(tree), 100, "a tree of all line items takes many times the memory of the text")
	require.JSONEq(t, string(large), string(tree.encode()))
	small, err := parseNode(invoicePaid(1, 100))
	require.NoError(t, err)
	require.Greater(t, nodes(small), 500, "everything is found in an event of the usual size")
}

func TestALargeEventIsAnswered(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	api := new(Server)
	large := invoicePaid(1, 10_000)
	require.NoError(t, api.Add(large))
	ask := func(path string) (answer map[string]any) {
		request := httptest.NewRequest("GET", path, nil)
		request.Header.Set("Authorization", "Bearer sk_test_x")
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request)
		require.Equal(t, 200, recorder.Code, recorder.Body.String)
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &answer))
		return answer
	}
	for _, path := range []string{"/v1/invoices/in_1Ab01", "/v1/invoices/in_1Ab01?expand[]=customer&expand[]=lines.data.price"} {
		require.Len(t, ask(path)["lines"].(map[string]any)["data"], 10_000, path)
	}
	require.Equal(t, "cus_1Ab", ask("/v1/customers/cus_1Ab")["id"])
	require.Len(t, ask("/v1/events?limit=100")["data"], 1)
}

// A page of large events ends early; whoever follows has_more gets all of them.
func TestAPageIsBoundedInBytes(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	var all []item
	for i := range 9 {
		all = append(all, item{id: fmt.Sprint(i), text: fmt.Appendf(nil, `{"id":"%d","x":"%s"}`, i, strings.Repeat("x", maxPage/3))})
	}
	all = append(all, item{id: "9", text: fmt.Appendf(nil, `{"id":"9","x":"%s"}`, strings.Repeat("x", maxPage+1))})
	for _, c := range []struct {
		cursor, from string
		next         func(page []string) string
	}{
		{"starting_after", "", func(page []string) string { return page[len(page)-1] }},
		{"ending_before", "9", func(page []string) string { return page[0] }},
	} {
		seen, from := []string{c.from}, c.from
		for more := true; more; {
			params := &param{kind: hash}
			if from != "" {
				params.keys, params.fields = []string{c.cursor}, []*param{{kind: scalar, text: from}}
			}
			tree, failed := page(all, "/v1/events", params)
			require.Nil(t, failed)
			var ids []string
			for _, n := range tree.child("data").children {
				ids = append(ids, n.child("id").str())
			}
			require.NotEmpty(t, ids)
			require.True(t, len(ids) == 1 || len(tree.encode()) <= maxPage+1000, "%d elements", len(ids))
			seen = append(seen, ids...)
			more, from = tree.child("has_more").plain() == "true", c.next(ids)
		}
		slices.Sort(seen)
		require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, slices.DeleteFunc(seen, func(id string) bool { return id == "" }), c.cursor)
	}
}
