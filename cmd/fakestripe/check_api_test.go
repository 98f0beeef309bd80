package main

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The API that check serves is as guarded as that of listen.
func TestWhoMayTalkToTheAPIOfCheck(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			c := checking{api: on}
			c.access.hosts = []string{"stripe.test.example"}
			var printed bytes.Buffer
			stop, err := c.serveAPI(shell{out: io.Discard, err: &printed, getenv: func(string) string { return "" }})
			require.NoError(t, err)
			defer stop()
			_, port, _ := bytes.Cut(regexp.MustCompile(`http://\S+:\d+`).Find(printed.Bytes()), []byte("//"))
			base := "http://127.0.0.1" + string(port[bytes.LastIndexByte(port, ':'):])
			key := string(regexp.MustCompile(`sk_test_[0-9A-Z]+`).Find(printed.Bytes()))
			withoutKey := 401
			if on == "127.0.0.1:0" {
				require.Empty(t, key)
				key, withoutKey = "sk_test_any", 200
			}
			require.NotEmpty(t, key, "it is printed")
			for _, test := range []struct {
				name, path, host, key string
				header                http.Header
				want                  int
			}{
				{"an SDK", "/v1/events", "", key, nil, 200},
				{"an SDK of v2", "/v2/core/events", "", key, nil, 200},
				{"another key", "/v1/events", "", "sk_test_other", nil, withoutKey},
				{"another key for v2", "/v2/core/events", "", "sk_test_other", nil, withoutKey},
				{"a name that was given", "/v1/events", "stripe.test.example", key, nil, 200},
				{"a foreign name", "/v1/events", "evil.example", key, nil, 403},
				{"a foreign name for v2", "/v2/core/events", "evil.example", key, nil, 403},
				{"a page", "/v1/events", "", key, http.Header{"Origin": {"http://localhost:3000"}}, 403},
				{"a payment page under a foreign name", "/c/pay/cs_test_1", "evil.example", key, nil, 403},
			} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+test.path, nil)
				require.NoError(t, err)
				r.Host = test.host
				if test.header != nil {
					r.Header = test.header
				}
				r.Header.Set("Authorization", "Bearer "+test.key)
				answer, err := http.DefaultClient.Do(r)
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				require.Equal(t, test.want, answer.StatusCode, test.name)
			}
		})
	}
}
