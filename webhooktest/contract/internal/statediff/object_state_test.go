package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the shape of a state, what it says about an object is found by the object's name.
func TestObjectStates(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	type list = []any
	const sub, cus = "sub_1Nffrfeufnv2hib", "cus_NffrFeUfNV2Hib"
	for _, test := range []struct {
		name  string
		state any
		want  []string
	}{
		{"rows", object{"subs": list{object{"id": sub, "status": "active"}}}, []string{"state.subs[{sub}]"}},
		{"a map by id", object{"subs": object{sub: object{"status": "active"}}}, []string{"state.subs.{sub}"}},
		{"documents", list{object{"_id": 1, "stripe": object{"sub": sub, "status": "active"}}}, []string{"state[{sub}]"}},
		{"a map by id in a document", list{object{"plan": "pro", "stripe": object{"subs": object{sub: object{"status": "active"}}}}}, []string{"state[{sub}]"}},
		{"rows in a document", list{object{"plan": "pro", "subs": list{object{"id": sub, "status": "active"}}}}, []string{"state[].subs[{sub}]"}},
		{"rows in an object's document", object{cus: object{"plan": "pro", "subs": list{object{"id": sub, "status": "active"}}}},
			[]string{"state.{cus}", "state.{cus}.subs[{sub}]"}},
		{"rows deep in a document", list{object{"billing": object{"stripe": object{"subs": list{object{"id": sub, "status": "active"}}}}}},
			[]string{"state[].billing.stripe.subs[{sub}]"}},
		{"another's rows", list{object{"id": "sub_1Otherotherother", "subs": list{object{"id": "si_1Otherotherother"}}}}, nil},
	} {
		require.Equal(t, test.want, ObjectStates(test.state, Normalizer{sub: "{sub}", cus: "{cus}"}).Places(), test.name)
	}
}
