package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConfigure: a file sets what the command line leaves open, in the words of each command.
func TestConfigure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, command, file string
		args                []string
		want                map[string]string
		err                 string
	}{
		{"texts, numbers, lists", "check", `{"to": "a", "seed": 7, "connect": true, "handles": ["a.b", "c.d"], "set": ["x=1", "y=2,3"]}`, nil,
			map[string]string{"to": "a", "seed": "7", "connect": "true", "handles": "[a.b,c.d]", "set": `[x=1,"y=2,3"]`}, ""},
		{"one of a list", "check", `{"handles": "a.b", "set": "x=1"}`, nil, map[string]string{"handles": "[a.b]", "set": "[x=1]"}, ""},
		{"flags win", "check", `{"to": "a", "handles": ["a.b"]}`, []string{"--handles", "c.d"}, map[string]string{"to": "a", "handles": "[c.d]"}, ""},
		{"one place of the state", "check", `{"state-postgres": "$DB", "state-tables": ["a"]}`, []string{"--state-cmd", "cat x"},
			map[string]string{"state-postgres": "", "state-tables": "[]", "state-cmd": "cat x"}, ""},
		{"listen forwards to it", "listen", `{"to": "a", "handles": ["a.b"]}`, nil, map[string]string{"forward-to": "[a]"}, ""},
		{"or to what is for it", "listen", `{"to": "a", "forward-to": ["b", "c"]}`, nil, map[string]string{"forward-to": "[b,c]"}, ""},
		{"a default that is a list", "listen", `{"events": ["invoice.paid"]}`, nil, map[string]string{"events": "[invoice.paid]"}, ""},
		{"what only run has", "check", `{"update": true}`, nil, nil, ""},
		{"nothing", "check", `{}`, nil, nil, ""},
		{"a version by another name", "check", `{"api-version": "stripe-go@82"}`, nil, map[string]string{"api-version": "2025-08-27.basil"}, ""},
		{"no such version", "check", "{\n\"api-version\": \"soon\"}", nil, nil, `f.json: line 2: "api-version": unknown API version "soon"`},
		{"a list of numbers", "check", `{"handles": [1]}`, nil, nil, `f.json: line 1: "handles": want a text or a list of texts`},
		{"a number with a point", "listen", `{"queue": 1.5}`, nil, nil, `"queue": "1.5": want a whole number`},
		{"a number that is too large", "check", `{"seed": 99999999999999999999}`, nil, nil, `"seed": "99999999999999999999": want a whole number, 0 or more`},
		{"no duration", "check", `{"settle": "soon"}`, nil, nil, `"settle": "soon": want a duration such as 10s or 2m`},
		{"an empty text", "listen", `{"to": ""}`, nil, nil, `line 1: "to" is empty: leave it out`},
		{"an empty text in a list", "check", `{"handles": ["a.b", ""]}`, nil, nil, `"handles" is empty: leave it out`},
		{"no database", "check", `{"state-postgres": "pass"}`, nil, nil, `"state-postgres": want a URI, such as postgres://user@localhost:5432/shop, or $NAME`},
		{"null", "check", `{"to": null}`, nil, nil, `"to": want a text`},
		{"a flag of no setting", "check", `{"help": true}`, nil, nil, `unknown key "help"`},
		{"the file itself", "check", `{"config": "x"}`, nil, nil, `unknown key "config"`},
		{"a key", "listen", `{"api-key": "sk_test_x"}`, nil, nil, `"api-key" is not for a file: give --api-key with a variable`},
		{"a header", "check", `{"header": ["Authorization: Bearer x"]}`, nil, nil, `"header" holds a secret`},
		{"a password in a URL", "check", `{"state-url": "http://me:pass@localhost/x"}`, nil, nil, `"state-url" holds a secret`},
		{"no object", "check", `[]`, nil, nil, "f.json: want a JSON object"},
		{"empty", "check", ``, nil, nil, "f.json: want a JSON object"},
		{"two", "check", `{} {}`, nil, nil, "f.json: line 1: more than one JSON value"},
		{"cut off", "check", "{\"to\": \"a\",\n", nil, nil, "f.json: line 1: it ends before the object does"},
		{"cut off in a text", "check", "{\"to\": \"a\",\n\"ha", nil, nil, "f.json: line 2: it ends before the object does"},
	} {
		root := newRoot(system())
		cmd, _, err := root.Find([]string{test.command})
		require.NoError(t, err)
		require.NoError(t, cmd.ParseFlags(test.args), test.name)
		err = configure(shell{err: new(bytes.Buffer)}, cmd, root, "f.json", []byte(test.file))
		if test.err != "" {
			require.ErrorContains(t, err, test.err, test.name)
			require.NotContains(t, err.Error(), "pass", test.name)
			continue
		}
		require.NoError(t, err, test.name)
		for flag, want := range test.want {
			require.Equal(t, want, cmd.Flags().Lookup(flag).Value.String(), "%s: %s", test.name, flag)
		}
	}
}

// What a file has set is not in the line that repeats a case.
func TestAgainLeavesOutTheFile(t *testing.T) {
	t.Parallel()
	cmd := rootFor(system(), []string{"check"}).Commands()[0]
	require.NoError(t, cmd.ParseFlags([]string{"--config", "my.json", "--connect"}))
	require.NoError(t, configure(shell{err: new(bytes.Buffer)}, cmd, newRoot(system()), "my.json", []byte(`{"to": "a", "thin": true}`)))
	require.Equal(t, " --config my.json --connect", again(cmd))
}
