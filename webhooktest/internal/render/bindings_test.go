package render_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

func TestFill(t *testing.T) {
	t.Parallel()
	b := render.NewBindings(1, "test", 1700000000)
	b.Livemode = true
	b.Bind("cus", "cus_Known1")
	b.Bind("cus", "cus_Later1") // the first counts
	b.Bind("quoted", `say "a\b"`)
	for _, test := range []struct{ name, pattern, want string }{
		{"a bound id", `"{cus}"`, `^"cus_Known1"$`},
		{"an invented id", `"{pm}"`, `^"pm_1[0-9A-Za-z]{23}"$`},
		{"an id of live mode", `"{cs}"`, `^"cs_live_a1[0-9A-Za-z]{56}"$`},
		{"a kind that no table has", `"{teapot}"`, `^"teapot_1[0-9A-Za-z]{23}"$`},
		{"several in a text", `"/v1/{cus}/{re:2}"`, `^"/v1/cus_Known1/re_3[0-9A-Za-z]{23}"$`},
		{"an id that JSON escapes", `"a {quoted}"`, `^"a say \\"a\\\\b\\""$`},
		{"the time", `"{now}"`, `^1700000000$`},
		{"a time before", `"{now-90s}"`, `^1699999910$`},
		{"a time as text", `"{time+1d}"`, `^"2023-11-15T22:13:20\.000Z"$`},
		{"the mode", `"{livemode}"`, `^true$`},
		{"capitals are text", `"{CHECKOUT_SESSION_ID}"`, `^"{CHECKOUT_SESSION_ID}"$`},
		{"a brace that does not end", `"{cus"`, `^"{cus"$`},
		{"no placeholder", `"plain"`, `^"plain"$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Regexp(t, test.want, string(b.Fill([]byte(test.pattern))))
		})
	}
	require.Equal(t, `"`+b.ID("pm")+`"`, string(b.Fill([]byte(`"{pm}"`))), "what was invented stays")
	require.Equal(t, b.IDs["pm"], b.ID("pm"))
	require.NotEqual(t, b.ID("pm"), render.NewBindings(1, "another", 1700000000).ID("pm"))
	require.NotEqual(t, b.ID("pm"), render.NewBindings(2, "test", 1700000000).ID("pm"))
	require.Equal(t, b.ID("pm"), render.NewBindings(1, "test", 5).ID("pm"), "the seed and the name decide")
}

func TestLearn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, pattern, actual string
		want                  map[string]string // beside pi
	}{
		{"a whole string", `"{cus}"`, `"cus_A1"`, map[string]string{"cus": "cus_A1"}},
		{"what is bound stays", `"{pi}"`, `"pi_3B"`, nil},
		{"a part", `"/v1/charges/{ch}/refunds"`, `"/v1/charges/ch_3A/refunds"`, map[string]string{"ch": "ch_3A"}},
		{"beside one that is bound", `"{pi}_secret_{secret}"`, `"pi_3A_secret_x1"`, map[string]string{"secret": "x1"}},
		{"beside one that is something else", `"{pi}_secret_{secret}"`, `"pi_3B_secret_x1"`, nil},
		{"two at once", `"{ch}/{re}"`, `"ch_3A/re_3A"`, nil},
		{"another text", `"/v1/charges/{ch}"`, `"/v1/refunds/re_3A"`, nil},
		{"nothing in its place", `"/v1/charges/{ch}"`, `"/v1/charges/"`, nil},
		{"an empty string", `"{cus}"`, `""`, nil},
		{"escapes", `"{cus}"`, `"a\"\u00e9"`, map[string]string{"cus": `a"é`}},
		{"a time", `"{now}"`, `"1"`, nil},
		{"the mode", `"{livemode}"`, `"true"`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := render.NewBindings(1, "test", 0)
			b.Bind("pi", "pi_3A")
			b.Learn([]byte(test.pattern), []byte(test.actual))
			want := map[string]string{"pi": "pi_3A"}
			for placeholder, id := range test.want {
				want[placeholder] = id
			}
			require.Equal(t, want, b.IDs)
		})
	}
}

func TestLearnTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern string
		actual  int64
		want    int64
	}{
		{`"{now}"`, 1700000000, 1700000000},
		{`"{now-90s}"`, 1700000000, 1700000090},
		{`"{now}"`, 0, 5},
		{`"{cus}"`, 1700000000, 5},
		{`"1700000000"`, 1700000000, 5},
	} {
		b := render.NewBindings(1, "test", 5)
		b.LearnTime([]byte(test.pattern), test.actual)
		require.Equal(t, test.want, b.Now, "%s %d", test.pattern, test.actual)
	}
}

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{pi}": "pi", "{price:addon}": "price:addon", "{now-2s}": "now-2s", "{pi}_secret": "", "a{pi}": "", "{PI}": "", "{pi": "", "": "", "pi": "", "{pi}{ch}": "",
	} {
		name, ok := render.Placeholder(text)
		require.Equal(t, want, name, text)
		require.Equal(t, want != "", ok, text)
	}
}

// A placeholder that the table of fixtures/README.md lacks is an error. A signing
// secret is not in it: no event carries one.
func TestUnknownPlaceholders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"whsec", "teapot", "thing:label", "nowish", "then+1"} {
		_, err := render.Compile([]byte(`{"id":"{`+name+`}"}`), false)
		require.ErrorContains(t, err, "unknown placeholder {"+name+"}: see the table in fixtures/README.md")
	}
	_, err := render.Compile([]byte(`{"id":"{pi}","note":"{CAPITALS} {","text":"`+strings.Repeat("x", 100)+`"}`), false)
	require.NoError(t, err)
}
