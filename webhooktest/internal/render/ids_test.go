package render_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// rendered returns what a placeholder becomes in an event.
func rendered(t *testing.T, placeholder string, who render.Identity) string {
	t.Helper()
	template, err := render.Compile([]byte(`"{`+placeholder+`}"`), false)
	require.NoError(t, err)
	return strings.Trim(string(template.Append(nil, who)), `"`)
}

func TestIDShapes(t *testing.T) {
	t.Parallel()
	for placeholder, want := range map[string]string{
		"sub":         `sub_1[0-9A-Za-z]{23}`,
		"price:addon": `price_1[0-9A-Za-z]{23}`,
		"acct":        `acct_1[0-9A-Za-z]{15}`,
		"evt65":       `evt_65[0-9A-Za-z]{44}`,
		"coupon":      `[0-9A-Za-z]{8}`,
		"fingerprint": `[0-9A-Za-z]{16}`,
		"number":      `[0-9A-Z]{8}`,
		"handle":      `[0-9a-f]{12}`,
		"uuid":        `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`,
	} {
		require.Regexp(t, "^"+want+"$", rendered(t, placeholder, who), placeholder)
		require.Regexp(t, "^"+want+"$", render.NewID(placeholder, 7), placeholder)
	}
	require.Regexp(t, "^nosuch_1[0-9A-Za-z]{23}$", render.NewID("nosuch", 7), "a kind without a row has the usual shape")
}

// An app may keep its rows by any of these, and a check makes thousands of objects: two
// of one name would look like a row that is lost.
func TestFreshTextsDoNotCollide(t *testing.T) {
	t.Parallel()
	const objects = 100_000
	for _, placeholder := range []string{"coupon", "cus", "fingerprint", "handle", "number", "order", "secret"} {
		seen := make(map[string]bool, objects)
		for n := range objects {
			seen[render.NewID(placeholder, uint64(n))] = true
		}
		require.Len(t, seen, objects, placeholder)
	}
}

// Objects that are like others have their ids but for the last character, which differs.
func TestIDsAlike(t *testing.T) {
	t.Parallel()
	for n := range uint64(200) {
		first, like := render.NewIdentity(42, "", n, noon), render.NewIdentity(42, "", n+1000, noon)
		like.Objects.Like = first.Objects.Key
		for _, placeholder := range []string{"pi", "ch", "cus", "sub", "cs", "price:addon"} {
			one, other := rendered(t, placeholder, first), rendered(t, placeholder, like)
			require.Equal(t, one[:len(one)-1], other[:len(other)-1])
			require.NotEqual(t, one, other)
			require.Equal(t, other, render.Fill("{"+placeholder+"}", like.Objects))
		}
		for _, own := range []string{"evt", "req", "order", "handle", "number"} {
			one, other := rendered(t, own, first), rendered(t, own, like)
			require.NotEqual(t, one[:len(one)-1], other[:len(other)-1], own)
		}
	}
}

// Events agree on the ids of what they are about, and on nothing else.
func TestIDsAgree(t *testing.T) {
	t.Parallel()
	first := render.NewIdentity(42, "", 1, noon)
	about := render.NewIdentity(42, "", 2, noon)
	about.Objects = first.Objects
	other := render.NewIdentity(42, "", 2, noon)
	for _, placeholder := range []string{"pi", "cus", "price:addon", "secret"} {
		require.Equal(t, rendered(t, placeholder, first), rendered(t, placeholder, about), "%s of the same objects", placeholder)
		require.NotEqual(t, rendered(t, placeholder, first), rendered(t, placeholder, other), "%s of other objects", placeholder)
	}
	for _, placeholder := range []string{"evt", "req", "uuid"} {
		require.NotEqual(t, rendered(t, placeholder, first), rendered(t, placeholder, about), "%s is fresh in each event", placeholder)
	}
	require.NotEqual(t, rendered(t, "price:addon", first), rendered(t, "price", first), "the label tells two apart")
}

// A payment, its charge and the events about them share the beginning of their ids.
func TestIDFamily(t *testing.T) {
	t.Parallel()
	payment := strings.TrimPrefix(rendered(t, "pi", who), "pi_")
	for _, placeholder := range []string{"ch", "re", "tr", "evt3"} {
		_, id, _ := strings.Cut(rendered(t, placeholder, who), "_")
		require.Equal(t, payment[:16], id[:16], placeholder)
		require.NotEqual(t, payment[16:], id[16:], placeholder)
	}
}

func TestNewIdentity(t *testing.T) {
	t.Parallel()
	same := render.NewIdentity(42, "", 1, noon)
	require.Equal(t, same, render.NewIdentity(42, "", 1, noon), "the same seed gives the same")
	for reason, other := range map[string]render.Identity{
		"the seed":  render.NewIdentity(43, "", 1, noon),
		"the run":   render.NewIdentity(42, "r1", 1, noon),
		"the event": render.NewIdentity(42, "", 2, noon),
	} {
		require.NotEqual(t, same.Event, other.Event, reason)
		require.NotEqual(t, same.Objects.Key, other.Objects.Key, reason)
	}
	require.Equal(t, noon.Unix(), same.Created)
	require.Equal(t, noon.Unix(), same.Objects.Began)
}

func TestAppendDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, state := rapid.IntRange(0, 300).Draw(t, "n"), rapid.Uint64().Draw(t, "state")
		digits := string(render.AppendDigits([]byte("kept"), render.Lowercase, n, state))
		require.Len(t, digits, len("kept")+n)
		require.Empty(t, strings.Trim(digits[len("kept"):], render.Lowercase))
		require.Equal(t, digits, string(render.AppendDigits([]byte("kept"), render.Lowercase, n, state)))
	})
}

func TestSplitID(t *testing.T) {
	t.Parallel()
	for quoted, want := range map[string][2]string{
		`"pi_3MtwBwLkdIwHu7ix28a3tqPa"`:                         {"pi_3MtwBwLkdIwHu7ix28a3tqPa", ""},
		`"pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8H"`: {"pi_3MtwBwLkdIwHu7ix28a3tqPa", "_secret_YrKJUKribcBjcG8H"},
		`"sub_sched_1MtwBwLkdIwHu7ix28a3"`:                      {"sub_sched_1MtwBwLkdIwHu7ix28a3", ""},
		`"requires_payment_method"`:                             {},
		`"pi_short"`:                                            {},
		`"an id: pi_3MtwBwLkdIwHu7ix28a3tqPa"`:                  {},
		`4200`:                                                  {},
	} {
		id, rest, ok := render.SplitID(quoted)
		require.Equal(t, want, [2]string{id, rest}, quoted)
		require.Equal(t, want[0] != "", ok, quoted)
	}
}

func TestLongIDs(t *testing.T) {
	t.Parallel()
	long, err := render.LongIDs([]byte(`{"id": "ch_3MtwBwLkdIwHu7ix28a3tqPa", "again": "ch_3MtwBwLkdIwHu7ix28a3tqPa",
		"url": "/v1/charges/ch_3MtwBwLkdIwHu7ix28a3tqPa/refunds", "status": "requires_payment_method", "amount": 1.0}`))
	require.NoError(t, err)
	const id = `(ch_3MtwBwLkdIwHu7ix28a3tqPa[0-9A-Za-z]{228})`
	match := `^\{"id": "` + id + `", "again": "` + id + `",\s+"url": "/v1/charges/` + id + `/refunds", "status": "requires_payment_method", "amount": 1\.0\}$`
	require.Regexp(t, match, string(long))
	again, err := render.LongIDs(long)
	require.NoError(t, err)
	require.Equal(t, string(long), string(again), "long ids stay")
	_, err = render.LongIDs([]byte(`{`))
	require.Error(t, err)
}
