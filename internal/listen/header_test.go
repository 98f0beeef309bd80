package listen

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// The transport may still write the request when the answer is there: what it adds
// then must not change what is kept, which others read.
func TestWhatIsWrittenAfterTheAnswer(t *testing.T) {
	t.Parallel()
	var sent requestHeader
	sent.add("Host", []string{"localhost"})
	kept := sent.header()
	sent.add("X-Late", []string{"1"})
	require.Equal(t, http.Header{"Host": {"localhost"}}, kept)
	require.Nil(t, new(requestHeader).header())
}
