package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Whoever fails a case is told why, where it is documented, and how to fix it.
func TestCasesExplainThemselves(t *testing.T) {
	t.Parallel()
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	ids := make(map[string]bool)
	for _, c := range cases {
		assert.False(t, ids[c.ID], "%s: twice", c.ID)
		ids[c.ID] = true
		for what, text := range map[string]string{"title": c.Title, "requirement": c.Requirement, "hint": c.Hint, "why": c.Why, "mistake": c.Mistake} {
			assert.NotEmpty(t, text, "%s: %s", c.ID, what)
		}
		documented := strings.HasPrefix(c.Source, "https://") || strings.HasPrefix(c.Source, "bug: ")
		assert.True(t, documented, "%s: source %q is neither a page nor a bug", c.ID, c.Source)
		for _, language := range []string{"go", "node", "python", "ruby"} {
			assert.NotEmpty(t, c.Fix[language], "%s: fix in %s", c.ID, language)
		}
	}
}

func TestCasesAreSelected(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		suite contract.Suite
		want  []string
	}{
		{"one", contract.Suite{Only: []string{"signature/unsigned"}}, []string{"signature/unsigned"}},
		{"a group but for one", contract.Suite{Only: []string{"mode"}, Skip: []string{"mode/no-effect"}}, []string{"mode/acknowledged"}},
		{"a level of a group", contract.Suite{Only: []string{"control"}, Level: "info"}, []string{"control/clock"}},
	}
	for _, test := range tests {
		cases, err := test.suite.Cases()
		require.NoError(t, err, test.name)
		var ids []string
		for _, c := range cases {
			ids = append(ids, c.ID)
		}
		require.Equal(t, test.want, ids, test.name)
	}
	_, err := contract.Suite{Only: []string{"signature/unsinged"}}.Cases()
	require.ErrorContains(t, err, `no case or group "signature/unsinged": did you mean signature/unsigned`)
}
