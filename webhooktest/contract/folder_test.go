package contract_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// folderOf writes files into a folder of their own.
func folderOf(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		place := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(place), 0o755))
		require.NoError(t, os.WriteFile(place, []byte(text), 0o644))
	}
	return dir
}

const paidCase = `{"format": 1, "events": {"e": {"type": "invoice.paid"}}, "steps": [{"send": "e", "expect": "2xx"}]}`

// caseWith is a case with a key more.
func caseWith(key string) string {
	return strings.Replace(paidCase, `"format": 1,`, `"format": 1, `+key+`,`, 1)
}

// caseSending is a case with another event and step.
func caseSending(event, step string) string {
	return fmt.Sprintf("{\"format\": 1, \"events\": {\"e\": %s},\n \"steps\": [\n %s\n]}", event, step)
}

func TestFolderIsSearched(t *testing.T) {
	t.Parallel()
	dir := folderOf(t, map[string]string{
		"paid.json":                paidCase,
		"billing/late/paid.json":   paidCase,
		"billing/Described.json":   caseWith(`"$schema": "x", "title": "T", "level": "should", "source": "us"`),
		"waivers.json":             `{"format": 1, "waivers": []}`,
		"notes.txt":                "{",
		"payloads/paid.json":       paidCase,
		"billing/golden/paid.json": "not JSON",
		".git/x.json":              paidCase,
		".hidden.json":             "{",
	})
	cases, err := contract.Suite{Dir: dir}.Cases()
	require.NoError(t, err)
	var found []string
	for _, c := range cases {
		found = append(found, c.ID+" "+c.Level+" "+c.Title+" "+c.Requirement+" "+c.Source)
	}
	require.Equal(t, []string{
		"billing/Described should T T us",
		"billing/late/paid must billing/late/paid billing/late/paid ",
		"paid must paid paid ",
	}, found)

	cases, err = contract.Suite{Dir: dir, Only: []string{"billing/late"}}.Cases()
	require.NoError(t, err)
	require.Len(t, cases, 1, "a group")
	_, err = contract.Suite{Dir: dir, Only: []string{"payd"}}.Cases()
	require.ErrorContains(t, err, `no case or group "payd": did you mean paid`)
}

// Whatever is in a folder: the error says which file, where in it, and how to fix it.
func TestBadCases(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"no case", map[string]string{"a.json": `{"x": 1}`}, []string{"no cases in", "with steps"}},
		{"truncated", map[string]string{"a.json": paidCase[:60]}, []string{"a.json: line 1, column 60: unexpected end of JSON input"}},
		{"two values", map[string]string{"a.json": paidCase + paidCase}, []string{"a.json: line 1, column", "after top-level value"}},
		{"deep", map[string]string{"a.json": strings.Repeat("[", 1<<20)}, []string{"a.json: line 1, column", "exceeded max depth"}},
		{"huge", map[string]string{"a.json": strings.Repeat(" ", 8<<20) + paidCase}, []string{"a.json: larger than 8 MiB"}},
		{"binary", map[string]string{"a.json": "\x00\xff"}, []string{"a.json: line 1, column 1: invalid character"}},
		{"no steps", map[string]string{"a.json": "{\"format\": 1,\n\"events\": {}, \"stepz\": []}"}, []string{"a.json: line 2: events without steps"}},
		{"steps are none", map[string]string{"a.json": `{"format": 1, "steps": []}`}, []string{"a.json: a case has either steps or a check"}},
		{"an unknown key", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "expct": "2xx"}`)}, []string{`a.json: line 3: unknown key "expct": did you mean expect`}},
		{"a number", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "expect": 200}`)}, []string{"a.json: line 3: 200: want a text"}},
		{"null", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": null, "expect": "200"}`)}, []string{"a.json: line 3: null: leave the key out"}},
		{"a duration", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "within": "soon"}`)}, []string{`a.json: line 3: time: invalid duration "soon"`}},
		{"an expectation", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "expect": "fine"}`)}, []string{`a.json: line 3: step 1: expectation "fine"`}},
		{"a format", map[string]string{"a.json": strings.Replace(paidCase, "1", "2", 1)}, []string{"a.json: format 2: want 1"}},
		{"a type", map[string]string{"a.json": caseSending(`{"type": "invoice.payed"}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": unknown event type "invoice.payed": did you mean invoice.paid`}},
		{"a given type", map[string]string{"a.json": caseWith(`"given": {"T": "invoice.payed"}`)}, []string{`a.json: line 1: unknown event type "invoice.payed"`}},
		{"a name", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "f", "expect": "2xx"}`)}, []string{`a.json: line 3: step 1: no event is named "f"`}},
		{"a mutation", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "mutate": ["unsined"], "expect": "2xx"}`)}, []string{"a.json: line 3: step 1: ", "unsined"}},
		{"nothing expected", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "expect": "any"}`)}, []string{"a.json: line 2: nothing is expected"}},
		{"the same id", map[string]string{"paid.json": paidCase, "paid.JSON": paidCase}, []string{"paid.json: line 1: another case has the id paid too", "paid.JSON"}},
		{"no payload", map[string]string{"a.json": caseSending(`{"file": "payloads/x.json"}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": `, "x.json: " + noSuchFile(t)}},
		{"no payloads", map[string]string{"a.json": caseSending(`{"payloads": "payloads/*.json"}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": "payloads/*.json": no file has this name`}},
		{"a broken payload", map[string]string{"payloads/x.json": "{\n}}", "a.json": caseSending(`{"file": "payloads/x.json"}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": `, "x.json: line 2, column"}},
		{"a folder as payload", map[string]string{"payloads/x.json/y": "", "a.json": caseSending(`{"file": "payloads/x.json"}`, `{"send": "e", "expect": "2xx"}`)}, []string{"x.json: not a regular file"}},
		{"outside", map[string]string{"a.json": caseSending(`{"file": "../x.json"}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": "../x.json": want a path inside the folder`}},
		{"absolute", map[string]string{"a.json": caseSending(`{"file": "/etc/passwd"}`, `{"send": "e", "expect": "2xx"}`)}, []string{`"/etc/passwd": want a path inside the folder`}},
		{"two sources", map[string]string{"a.json": caseSending(`{"type": "invoice.paid", "file": "x.json"}`, `{"send": "e", "expect": "2xx"}`), "x.json": "{}"}, []string{`event "e": want one of type, file and payloads`}},
		{"about in a circle", map[string]string{"a.json": caseSending(`{"type": "invoice.paid", "about": "e"}`, `{"send": "e", "expect": "2xx"}`)}, []string{`the events are about each other`}},
		{"about a payload", map[string]string{"x.json": "{}", "a.json": `{"format": 1, "events": {"p": {"file": "x.json"}, "e": {"type": "invoice.paid", "about": "p"}}, "steps": [{"send": "e", "expect": "2xx"}]}`}, []string{`event "e": about "p": the objects of a payload`}},
		{"a version", map[string]string{"a.json": caseSending(`{"type": "invoice.paid", "version": 99}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": version 99: invoice.paid has`}},
		{"a path", map[string]string{"a.json": caseSending(`{"type": "invoice.paid", "set": {"data.object.amout_paid": 1}}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": no such path "data.object.amout_paid": did you mean data.object.amount_paid`}},
		{"a path of a payload", map[string]string{"payloads/x.json": "{}", "a.json": caseSending(`{"file": "payloads/x.json", "set": {"id": 1}}`, `{"send": "e", "expect": "2xx"}`)}, []string{`a.json: line 1: event "e": no such path "id"`}},
		{"golden elsewhere", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "golden": "a.json"}`)}, []string{`a.json: line 3: step 1: golden "a.json": want a .json file in a folder called golden`}},
		{"golden outside", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "golden": "../golden/a.json"}`)}, []string{"want a path inside the folder"}},
		{"never captured", map[string]string{"a.json": `{"format": 1, "events": {"e": {"type": "invoice.paid", "add": {"data.object.metadata.o": "{o}"}}},
			"steps": [{"send": "e", "expect": "2xx", "capture": {"o": "body:id"}}]}`}, []string{`a.json: line 2: step 1: event "e" needs {o}, which no earlier step captures`}},
		{"a capture", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "expect": "2xx", "capture": {"o": "id"}}`)}, []string{`capture o: "id": want body:PATH or header:NAME`}},
		{"a regular expression", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "expect_header": {"X": "~("}}`)}, []string{"a.json: line 3: step 1: expect_header X: error parsing regexp"}},
		{"a variable", map[string]string{"a.json": caseWith(`"vars": {"Each": 1}`)}, []string{`a.json: line 1: variable "Each"`}},
		{"a placeholder", map[string]string{"a.json": caseWith(`"vars": {"x": "{nothing}"}`)}, []string{"a.json: line 1: unknown placeholder {nothing}"}},
		{"a million", map[string]string{"a.json": caseSending(`{"type": "invoice.paid"}`, `{"send": "e", "times": 1000000, "expect": "2xx"}`)}, []string{"times 1000000: want at most 10000"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.Suite{Dir: folderOf(t, test.files)}.Cases()
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
	_, err := contract.Suite{Dir: "nowhere"}.Cases()
	require.ErrorContains(t, err, "folder of cases nowhere: ")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = contract.Suite{Dir: t.TempDir()}.Cases()
	require.ErrorContains(t, err, "no cases in ")
}

// A link out of the folder is not followed.
func TestFolderKeepsToItself(t *testing.T) {
	t.Parallel()
	outside := folderOf(t, map[string]string{"secret.json": `{"type": "invoice.paid"}`})
	dir := folderOf(t, map[string]string{"a.json": caseSending(`{"file": "payloads/secret.json"}`, `{"send": "e", "expect": "2xx"}`)})
	if err := os.Symlink(outside, filepath.Join(dir, "payloads")); err != nil {
		t.Skipf("no links for this user, as is usual on Windows: %v", err)
	}
	_, err := contract.Suite{Dir: dir}.Cases()
	require.ErrorContains(t, err, "path escapes from parent")
}

// Each case is in one shard, whatever else is in the folder.
func TestShards(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	all := make(map[string]string)
	for i := range 40 {
		all[fmt.Sprintf("case%d.json", i)] = paidCase
	}
	dir, seen := folderOf(t, all), make(map[string]int)
	for part := 1; part <= 5; part++ {
		cases, err := contract.Suite{Dir: dir, Shard: fmt.Sprintf("%d/5", part)}.Cases()
		require.NoError(t, err)
		require.NotEmpty(t, cases, "of forty cases each shard should have some")
		for _, c := range cases {
			seen[c.ID] = part
		}
	}
	require.Len(t, seen, 40)
	alone := folderOf(t, map[string]string{"case7.json": paidCase})
	cases, err := contract.Suite{Dir: alone, Shard: fmt.Sprintf("%d/5", seen["case7"])}.Cases()
	require.NoError(t, err)
	require.Len(t, cases, 1)
	for _, bad := range []string{"0/5", "6/5", "1", "1/0", "a/b", "-1/5", "2/5/6"} {
		_, err := contract.Suite{Dir: dir, Shard: bad}.Cases()
		require.ErrorContains(t, err, "want which of how many, such as 2/5", bad)
	}
}
