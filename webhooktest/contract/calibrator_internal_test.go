package contract

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A few named cases are over before the worker of an app takes up what it stored; a whole run
// is not, and in process it may last a second in all.
func TestRestOfWork(t *testing.T) {
	t.Parallel()
	handler := http.NotFoundHandler()
	for name, test := range map[string]struct {
		suite   Suite
		subject Subject
		want    time.Duration
	}{
		"named cases of a server":  {Suite{Only: []string{"idempotency/redelivered"}}, Subject{}, restOfWork},
		"a whole run":              {Suite{}, Subject{}, asyncSettle},
		"named cases in process":   {Suite{Only: []string{"idempotency/redelivered"}}, Subject{Handler: handler}, asyncSettle},
		"a user's own case folder": {Suite{Only: []string{"paid"}, Dir: "cases"}, Subject{}, asyncSettle},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := calibrator{&session{run: &run{suite: test.suite}, subject: test.subject}}
			require.Equal(t, test.want, c.rest())
		})
	}
}
