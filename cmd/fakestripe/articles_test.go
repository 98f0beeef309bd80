package main

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// An article before a word that is not known goes wrong before invoice.paid.
func TestArticlesFitTheirWords(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, folder := range []string{filepath.Join("..", "..", "internal"), filepath.Join("..", "..", "webhooktest"), "."} {
		for place, text := range literals(t, folder) {
			require.NotRegexp(t, article, text, place)
		}
	}
	require.Regexp(t, article, `"A "`)
}

var article = regexp.MustCompile(`(?:^|[^\w'])[Aa] (?:%[sqv]|.?$)`)
