package markup_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/markup"
)

func TestWriter(t *testing.T) {
	t.Parallel()
	var w markup.Writer
	w.Own("<p>")
	w.Put("<b title=\"", `"><script>`, "\">")
	w.Put("", "<i>&'", "</b>")
	w.Maybe("<i>", "", "</i>")
	w.Maybe("<i>", "said", "</i>")
	require.Equal(t, `<p><b title="&#34;&gt;&lt;script&gt;">&lt;i&gt;&amp;&#39;</b><i>said</i>`, w.String())
}
