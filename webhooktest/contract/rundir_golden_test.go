package contract_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A golden file is the same whatever ids, times and serial numbers there are, and
// shows what a change of the handler does.
func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{0, 60 * time.Millisecond} {
		t.Run(delay.String(), func(t *testing.T) {
			t.Parallel()
			dir := folderOf(t, map[string]string{"deep/a.json": caseSending(payment, `{"send": "e", "expect": "2xx", "golden": "golden/paid.json"}`)})
			s := &till{delay: delay}
			result := runOn(t, s, dir).Cases[0]
			require.Equal(t, contract.Fail, result.Verdict)
			require.Contains(t, result.Actual, "an update writes it")

			result = runOn(t, s, dir, updating).Cases[0]
			require.Equal(t, contract.Pass, result.Verdict, "%s", result)
			require.Equal(t, "written: deep/golden/paid.json", result.Reason)
			require.Equal(t, []string{"deep/golden/paid.json"}, result.Wrote)
			require.True(t, result.Golden)
			written, err := os.ReadFile(filepath.Join(dir, "deep/golden/paid.json"))
			require.NoError(t, err)
			require.Equal(t, `{
  "state.rows[]": [
    {
      "amount": 700,
      "at": "{time}",
      "event": "{event}",
      "object": "{e.data.object.id}",
      "serial": "{any}"
    }
  ]
}
`, string(written))
			left, err := os.ReadDir(filepath.Join(dir, "deep/golden"))
			require.NoError(t, err)
			require.Len(t, left, 1, "no temporary file")

			for range 2 { // the handler goes on where it was
				result = runOn(t, s, dir).Cases[0]
				require.Equal(t, contract.Pass, result.Verdict, "%s", result)
			}
			require.Empty(t, runOn(t, s, dir, updating).Cases[0].Reason, "nothing new")

			result = runOn(t, &till{off: -1, delay: delay}, dir).Cases[0]
			require.Equal(t, contract.Fail, result.Verdict)
			require.Equal(t, "the state of deep/golden/paid.json", result.Expected)
			require.Contains(t, result.Actual, "\n-       \"amount\": 700,\n+       \"amount\": 699,\n")
			require.NotContains(t, result.Actual, "serial\": \"n")
		})
	}
}

func TestGoldenFilesAreKept(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const golden = `{"state.rows[]": "{any}"}`
	files := map[string]string{"a.json": caseSending(payment, `{"send": "e", "expect": "2xx", "golden": "golden/x.json"}`), "golden/x.json": golden}
	require.Equal(t, contract.Pass, runOne(t, new(till), files).Verdict, "what its owner left open")

	// A case that fails writes nothing.
	files["golden/x.json"] = `{}`
	dir := folderOf(t, files)
	require.Equal(t, contract.Fail, runOn(t, &till{status: 500}, dir, updating).Cases[0].Verdict)
	text, err := os.ReadFile(filepath.Join(dir, "golden/x.json"))
	require.NoError(t, err)
	require.Equal(t, `{}`, string(text))

	// Without a state there is nothing to judge.
	s := new(till)
	report := check(t, contract.Suite{Dir: dir, New: func() contract.Subject { return contract.Subject{Handler: s} }})
	require.Equal(t, contract.Skip, report.Cases[0].Verdict)
	require.Contains(t, report.Cases[0].Reason, "needs what the handler stores")

	// Two states for one file are a mistake.
	dir = folderOf(t, map[string]string{
		"a.json":          caseSending(`{"payloads": "payloads/*.json"}`, `{"send": "e", "expect": "2xx", "golden": "golden/x.json"}`),
		"payloads/1.json": `{"type": "invoice.paid", "data": {"object": {"amount": 1}}}`,
		"payloads/2.json": `{"type": "invoice.paid", "data": {"object": {"amount": 2}}}`,
	})
	_, err = contract.Check(t.Context(), contract.Suite{Dir: dir, New: new(till).subject, Update: true})
	require.ErrorContains(t, err, "golden/x.json would be written with two states: give each a file, with {payload}")
}

// What is no golden file is the fault of its case: the other cases are run.
func TestGoldenFilesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file   string // "": a folder
		actual string
	}{
		"broken":   {"{\n]", "x.json: line 2, column 1"},
		"a list":   {"[]", "x.json: line 1, column 1"},
		"a folder": {"", "x.json: not a regular file"},
	} {
		files := map[string]string{
			"a.json": caseSending(payment, `{"send": "e", "expect": "2xx", "golden": "golden/x.json"}`),
			"b.json": caseSending(payment, `{"send": "e", "expect": "2xx"}`),
		}
		if test.file != "" {
			files["golden/x.json"] = test.file
		}
		dir := folderOf(t, files)
		if test.file == "" {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "golden/x.json"), 0o777))
		}
		cases := runOn(t, new(till), dir).Cases
		require.Equal(t, contract.Fail, cases[0].Verdict, name)
		require.Equal(t, "the state of golden/x.json", cases[0].Expected, name)
		require.Contains(t, cases[0].Actual, "there is nothing to compare with: "+filepath.Join(dir, "golden"), name)
		require.Contains(t, cases[0].Actual, test.actual, name)
		require.Equal(t, contract.Pass, cases[1].Verdict, "%s: %s", name, cases[1])
	}
}

// What is no file is not replaced, and nothing else that the case names is written.
func TestOnlyGoldenFilesAreReplaced(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	dir := folderOf(t, map[string]string{
		"a.json": caseSending(payment, `{"send": "e", "expect": "2xx", "golden": "golden/a.json"}, {"send": "e", "expect": "2xx", "golden": "golden/x.json"}`),
		"b.json": caseSending(payment, `{"send": "e", "expect": "2xx", "golden": "golden/b.json"}`),
	})
	taken := filepath.Join(dir, "golden/x.json")
	require.NoError(t, os.MkdirAll(taken, 0o777))
	cases := runOn(t, new(till), dir, updating).Cases
	require.Equal(t, contract.Fail, cases[0].Verdict)
	require.Equal(t, taken+": not a regular file: remove it, or let the case name another golden file", cases[0].Actual)
	require.Equal(t, "written: golden/b.json", cases[1].Reason)
	require.NoFileExists(t, filepath.Join(dir, "golden/a.json"))
	require.DirExists(t, taken)
}

// A golden file by which nothing has changed would hold for a handler that does nothing:
// that is remarked on, when it is written and when it is compared. A refusal has no effect.
func TestIdleGoldenFilesAreRemarkedOn(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const remark = "nothing changed in the state by golden/x.json: does the handler do anything for these events?"
	idle := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Stripe-Signature") == "" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	for _, c := range []struct{ name, step, want string }{
		{"no effect", `{"send": "e", "expect": "2xx", "golden": "golden/x.json"}`, remark},
		{"of a refusal", `{"send": "e", "mutate": ["unsigned"], "expect": "!2xx", "golden": "golden/x.json"}`, ""},
	} {
		dir := folderOf(t, map[string]string{"a.json": caseSending(payment, c.step)})
		suite := contract.Suite{Dir: dir, New: func() contract.Subject {
			return contract.Subject{Handler: idle, State: func(context.Context) (any, error) { return map[string]any{"rows": []any{}}, nil }}
		}}
		updated := suite
		updated.Update = true
		require.Contains(t, check(t, updated).Cases[0].Reason, c.want, c.name)
		result := check(t, suite).Cases[0]
		require.Equal(t, contract.Pass, result.Verdict, c.name)
		require.Equal(t, c.want, result.Reason, c.name)
	}
}
