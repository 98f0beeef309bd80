package mistakes

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// everyMistake is every row of the tables, by the id that findings have.
func everyMistake() map[string]Mistake {
	all := map[string]Mistake{characterCut.ID: characterCut}
	for _, a := range Alterations {
		if a.Undo != nil { // others are for handlers only
			all[a.ID] = a.Mistake
		}
	}
	for _, m := range Secrets {
		if m.Right != nil {
			all["secret-"+m.ID] = m.Mistake
		}
	}
	for i := range rewritings {
		all[rewritings[i].id] = *rewritings[i].mistake(nil)
	}
	return all
}

// A finding says what is wrong, why, and how to fix it: so must every row.
func TestTables(t *testing.T) {
	t.Parallel()
	languages := []string{"node", "python", "ruby", "php", "go", "java", "dotnet"}
	for id, m := range everyMistake() {
		require.Regexp(t, "^[a-z0-9]+(-[a-z0-9]+)*$", id)
		require.False(t, strings.HasSuffix(m.Problem, "."), id)
		require.NotEmpty(t, m.Cause, id)
		require.NotEmpty(t, m.Fixes(), id)
		require.Subset(t, languages, strings.Fields(m.Languages), id)
	}
	for _, f := range fixes {
		require.True(t, f.language == "" || slices.Contains(languages, f.language), f.where)
		require.NotEmpty(t, f.where)
		require.NotEmpty(t, f.how)
	}
	ids := make(map[string]bool)
	for _, w := range rewritings {
		require.False(t, ids[w.id], "two rewritings are called %s", w.id)
		ids[w.id] = true
	}
}

// Every row is found in a test of package verify, which undoes real mistakes and is
// judged by stripe-go. The exceptions are libraries that write the same bytes as an
// earlier one, which gives the finding its name.
func TestEveryRowIsTested(t *testing.T) {
	t.Parallel()
	exceptions := []string{
		"jackson", "newtonsoft", // write what to_json writes
		"json-generate-ascii", // what json.dumps or json_encode writes
		"rails-to-json",       // what a marshaled RawMessage is
	}
	files, err := filepath.Glob("../../verify/*_test.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var tests strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		tests.Write(text)
	}
	for id := range everyMistake() {
		tested := regexp.MustCompile(`"([a-z0-9-]+ )*` + id + `( [a-z0-9-]+)*"`).MatchString(tests.String())
		require.Equal(t, !slices.Contains(exceptions, id), tested, id)
	}
}
