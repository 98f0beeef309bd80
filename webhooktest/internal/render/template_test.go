package render_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// who is an event created at 12:00:00.5, about objects that began a minute before.
var who = render.Identity{
	Objects: render.Objects{Key: 1, Began: noon.Unix() - 60},
	Event:   2, Created: noon.Unix(), Nanos: 500e6,
}

var noon = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC) // 1795348800

func TestCompile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		livemode   bool
		want       string // a regular expression
	}{
		{"no placeholder", `{"a": "b", "c": [1, null]}`, false, `\{"a": "b", "c": \[1, null\]\}`},
		{"a time", `{"a": "{now}"}`, false, `\{"a": 1795348800\}`},
		{"an earlier time", `["{now-90s}"]`, false, `\[1795348710\]`},
		{"a time in days", `["{now+30d}"]`, false, `\[1797940800\]`},
		{"since the objects began", `["{then+1m}"]`, false, `\[1795348800\]`},
		{"a time as text", `["{time-15s}"]`, false, `\["2026-11-22T11:59:45\.500Z"\]`},
		{"test mode", `["{livemode}"]`, false, `\[false\]`},
		{"live mode", `["{livemode}"]`, true, `\[true\]`},
		{"an id", `["{cus}"]`, false, `\["cus_[0-9A-Za-z]{14}"\]`},
		{"ids inside a text", `["{pi}_secret_{secret}"]`, false, `\["pi_3[0-9A-Za-z]{23}_secret_[0-9A-Za-z]{25}"\]`},
		{"an id of test mode", `["{cs}"]`, false, `\["cs_test_a1[0-9A-Za-z]{56}"\]`},
		{"an id of live mode", `["{cs}"]`, true, `\["cs_live_a1[0-9A-Za-z]{56}"\]`},
		{"a key", `{"{price:addon}": 1}`, false, `\{"price_1[0-9A-Za-z]{23}": 1\}`},
		{"capitals in braces", `["{CHECKOUT_SESSION_ID}"]`, false, `\["\{CHECKOUT_SESSION_ID\}"\]`},
		{"a brace alone", `["{", "}", "a{b"]`, false, `\["\{", "\}", "a\{b"\]`},
		{"an escaped quote", `["\"{now}\""]`, false, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			template, err := render.Compile([]byte(test.text), test.livemode)
			if test.want == "" { // a time is a whole string only
				require.ErrorContains(t, err, "unknown placeholder {now}")
				return
			}
			require.NoError(t, err)
			require.Regexp(t, "^"+test.want+"$", string(template.Append(nil, who)))
		})
	}
	for _, name := range []string{"nosuch", "now-", "now+1x", "nosuch:label", "time/2"} {
		_, err := render.Compile([]byte(`["{`+name+`}"]`), false)
		require.EqualError(t, err, "unknown placeholder {"+name+"}: see the table in fixtures/README.md")
	}
}

func TestTemplateEvent(t *testing.T) {
	t.Parallel()
	template, err := render.Compile([]byte(`{"id": "{evt}", "about": "{cus}", "again": "{cus}", "at": "{now}"}`), false)
	require.NoError(t, err)
	body, id := template.Event(who)
	require.Contains(t, string(body), `{"id": "`+id+`"`)
	require.Equal(t, string(template.Append([]byte("kept "), who)), "kept "+string(body))
}
