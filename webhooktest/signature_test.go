package webhooktest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/racetest"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A vector is a signature that other implementations agree on: stripe-node and
// stripe-ruby made those of testdata/vectors.json.
type vector struct {
	Name, Secret, Body, V1 string
	Timestamp              int64
}

func vectors(t *testing.T) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var all []vector
	require.NoError(t, json.Unmarshal(data, &all))
	require.Len(t, all, 6)
	return all
}

func TestSign(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			body, at := []byte(v.Body), time.Unix(v.Timestamp, 0)
			want := fmt.Sprintf("t=%d,v1=%s", v.Timestamp, v.V1)

			header := webhooktest.Sign(body, at, v.Secret)
			require.Equal(t, want, header)
			require.NoError(t, webhook.ValidatePayloadIgnoringTolerance(body, header, v.Secret))

			require.Equal(t, "kept "+want, string(webhooktest.AppendSignature([]byte("kept "), body, at, v.Secret)))
		})
	}
}

func TestSignWithSeveralSecrets(t *testing.T) {
	t.Parallel()
	body, secrets := []byte(`{"id":"evt_1"}`), []string{"whsec_old", "whsec_new", "whsec_newest"}
	header := webhooktest.Sign(body, epoch, secrets...)

	var want strings.Builder
	fmt.Fprintf(&want, "t=%d", epoch.Unix())
	for _, secret := range secrets {
		fmt.Fprintf(&want, ",v1=%x", webhook.ComputeSignature(epoch, body, secret))
		require.NoError(t, webhook.ValidatePayloadIgnoringTolerance(body, header, secret))
	}
	require.Equal(t, want.String(), header, "a v1 for each secret, in their order")
}

func TestSignWithoutSecret(t *testing.T) {
	t.Parallel()
	require.Equal(t, "t=1700000000", webhooktest.Sign(nil, time.Unix(1700000000, 0)))
}

// The oracle is stripe-go: it accepts what is right and says what is not. It reads
// the clock, which stands still in a bubble.
func TestSignJudgedByStripe(t *testing.T) {
	t.Parallel()
	now := epoch
	const secret = "whsec_right"
	tests := []struct {
		name   string
		signed string // the body that the signature covers
		secret string
		at     time.Time
		want   error
	}{
		{"good", `{}`, secret, now, nil},
		{"another secret", `{}`, "whsec_wrong", now, webhook.ErrNoValidSignature},
		{"secret without its prefix", `{}`, "right", now, webhook.ErrNoValidSignature},
		{"another body", `{ }`, secret, now, webhook.ErrNoValidSignature},
		{"almost too old", `{}`, secret, now.Add(-webhook.DefaultTolerance), nil},
		{"too old", `{}`, secret, now.Add(-webhook.DefaultTolerance - time.Second), webhook.ErrTooOld},
		{"before 1970", `{}`, secret, time.Unix(-5, 0), webhook.ErrTooOld},
		{"nine digits", `{}`, secret, time.Unix(946684800, 0), webhook.ErrTooOld},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				header := webhooktest.Sign([]byte(test.signed), test.at, test.secret)
				require.ErrorIs(t, webhook.ValidatePayload([]byte(`{}`), header, secret), test.want)
			})
		})
	}
}

// Goroutines share a pool of HMACs: one must not sign with another's secret.
func TestSignConcurrently(t *testing.T) {
	t.Parallel()
	body := []byte(`{"id":"evt_1"}`)
	var signers sync.WaitGroup
	headers := make([]string, 64)
	for i := range headers {
		signers.Go(func() {
			for range 20 {
				headers[i] = webhooktest.Sign(body, epoch, fmt.Sprint("whsec_", i%5))
			}
		})
	}
	signers.Wait()
	for i, header := range headers {
		require.NoError(t, webhook.ValidatePayloadIgnoringTolerance(body, header, fmt.Sprint("whsec_", i%5)))
	}
}

func TestAppendSignatureAllocations(t *testing.T) {
	if racetest.Enabled {
		t.Skip("the race detector makes sync.Pool forget")
	}
	body, buffer := make([]byte, 3000), make([]byte, 0, 512)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		webhooktest.AppendSignature(buffer, body, epoch, "whsec_1")
	}))
}

func TestSignAllocations(t *testing.T) {
	if racetest.Enabled {
		t.Skip("the race detector makes sync.Pool forget")
	}
	body := make([]byte, 3000)
	require.EqualValues(t, 1, testing.AllocsPerRun(100, func() { webhooktest.Sign(body, epoch, "whsec_1") }), "the string")
}

func TestDecoyInTestMode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		livemode bool
		secrets  []string
		want     string // the keys of the header
	}{
		{"test mode", false, []string{"whsec_1"}, "t v1 v0"},
		{"test mode, secret rolled", false, []string{"whsec_1", "whsec_2"}, "t v1 v1 v0"},
		{"live mode", true, []string{"whsec_1"}, "t v1"},
		{"live mode, secret rolled", true, []string{"whsec_1", "whsec_2"}, "t v1 v1"},
	}
	for _, test := range tests {
		// The header of a plain delivery and that of a mutated one are made in two places.
		for _, mutations := range [][]string{nil, {"header=X-Mutated: yes"}} {
			t.Run(fmt.Sprint(test.name, mutations), func(t *testing.T) {
				t.Parallel()
				source := webhooktest.Source{Livemode: test.livemode}
				event, err := source.Event("charge.succeeded")
				require.NoError(t, err)
				handler := new(recorder)
				deliver(t, &webhooktest.Endpoint{Handler: handler, Secrets: test.secrets}, event, mutations...)

				got := handler.last(t)
				require.Equal(t, test.want, keysOf(got.signature()))
				for _, secret := range test.secrets {
					require.NoError(t, webhook.ValidatePayload(event.Body(), got.signature(), secret))
					for _, v0 := range got.elements("v0") {
						forged := fmt.Sprintf("t=%s,v1=%s", got.elements("t")[0], v0)
						require.ErrorIs(t, webhook.ValidatePayload(event.Body(), forged, secret), webhook.ErrNoValidSignature)
					}
				}
			})
		}
	}
}

// keysOf returns the keys of a signature header, in order.
func keysOf(header string) string {
	var keys []string
	for element := range strings.SplitSeq(header, ",") {
		key, _, _ := strings.Cut(element, "=")
		keys = append(keys, key)
	}
	return strings.Join(keys, " ")
}
