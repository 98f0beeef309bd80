package inspector_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestReplay(t *testing.T) {
	s := newStand(t, shop)
	first := s.deliver(s.event("charge.succeeded"))
	for _, c := range []struct {
		body      string
		mutations []string
		status    int
	}{
		{`{}`, nil, 200},
		{`{"mutations":[]}`, nil, 200},
		{`{"mutations":["unsigned"]}`, []string{"unsigned"}, 400},
		{`{"mutations":["compact","age=10m"]}`, []string{"compact", "age=10m"}, 400},
	} {
		status, answer := s.post("/inspect/deliveries/"+first.ID+"/replay", c.body)
		require.Equal(t, http.StatusAccepted, status, answer.Error)
		require.Len(t, answer.Deliveries, 1)
		again := s.finished(answer.Deliveries[0].ID)
		require.NotEqual(t, first.ID, again.ID)
		require.Equal(t, first.ID, again.ReplayOf)
		require.Equal(t, first.EventID, again.EventID)
		require.Equal(t, c.mutations, again.Mutations)
		require.Equal(t, c.status, again.Attempts[0].Status, c.body)
	}
	for body, want := range map[string]string{
		`{"mutations":["unsinged"]}`:        "unknown mutation",
		`{"mutations":["age"]}`:             "needs a value",
		`{"mutations":["age=1m","stale"]}`:  "both set the timestamp",
		`{"mutations":["event-age=three"]}`: "not a duration",
	} {
		status, answer := s.post("/inspect/deliveries/"+first.ID+"/replay", body)
		require.Equal(t, http.StatusBadRequest, status, body)
		require.Contains(t, answer.Error, want)
	}
	status, _ := s.post("/inspect/deliveries/dlv_999/replay", `{}`)
	require.Equal(t, http.StatusNotFound, status)
}

func TestSendAnEditedPayload(t *testing.T) {
	s := newStand(t, shop)
	first := s.deliver(s.event("charge.succeeded"))
	edited := `{"id":"` + first.EventID + `", "object":"event","type":"charge.succeeded","x": 1.0, "data":{"object":{}}}`

	status, answer := s.post("/inspect/send", map[string]any{"payload": edited})
	require.Equal(t, http.StatusAccepted, status, answer.Error)
	sent := s.finished(answer.Deliveries[0].ID)
	require.Equal(t, edited, string(sent.Body), "byte for byte")
	require.Equal(t, 200, sent.Attempts[0].Status, "signed anew")

	_, answer = s.post("/inspect/send", map[string]any{"payload": edited, "new_id": true})
	sent = s.finished(answer.Deliveries[0].ID)
	require.NotEqual(t, first.EventID, sent.EventID)
	require.Regexp(t, `^evt_\w{24}$`, sent.EventID)
	require.Contains(t, string(sent.Body), `"x": 1.0, `, "the rest is as it was written")

	_, answer = s.post("/inspect/send", map[string]any{"payload": `{"type":"charge.succeeded"}`, "new_id": true, "mutations": []string{"unsigned"}})
	require.Equal(t, 400, s.finished(answer.Deliveries[0].ID).Attempts[0].Status)
}

func TestWrongPayloads(t *testing.T) {
	s := newStand(t, shop)
	for payload, want := range map[string][2]int{
		``:                                  {1, 1},
		`{"a": 1,}`:                         {1, 9},
		"{\n  \"a\": 1\n  \"b\": 2\n}":      {3, 3},
		"{\n  \"a\": 1":                     {2, 8},
		"[1]":                               {1, 1},
		"{\"\u00fc\u6771\U0001F600\": nul}": {1, 13}, // as scripts count: the emoji is two
		"{}\n\n  x":                         {3, 3},
	} {
		for _, path := range []string{"/inspect/send", "/inspect/check"} {
			status, answer := s.post(path, map[string]any{"payload": payload})
			require.Equal(t, http.StatusUnprocessableEntity, status, payload)
			require.Equal(t, want, [2]int{answer.Line, answer.Column}, "%s: %s", payload, answer.Error)
			require.Contains(t, answer.Error, "line ")
		}
	}
	status, answer := s.post("/inspect/check", map[string]any{"payload": `{"type":"charge.succeeded","id":"evt_1"}`})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "charge.succeeded", answer.Type)
	require.Equal(t, "evt_1", answer.EventID)
	require.Empty(t, s.hub.Deliveries(0), "nothing was delivered")
}

// No flow leads to a thin event: it comes alone, asked for or not.
func TestTriggerThinEvents(t *testing.T) {
	s := newStand(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, body := range []string{`{"name":"v1.charge.refunded"}`, `{"name":"v1.charge.refunded","alone":true}`} {
		status, answer := s.post("/inspect/trigger", body)
		require.Equal(t, http.StatusAccepted, status, "%s: %s", body, answer.Error)
		require.Len(t, answer.Deliveries, 1, body)
		sent := s.finished(answer.Deliveries[0].ID)
		require.Equal(t, "v1.charge.refunded", sent.Type)
		require.Contains(t, string(sent.Body), `"v2.core.event"`)
	}
}

func TestTrigger(t *testing.T) {
	s := newStand(t, shop)
	for _, c := range []struct {
		name, body string
		types      []string
	}{
		{"a flow", `{"name":"payment"}`, []string{"charge.succeeded", "payment_intent.succeeded", "payment_intent.created"}},
		{"the flow to a type", `{"name":"payment_intent.succeeded"}`, []string{"charge.succeeded", "payment_intent.succeeded", "payment_intent.created"}},
		{"a type alone", `{"name":"payment_intent.succeeded","alone":true}`, []string{"payment_intent.succeeded"}},
		{"with a field", `{"name":"charge.refunded","alone":true,"set":["data.object.amount=4711"," data.object.description=a=b"]}`, []string{"charge.refunded"}},
		{"with a mutation", `{"name":"charge.refunded","alone":true,"mutations":["compact"]}`, []string{"charge.refunded"}},
	} {
		status, answer := s.post("/inspect/trigger", c.body)
		require.Equal(t, http.StatusAccepted, status, "%s: %s", c.name, answer.Error)
		var types []string
		for _, d := range answer.Deliveries {
			types = append(types, d.Type)
			require.Equal(t, 200, s.finished(d.ID).Attempts[0].Status, c.name)
		}
		require.Equal(t, c.types, types, c.name)
		if c.name == "with a field" {
			event, err := webhooktest.ParseEvent(s.finished(answer.Deliveries[0].ID).Body)
			require.NoError(t, err)
			amount, _ := event.Lookup("data.object.amount")
			require.Equal(t, 4711.0, amount)
			description, _ := event.Lookup("data.object.description")
			require.Equal(t, "a=b", description)
		}
	}
	before := len(s.hub.Deliveries(0))
	for body, want := range map[string]string{
		`{}`:                                 "no name",
		`{"name":"payment_intent.suceeded"}`: "did you mean",
		`{"name":"payment","alone":true}`:    "unknown event type",
		`{"name":"charge.refunded","alone":true,"set":["data.object.amuont=1"]}`: "amuont",
		`{"name":"charge.refunded","set":["amount"]}`:                            "want path=value",
		`{"name":"charge.refunded","set":["data.object.metadata={"]}`:            "no JSON",
		`{"name":"charge.refunded","mutations":["nothing"]}`:                     "unknown mutation",
		`{"name":"../../go"}`: "unknown event type",
	} {
		status, answer := s.post("/inspect/trigger", body)
		require.Equal(t, http.StatusBadRequest, status, body)
		require.Contains(t, answer.Error, want)
	}
	require.Len(t, s.hub.Deliveries(0), before, "nothing was delivered")
}

// A flow keeps its order while the handler answers.
func TestTriggerKeepsTheOrder(t *testing.T) {
	var mu sync.Mutex
	var arrived []string
	s := newStand(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := webhooktest.ParseEvent(body)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			arrived = append(arrived, event.ID())
		}
	}))
	status, answer := s.post("/inspect/trigger", `{"name":"subscription-created"}`)
	require.Equal(t, http.StatusAccepted, status, answer.Error)
	require.Greater(t, len(answer.Deliveries), 3)
	var sent []string
	for _, d := range answer.Deliveries {
		sent = append(sent, s.finished(d.ID).EventID)
	}
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, sent, arrived)
}

func TestNobodyWantsTheEvent(t *testing.T) {
	s := newStand(t, nil)
	status, answer := s.post("/inspect/trigger", `{"name":"charge.refunded","alone":true}`)
	require.Equal(t, http.StatusAccepted, status)
	require.Empty(t, answer.Deliveries)
	require.NotNil(t, answer.Deliveries)
}

func TestQueueIsFull(t *testing.T) {
	s := newStand(t, nil)
	s.hub.Queue = 1
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-t.Context().Done():
		}
	})
	s.add(listen.Endpoint{URL: "http://shop.example/", Handler: hang})
	trigger := `{"name":"charge.refunded","alone":true}`
	status, answer := s.post("/inspect/trigger", trigger)
	require.Equal(t, http.StatusAccepted, status, answer.Error)
	status, answer = s.post("/inspect/trigger", trigger)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, answer.Error, "queue is full")
}

func TestListenHasEnded(t *testing.T) {
	s := newStand(t, shop)
	id := s.deliver(s.event("charge.succeeded")).ID
	s.shutdown()
	for _, path := range []string{"/inspect/trigger", fmt.Sprintf("/inspect/deliveries/%s/replay", id)} {
		body := `{"name":"charge.refunded"}`
		if path != "/inspect/trigger" {
			body = `{}`
		}
		status, answer := s.post(path, body)
		require.Equal(t, http.StatusServiceUnavailable, status, path)
		require.Contains(t, answer.Error, "ended")
	}
}

// Replays and edited events go where they are told to, and say what they came from.
func TestChosenEndpoints(t *testing.T) {
	s, shopID, mailID := branches(t)
	all := s.submit(s.event("charge.succeeded"))
	first := all[0]
	require.Empty(t, first.First)
	require.Equal(t, first.ID, all[1].First, "an event is one row")

	status, answer := s.post("/inspect/deliveries/"+first.ID+"/replay", map[string]any{"endpoint": mailID})
	require.Equal(t, http.StatusAccepted, status, answer.Error)
	again := s.finished(answer.Deliveries[0].ID)
	require.Equal(t, mailID, again.Endpoint)
	require.Equal(t, first.ID, again.ReplayOf)

	payload := string(s.finished(first.ID).Body)
	status, answer = s.post("/inspect/send", map[string]any{"payload": payload, "new_id": true, "endpoint": shopID, "from": first.ID})
	require.Equal(t, http.StatusAccepted, status, answer.Error)
	require.Len(t, answer.Deliveries, 1)
	sent := s.finished(answer.Deliveries[0].ID)
	require.Equal(t, shopID, sent.Endpoint)
	require.Equal(t, listen.Original{Delivery: first.ID, EventID: first.EventID}, sent.Edited)

	for path, body := range map[string]map[string]any{
		"/inspect/deliveries/" + first.ID + "/replay": {"endpoint": "we_none"},
		"/inspect/send": {"payload": payload, "endpoint": "we_none"},
	} {
		status, answer := s.post(path, body)
		require.Equal(t, http.StatusNotFound, status, path)
		require.Contains(t, answer.Error, `no endpoint "we_none"`)
	}
}

// A trigger's deliveries name it, and those of the next one another.
func TestATriggerNamesItsEvents(t *testing.T) {
	s, _, _ := branches(t)
	var names, ids []string
	for range 2 {
		status, answer := s.post("/inspect/trigger", `{"name":"payment"}`)
		require.Equal(t, http.StatusAccepted, status, answer.Error)
		for _, d := range answer.Deliveries {
			names = append(names, s.finished(d.ID).Trigger.Name)
			ids = append(ids, s.finished(d.ID).Trigger.ID)
		}
	}
	require.Len(t, names, 12)
	require.Equal(t, []string{"payment"}, slices.Compact(names))
	require.Len(t, slices.Compact(ids), 2)
}

// The secret is told to who asks for it, except one that the user gave.
func TestSecretRoute(t *testing.T) {
	s, shopID, _ := branches(t)
	path := "/inspect/endpoints/" + shopID + "/secret"
	ask := func(path string) (int, string) {
		response, err := http.Post(s.url+path, "application/json", nil)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	status, body := ask(path)
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, fmt.Sprintf(`{"secret":%q}`, secret), body)
	status, _ = ask("/inspect/endpoints/we_none/secret")
	require.Equal(t, http.StatusNotFound, status)
	s.submit(s.event("charge.succeeded"))
	for _, other := range []string{"/inspect/deliveries", "/inspect/deliveries/dlv_1", "/inspect/deliveries/dlv_1/curl", "/inspect/types"} {
		_, _, body := s.get(other)
		require.NotContains(t, body, secret, other)
	}

	s.given = secret
	s.start()
	status, body = ask(path)
	require.Equal(t, http.StatusForbidden, status)
	require.NotContains(t, body, secret)
}
