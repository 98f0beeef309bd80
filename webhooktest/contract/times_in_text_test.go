package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Another time in a text is no change, in whichever line of a log it stands; another word
// or number is one.
func TestTimesInTexts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, before, after string }{
		{"RFC 3339", "2026-11-21T23:20:16Z", "2026-11-22T01:02:03Z"},
		{"RFC 3339 with a zone", "2026-11-21T23:20:16.123+01:00", "2026-11-22T01:02:03.456+01:00"},
		{"compact", "20261121T232016Z", "20261122T010203Z"},
		{"of HTTP", "Sat, 21 Nov 2026 23:20:16 GMT", "Sun, 22 Nov 2026 01:02:03 GMT"},
		{"of a log", "2026/11/21 23:20:16", "2026/11/22 01:02:03"},
		{"of syslog", "Nov 21 23:20:16", "Dec  2 01:02:03"},
		{"a day", "2026-11-21", "2026-11-22"},
		{"a day with its month in words", "21 Nov 2026", "1 Dec 2026"},
		{"a day in German", "21.11.2026", "22.11.2026"},
		{"a day in American", "11/21/2026", "11/22/2026"},
		{"a day in American words", "November 21", "December 2"},
		{"the clock", "23:20", "1:02"},
		{"the clock in American", "11:20 PM", "1:02 AM"},
		{"Unix", "1795303216", "1795309323"},
		{"Unix with a fraction", "1795303216.25", "1795309323.5"},
		{"Unix in milliseconds", "1795303216250", "1795309323500"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, log := range []string{
				"%", "paid at %", "% paid", "% paid\ntwo\nthree", "one\n(%) paid\nthree", "one\ntwo\npaid %", "%\n%\n%", "\n%\r\n",
			} {
				before, after := strings.ReplaceAll(log, "%", test.before), strings.ReplaceAll(log, "%", test.after)
				require.Empty(t, statediff.Between(before, after, nil).Lines(), "%q, then %q", before, after)
				require.NotEmpty(t, statediff.Between(before, after+" late", nil).Lines(), "a word more, in %q", before)
			}
		})
	}
	require.NotEmpty(t, statediff.Between("at 7\npaid 48", "at 7\npaid 96", nil).Lines(), "a number is no time")
	require.NotEmpty(t, statediff.Between("12:3", "12:4", nil).Lines(), "neither is a ratio")
}
