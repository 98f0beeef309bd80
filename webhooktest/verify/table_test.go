package verify

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// everyMistake is every row of this package's tables.
func everyMistake() []mistakes.Mistake {
	all := append([]mistakes.Mistake{
		headerJoined, headerRenamed, emptySecretMistake, publicSecretMistake, requestMistake, otherSecretMistake, noV1Mistake,
		unstampedMistake, undottedMistake, millisecondsMistake, signedMillisMistake, createdMistake, zoneMistake, otherSecondMistake,
		millisecondsUnitMark, oldMistake, futureMistake, schemeMistake, upperCaseMistake, shortMistake, longMistake,
	}, headerLacks...)
	for _, m := range headerMistakes {
		all = append(all, m.Mistake)
	}
	for _, s := range symptoms {
		all = append(all, s.Mistake)
	}
	return all
}

// A finding says what is wrong, why, and how to fix it: so must every row. And every
// row is found in a test, which undoes real mistakes and is judged by stripe-go.
func TestTables(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var tests strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		tests.Write(text)
	}
	for _, m := range everyMistake() {
		require.Regexp(t, "^[a-z0-9]+(-[a-z0-9]+)*$", m.ID)
		require.False(t, strings.HasSuffix(m.Problem, "."), m.ID)
		require.NotEmpty(t, m.Fixes(), m.ID)
		if m.ID != otherSecretMistake.ID { // its cause depends on the delivery
			require.NotEmpty(t, m.Cause, m.ID)
		}
		require.Regexp(t, regexp.MustCompile(`"([a-z0-9-]+ )*`+m.ID+`( [a-z0-9-]+)*"`), tests.String())
	}
}
