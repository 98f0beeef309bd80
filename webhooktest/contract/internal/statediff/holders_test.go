package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A row of others stays when the tables inside it change: what is in them is compared.
func TestHoldersAreComparedInside(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	type list = []any
	const cus, other = "cus_NffrFeUfNV2Hib", "cus_4EIki2kzjzxFDI"
	names := Normalizer{cus: "{cus}", "evt_1NffrFeufnv2hib": eventName}
	tenant := func(accounts any) object { return object{"name": "main", "accounts": accounts} }
	counts := func(n float64) object { return object{"sum": 42 * n, "payments": n} }
	for _, test := range []struct {
		name, why     string
		before, after any
		want          []string // places
	}{
		{"a map by customer", "another's sums stay", list{tenant(object{other: counts(3)})},
			list{tenant(object{other: counts(3), cus: counts(1)})},
			[]string{"state[].accounts.{cus}", "state[].accounts.{cus}.payments", "state[].accounts.{cus}.sum"}},
		{"a second payment", "the sums of the same customer", list{tenant(object{other: counts(3), cus: counts(1)})},
			list{tenant(object{other: counts(3), cus: counts(2)})},
			[]string{"state[].accounts.{cus}.payments", "state[].accounts.{cus}.sum"}},
		{"the first account", "an empty table is one, too", list{tenant(object{})},
			list{tenant(object{cus: counts(1)})},
			[]string{"state[].accounts.{cus}", "state[].accounts.{cus}.payments", "state[].accounts.{cus}.sum"}},
		{"no table yet", "as Go encodes a nil map", list{tenant(nil)},
			list{tenant(object{cus: counts(1)})},
			[]string{"state[].accounts.{cus}", "state[].accounts.{cus}.payments", "state[].accounts.{cus}.sum"}},
		{"a list of rows", "a tenant with its payments", list{tenant(list{object{"id": other, "cents": 5.0}})},
			list{tenant(list{object{"id": other, "cents": 5.0}, object{"id": cus, "cents": 7.0}})},
			[]string{"state[].accounts[]"}},
		{"a list of ids", "a feature and who has it", list{tenant(list{other})}, list{tenant(list{other, cus})},
			[]string{"state[].accounts[]"}},
		{"a count beside the table", "both change", list{object{"name": "main", "total": 3.0, "accounts": list{other}}},
			list{object{"name": "main", "total": 4.0, "accounts": list{other, cus}}}, []string{"state[].accounts[]", "state[].total"}},
		{"deep inside", "a struct is no table", list{object{"name": "main", "data": object{"by": object{other: 1.0}}}},
			list{object{"name": "main", "data": object{"by": object{other: 1.0, cus: 2.0}}}}, []string{"state[].data.by.{cus}"}},
		{"one of two tenants", "the names tell them apart", list{tenant(list{other}), object{"name": "two", "accounts": list{}}},
			list{tenant(list{other}), object{"name": "two", "accounts": list{cus}}}, []string{"state[].accounts[]"}},
		{"another tenant", "it is no longer the same row", list{tenant(list{other})},
			list{object{"name": "two", "accounts": list{other, cus}}}, []string{"state[]", "state[], removed"}},
		{"the row of an object of ours", "it is a row of that object, whatever it lists",
			list{object{"customer": cus, "features": list{"a"}}}, list{object{"customer": cus, "features": list{"a", "b"}}},
			[]string{"state[]", "state[], removed"}},
	} {
		require.Equal(t, test.want, Between(test.before, test.after, names).Places(), "%s (%s)", test.name, test.why)
	}
}
