package stripeapi

import (
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// ids invents IDs and secrets outside the fixtures.
type ids struct {
	seed func() uint64

	mu   sync.Mutex
	rand *rand.Rand
}

func (i *ids) next() uint64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.rand == nil {
		i.rand = rand.New(rand.NewPCG(i.seed(), 0))
	}
	return i.rand.Uint64()
}

// id invents an ID of a kind, such as "req".
func (i *ids) id(kind string) string { return render.NewID(kind, i.next()) }

// secret invents the signing secret of a webhook endpoint.
func (i *ids) secret() string {
	return string(render.AppendDigits([]byte("whsec_"), render.Base62, 32, i.next()))
}

// idsIn returns the likely IDs in an object, including its own, without duplicates, in
// text order.
func idsIn(tree *node) (ids []string) {
	seen := make(map[string]bool) // a large object may contain very many
	note := func(s string) {
		if looksLikeID(s) && !seen[s] {
			seen[s] = true
			ids = append(ids, s)
		}
	}
	tree.walk(func(_, key string, v *node) {
		note(key)
		if v.kind == '"' {
			note(string(v.raw[1 : len(v.raw)-1])) // an ID needs no escapes
		}
	})
	return ids
}

// idOf returns the ID in a field, expanded or not.
func idOf(n *node) string {
	if n != nil && n.kind == '{' {
		return n.child("id").str()
	}
	return n.plain()
}

// looksLikeID distinguishes IDs ("cus_Nx12") from names of states ("requires_capture").
func looksLikeID(s string) bool {
	prefix, rest := cutPrefix(s)
	return prefix != "" && rest != "" && strings.ContainsFunc(rest, func(r rune) bool { return r < 'a' }) && !strings.ContainsFunc(rest, notBase62)
}

func notBase62(r rune) bool { return r > 'z' || !strings.ContainsRune(render.Base62, r) }

// cutPrefix splits an ID at the last underscore after lower-case letters: sub_sched and
// 1Qd0….
func cutPrefix(id string) (prefix, rest string) {
	at := strings.LastIndexByte(id, '_')
	if at <= 0 || strings.ContainsFunc(id[:at], func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return "", ""
	}
	return id[:at], id[at+1:]
}
