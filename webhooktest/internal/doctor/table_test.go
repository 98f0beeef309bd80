package doctor

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// everyMistake is every row of the tables, with the ids that findings have.
func everyMistake() map[string]mistake {
	all := make(map[string]mistake)
	add := func(prefix string, rows ...mistake) {
		for _, m := range rows {
			all[prefix+m.id] = m
		}
	}
	for _, m := range headerMistakes {
		add("", m.mistake)
	}
	for _, a := range alterations {
		if a.undo != nil { // others are for handlers only
			add("", a.mistake)
		}
	}
	for _, s := range symptoms {
		add("", s.mistake)
	}
	for _, m := range secretMistakes {
		if m.right != nil {
			add("secret-", m.mistake)
		}
	}
	add("", headerLacks...)
	add("", headerJoined, emptySecretMistake, publicSecretMistake, requestMistake, otherSecretMistake, noV1Mistake, characterCut,
		unstampedMistake, undottedMistake, millisecondsMistake, signedMillisMistake, createdMistake, zoneMistake, otherSecondMistake,
		millisecondsUnitMark, oldMistake, futureMistake, schemeMistake, upperCaseMistake, shortMistake, longMistake)
	for i := range rewritings {
		add("", mistake{id: rewritings[i].id, says: rewritings[i].says(), cause: parserFirst, topic: forRawBody, languages: rewritings[i].languages})
	}
	return all
}

// A finding says what is wrong, why, and what to do: so must every row.
func TestTables(t *testing.T) {
	t.Parallel()
	languages := []string{"node", "python", "ruby", "php", "go", "java", "dotnet"}
	for id, m := range everyMistake() {
		require.Regexp(t, "^[a-z0-9]+(-[a-z0-9]+)*$", id)
		require.NotEqual(t, ".", m.says[max(0, len(m.says)-1):], id)
		require.NotEmpty(t, mends(m.topic, strings.Fields(m.languages)...), id)
		require.Subset(t, languages, strings.Fields(m.languages), id)
		if id != otherSecretMistake.id { // whose cause depends on the delivery
			require.NotEmpty(t, m.cause, id)
		}
	}
	for _, r := range remedies {
		require.True(t, r.language == "" || slices.Contains(languages, r.language), r.where)
		require.NotEmpty(t, r.where)
		require.NotEmpty(t, r.how)
	}
	ids := make(map[string]bool)
	for _, w := range rewritings {
		require.False(t, ids[w.id], "two rewritings are called %s", w.id)
		ids[w.id] = true
	}
}

// Every row is found in a test of webhooktest.Verify, which undoes real manglings
// and is judged by stripe-go. The exceptions are libraries that write the same bytes as
// one before them, and are named after that.
func TestEveryRowIsTested(t *testing.T) {
	t.Parallel()
	exceptions := []string{
		"jackson", "newtonsoft", // write as to_json does
		"json-generate-ascii", // as json.dumps does, or json_encode
		"rails-to-json",       // as a RawMessage is marshalled
	}
	files, err := filepath.Glob("../../verify_*test.go")
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
