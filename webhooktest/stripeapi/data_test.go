package stripeapi

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// Every object that events carry has a row in routes.txt, and the rows name events that
// there are.
func TestRoutes(t *testing.T) {
	c := known()
	for _, r := range routes.All() {
		if r.Event != "" {
			_, err := stateIn(r.Kinds[0], r.Event)
			require.NoError(t, err, "%s", r.Path)
		}
	}
	unfetched := []string{
		"application", "billing.alert_triggered", "entitlements.active_entitlement_summary", // have no path
		"item", "line_item", // parts of others
		"financial_connections.authorization", "reserve.hold", "reserve.plan", "reserve.release", // no SDK fetches them
	}
	for name := range c.kinds {
		if !slices.Contains(unfetched, name) {
			require.True(t, slices.ContainsFunc(routes.All(), func(r routes.Route) bool { return slices.Contains(r.Kinds, name) }), name)
		}
	}
}

// What writes.json names exists, and each change has a place in its object.
func TestWrites(t *testing.T) {
	c := known()
	routed := func(kind string) bool {
		return slices.ContainsFunc(routes.All(), func(r routes.Route) bool { return slices.Contains(r.Kinds, kind) })
	}
	check := func(kind string, to changeTo) {
		t.Helper()
		require.True(t, routed(kind), kind)
		for _, event := range []string{to.Event, to.Manual} {
			_, err := stateOf(kind, changeTo{Event: event})
			require.NoError(t, err)
		}
		template := c.kind(kind).template.clone()
		for path, raw := range to.Set {
			_, isKnown := c.kinds[kind]
			require.True(t, template.set(path, mustNode(raw)) || !isKnown, "%s: %s", kind, path)
		}
	}
	for kind, to := range writes().Create {
		check(kind, to)
	}
	for kind, to := range writes().Delete {
		check(kind, to)
	}
	for kind, actions := range writes().Actions {
		for _, to := range actions {
			check(kind, to)
		}
	}
	for _, f := range writes().Fitting {
		check(f.Kind, f.changeTo)
		for field := range f.If {
			require.NotNil(t, c.kind(f.Kind).template.child(field), "%s: %s", f.Kind, field)
		}
	}
	for kind := range writes().Required {
		require.True(t, routed(kind) || kind == endpointKind, kind)
	}
	for kind := range writes().Lists {
		require.True(t, routed(kind), kind)
	}
	used := make(map[string]bool)
	for _, k := range c.kinds {
		for _, key := range k.template.keys {
			used[key] = true
		}
	}
	for _, field := range writes().UnlessGiven {
		require.True(t, used[field], "%s is no field", field)
	}
}

// Rendered, no template has a placeholder left.
func TestTemplates(t *testing.T) {
	placeholder := regexp.MustCompile(`"[^"]*\{[a-z][^"]*"`)
	for name, k := range known().kinds {
		b := render.NewBindings(1, name, time.Now().Unix())
		require.Empty(t, placeholder.FindString(string(fill(b, k.template).encode())), name)
		require.Equal(t, name, k.template.child("object").str())
	}
}

// An object binds the placeholders that it was made with: filled again, the template is the same.
func TestLearn(t *testing.T) {
	for name, k := range known().kinds {
		b := render.NewBindings(1, name, 1700000000)
		first := fill(b, k.template)
		again := render.NewBindings(2, name, 1)
		learnTime(again, k.template, first)
		learn(again, k.template, first)
		second := fill(again, k.template)
		if k.template.child("created") == nil || k.template.child("id") == nil {
			continue // it says not when it was made, or is not fetched
		}
		require.Equal(t, string(first.encode()), string(second.encode()), name)
	}
}

// The ids in an object that was added lead to objects, and the ids in those to
// others, as long as one likes.
func TestReferencesExist(t *testing.T) {
	realpart.Long(t)
	c := known()
	for name, k := range c.kinds {
		if k.id == "" || urlOf(name) == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			api := &Server{Seed: 1}
			made := fill(render.NewBindings(1, name, 1700000000), k.template)
			require.NoError(t, api.Put(made.encode()))
			seen := make(map[string]bool)
			api.follow(t, made, seen, 3)
			require.True(t, len(seen) > 0 || name == "coupon") // whose ids have no form
		})
	}
}

// follow fetches everything that an object refers to, some levels deep.
func (s *Server) follow(t *testing.T, tree *node, seen map[string]bool, levels int) {
	t.Helper()
	var ids []string
	tree.walk(func(_, key string, v *node) {
		if id := v.str(); looksLikeID(id) && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	})
	for _, id := range ids {
		for _, kind := range known().byPrefix(id) {
			url := urlOf(kind)
			if url == "" || levels == 0 {
				continue
			}
			r := httptest.NewRequestWithContext(t.Context(), "GET", url+"/"+id, nil)
			r.Header.Set("Authorization", "Bearer sk_test_x")
			answer := httptest.NewRecorder()
			s.ServeHTTP(answer, r)
			require.Equal(t, 200, answer.Code, "%s: %s", kind, answer.Body)
			got := mustNode(answer.Body.Bytes())
			require.Equal(t, []string{id, kind}, []string{got.child("id").str(), got.child("object").str()})
			s.follow(t, got, seen, levels-1)
		}
	}
}

// What is kept is bounded, by number and by size; the oldest goes first.
func TestKept(t *testing.T) {
	var gone []int
	k := kept[int, string]{count: 3, bytes: 10, forgotten: func(key int, _ string) { gone = append(gone, key) }}
	for i, size := range []int{1, 1, 1, 1, 9, 20} {
		k.put(i, fmt.Sprint(i), size)
	}
	require.Equal(t, []int{0, 1, 2, 3, 4}, gone)
	require.Equal(t, []int{1, 20}, []int{k.len(), k.size})
	k.put(5, "again", 2)
	k.put(6, "six", 2)
	k.put(5, "newest now", 2)
	var order []int
	for key := range k.newest() {
		order = append(order, key)
	}
	require.Equal(t, []int{5, 6}, order)
	k.remove(7)
	k.remove(6)
	require.Equal(t, []int{1, 2}, []int{k.len(), k.size})
	_, ok := k.get(6)
	require.False(t, ok)
}

func TestForgetting(t *testing.T) {
	realpart.Long(t)
	s := &Server{}
	g := s.built().graph
	g.events.kept.count, g.events.kept.bytes, g.objects.kept.count = 2, KeptBytes, 3
	for i := range 5 {
		event := fmt.Sprintf(`{"object":"event","id":"evt_1A%d","type":"customer.created","created":%d,"data":{"object":{"object":"customer","id":"cus_A%d"}}}`, i, 1700000000+i, i)
		require.NoError(t, s.Add([]byte(event)))
	}
	require.Equal(t, []int{2, 3, 3}, []int{g.events.kept.len(), g.objects.kept.len(), len(g.objects.byID)})
	_, ok := s.Object("customer", "cus_A1")
	require.False(t, ok)
	_, ok = s.Object("customer", "cus_A2")
	require.True(t, ok)
	for range KeptCalls + 5 {
		s.record(Call{})
	}
	calls := s.Calls()
	require.Equal(t, []int{KeptCalls, 6, KeptCalls + 5}, []int{len(calls), calls[0].N, calls[len(calls)-1].N})
	require.Equal(t, KeptCalls+5, s.Called())
	require.Len(t, s.CallsSince(KeptCalls+3), 2)
	require.Empty(t, s.CallsSince(s.Called()))
}

func (k *kept[K, V]) len() int { return k.order.Len() }
