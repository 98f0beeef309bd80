package stripeapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Deliveries have empty lists and objects on several lines, answers of the API have not.
func TestAnswersAreClosed(t *testing.T) {
	t.Parallel()
	api := &stripeapi.Server{}
	event := add(t, api, "customer.subscription.updated")
	require.Contains(t, string(event.Body()), "[\n\n")
	id, _ := event.Lookup("data.object.id")
	for _, path := range []string{"/v1/events/" + event.ID(), "/v1/subscriptions/" + id.(string), "/v1/events"} {
		body := request(t, api, "GET", path, "").Body.Bytes()
		require.Equal(t, string(layout.Closed.Indent(body, ""))+"\n", string(body), path)
		require.Contains(t, string(body), "[]", path)
	}
}

func TestMetadataKeepsItsOrder(t *testing.T) {
	t.Parallel()
	api := &stripeapi.Server{}
	event := add(t, api, "customer.created", webhooktest.Set("data.object.metadata", json.RawMessage(`{"user_id":"7","plan":"gold"}`)))
	id, _ := event.Lookup("data.object.id")
	answer := request(t, api, "POST", "/v1/customers/"+id.(string), "metadata[order_id]=17&metadata[plan]=tin&metadata[age]=3")
	require.Contains(t, answer.Body.String(), `"metadata": {
    "user_id": "7",
    "plan": "tin",
    "order_id": "17",
    "age": "3"
  }`)
}

// A subscription has the plan and the quantity of its only item.
func TestSubscriptionOfSeveralItems(t *testing.T) {
	t.Parallel()
	api := &stripeapi.Server{}
	event := add(t, api, "customer.subscription.created")
	id, _ := event.Lookup("data.object.id")
	path := "/v1/subscriptions/" + id.(string)
	type subscription struct {
		Plan     *struct{ ID string }
		Quantity *int
		Items    struct {
			TotalCount int `json:"total_count"`
			Data       []struct {
				ID   string
				Plan struct{ ID string }
			}
		}
	}
	ask := func(form string) (s subscription) {
		answer := request(t, api, "POST", path, form)
		require.Equal(t, 200, answer.Code, "%s", answer.Body)
		require.NoError(t, json.NewDecoder(strings.NewReader(answer.Body.String())).Decode(&s))
		return s
	}
	s := ask("items[0][quantity]=3")
	require.Equal(t, []any{3, s.Items.Data[0].Plan.ID, 1}, []any{*s.Quantity, s.Plan.ID, s.Items.TotalCount})
	s = ask("items[0][id]=" + s.Items.Data[0].ID + "&items[1][quantity]=2")
	require.Equal(t, 2, s.Items.TotalCount)
	require.Nil(t, s.Plan)
	require.Nil(t, s.Quantity)
	s = ask("items[0][id]=" + s.Items.Data[0].ID + "&items[0][deleted]=true")
	require.Equal(t, []any{2, s.Items.Data[0].Plan.ID, 1}, []any{*s.Quantity, s.Plan.ID, s.Items.TotalCount})
}
