package stripeapi

import (
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// ids invents ids and secrets that belong to no object of the fixtures.
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

// id invents an id of a kind, such as "req".
func (i *ids) id(kind string) string { return render.NewID(kind, i.next()) }

// secret invents the signing secret of a webhook endpoint.
func (i *ids) secret() string {
	return string(render.AppendDigits([]byte("whsec_"), render.Base62, 32, i.next()))
}

// idsIn returns what looks like an id in an object, its own as well, each once and in
// the order of the text.
func idsIn(tree *node) (ids []string) {
	seen := make(map[string]bool) // an object of megabytes may hold very many
	note := func(s string) {
		if looksLikeID(s) && !seen[s] {
			seen[s] = true
			ids = append(ids, s)
		}
	}
	tree.walk(func(_, key string, v *node) {
		note(key)
		if v.kind == '"' {
			note(string(v.raw[1 : len(v.raw)-1])) // an id needs no escapes
		}
	})
	return ids
}

// idOf returns the id in a field, expanded or not.
func idOf(n *node) string {
	if n != nil && n.kind == '{' {
		return n.child("id").str()
	}
	return n.plain()
}

// looksLikeID distinguishes ids ("cus_Nx12") from names of states ("requires_capture").
func looksLikeID(s string) bool {
	prefix, rest := cutPrefix(s)
	return prefix != "" && rest != "" && strings.ContainsFunc(rest, func(r rune) bool { return r < 'a' }) && !strings.ContainsFunc(rest, notBase62)
}

func notBase62(r rune) bool { return r > 'z' || !strings.ContainsRune(render.Base62, r) }

// cutPrefix cuts an id after its last underscore that follows small letters:
// sub_sched and 1Qd0….
func cutPrefix(id string) (prefix, rest string) {
	at := strings.LastIndexByte(id, '_')
	if at <= 0 || strings.ContainsFunc(id[:at], func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return "", ""
	}
	return id[:at], id[at+1:]
}
