package webhooktest_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
)

const secret = "whsec_mutations"

// A mutationTest says what stripe-go thinks of a delivery with the mutation, and
// what is different in it.
type mutationTest struct {
	mutation string
	refused  any                               // nil, a sentinel of stripe-go, or a part of its error's text
	check    func(*testing.T, good, *delivery) // nil: stripe-go's verdict says it all
}

// good is the same event, delivered without a mutation.
type good = *delivery

var mutationTests = []mutationTest{
	{"unsigned", webhook.ErrNotSigned, func(t *testing.T, _ good, got *delivery) {
		require.NotContains(t, got.Header, webhooktest.SignatureHeader)
	}},
	{"empty-signature", webhook.ErrNotSigned, func(t *testing.T, _ good, got *delivery) {
		require.Equal(t, []string{""}, got.Header[webhooktest.SignatureHeader])
	}},
	{"wrong-secret", webhook.ErrNoValidSignature, sameBody},
	{"secret=whsec_other", webhook.ErrNoValidSignature, verifiesUnder("whsec_other")},
	{"empty-secret", webhook.ErrNoValidSignature, verifiesUnder("")},
	{"body-tampered", webhook.ErrNoValidSignature, func(t *testing.T, g good, got *delivery) {
		require.Equal(t, 1, differingBytes(g.Body, got.Body), "as little as can be is changed")
		require.True(t, json.Valid([]byte(got.Body)), "only the signature may tell")
		require.NoError(t, webhook.ValidatePayload([]byte(g.Body), got.signature(), secret))
	}},
	{"timestamp-tampered", webhook.ErrNoValidSignature, sameBody},
	{"v0-only", webhook.ErrNoValidSignature, rightUnder("v0")},
	{"v2-only", webhook.ErrNoValidSignature, rightUnder("v2")},
	{"decoy-v0", nil, keys("t v1 v0")},
	{"extra-scheme", nil, keys("t v1 v0 v2")},
	{"rolled-secret=first", nil, rightIs(0, "t v1 v1 v0")},
	{"rolled-secret=second", nil, rightIs(1, "t v1 v1 v0")},
	{"junk-v1", nil, rightIs(1, "t v1 v1 v0")},
	{"v1-first", nil, keys("v1 v0 t")},
	{"unstamped-mac", webhook.ErrNoValidSignature, sameBody},
	{"digest=truncated", webhook.ErrNoValidSignature, digestLength(32)},
	{"digest=extended", webhook.ErrNoValidSignature, digestLength(66)},
	{"malformed=garbage", webhook.ErrInvalidHeader, keys("garbage")},
	{"malformed=text-timestamp", webhook.ErrInvalidHeader, nil},
	{"malformed=no-timestamp", webhook.ErrTooOld, keys("v1 v0")},
	{"malformed=empty-timestamp", webhook.ErrInvalidHeader, nil},
	{"malformed=no-v1", webhook.ErrNoValidSignature, keys("t v0")},
	{"malformed=empty-v1", webhook.ErrNoValidSignature, digestLength(0)},
	{"signature=v1={v1},t={t}", nil, keys("v1 t")},
	{"signature=", webhook.ErrNotSigned, nil},

	{"age=10m", webhook.ErrTooOld, dated(-10 * time.Minute)},
	{"age=4m", nil, dated(-4 * time.Minute)},
	{"age=-1h", nil, dated(time.Hour)}, // stripe-go looks back only
	{"stale", webhook.ErrTooOld, dated(-24 * time.Hour)},
	{"timestamp=0", webhook.ErrTooOld, stamped("0")},
	{"timestamp=-5", webhook.ErrTooOld, stamped("-5")},
	{"timestamp=abc", webhook.ErrInvalidHeader, stamped("abc")},
	{"timestamp=milliseconds", nil, func(t *testing.T, _ good, got *delivery) {
		require.Len(t, got.elements("t")[0], len("1700000000000"))
	}},
	{"event-age=72h", nil, func(t *testing.T, _ good, got *delivery) {
		require.EqualValues(t, got.timestamp(t)-72*60*60, lookup(t, got, "created"))
	}},
	{"replay", nil, func(t *testing.T, g good, got *delivery) { require.Equal(t, g, got) }},

	{"compact", nil, func(t *testing.T, g good, got *delivery) {
		require.JSONEq(t, g.Body, got.Body)
		require.True(t, strings.HasPrefix(got.Body, `{"id":"evt_`), got.Body[:20])
		require.NotContains(t, got.Body, "\n")
	}},
	{"crlf", nil, func(t *testing.T, g good, got *delivery) {
		require.Equal(t, strings.ReplaceAll(g.Body, "\n", "\r\n"), got.Body)
	}},
	{"odd-whitespace", nil, func(t *testing.T, g good, got *delivery) {
		require.JSONEq(t, g.Body, got.Body)
		for _, odd := range []string{"\t", "\r\n", "\n\n"} {
			require.Contains(t, got.Body, odd)
		}
	}},
	{"trailing-newline", nil, func(t *testing.T, g good, got *delivery) { require.Equal(t, g.Body+"\n", got.Body) }},
	{"unicode", nil, func(t *testing.T, _ good, got *delivery) {
		require.Contains(t, got.Body, `"Zoë Grüßgott, 東京, שלום, 😀"`)
	}},
	{"escaped-unicode", nil, func(t *testing.T, _ good, got *delivery) {
		require.Regexp(t, regexp.MustCompile(`^[\x00-\x7f]*$`), got.Body)
		require.Contains(t, got.Body, `\ud83d\ude00`, "a pair of surrogates")
		require.Equal(t, "Zoë Grüßgott, 東京, שלום, 😀", lookup(t, got, "data.object.metadata.unicode"))
	}},
	{"odd-escapes", nil, func(t *testing.T, _ good, got *delivery) {
		require.Contains(t, got.Body, `"a\/b \u003cb\u003e \u0026 \u2028 \t"`)
		require.Equal(t, "a/b <b> & \u2028 \t", lookup(t, got, "data.object.metadata.escapes"))
	}},
	{"odd-numbers", nil, func(t *testing.T, _ good, got *delivery) {
		for _, number := range []string{"1.0", "1e2", "9007199254740993"} {
			require.Contains(t, got.Body, number, "as it is spelled")
		}
	}},
	{"shuffled-keys", nil, func(t *testing.T, g good, got *delivery) {
		require.JSONEq(t, g.Body, got.Body)
		require.NotEqual(t, g.Body, got.Body)
		require.Len(t, got.Body, len(g.Body), "the layout is kept")
	}},
	{"padded=60kB", nil, func(t *testing.T, _ good, got *delivery) { require.Len(t, got.Body, 60_000) }},
	{"null=data.object.customer", nil, func(t *testing.T, g good, got *delivery) {
		require.NotNil(t, lookup(t, g, "data.object.customer"))
		require.Nil(t, lookup(t, got, "data.object.customer"))
	}},
	{"without=data.object.customer", nil, func(t *testing.T, g good, got *delivery) {
		require.Contains(t, g.Body, `"customer":`)
		require.NotContains(t, got.Body, `"customer":`)
	}},
	{"without=data.previous_attributes", nil, func(t *testing.T, g good, got *delivery) {
		require.Equal(t, g.Body, got.Body, "there is none")
	}},
	{"nulls", nil, func(t *testing.T, g good, got *delivery) {
		require.NotNil(t, lookup(t, g, "data.object.shipping"))
		require.Nil(t, lookup(t, got, "data.object.shipping"))
		require.NotNil(t, lookup(t, got, "data.object.amount"), "an amount is never null")
	}},
	{"long-ids", nil, func(t *testing.T, g good, got *delivery) {
		for _, path := range []string{"id", "data.object.id", "data.object.payment_method"} {
			id := lookup(t, got, path)
			require.Len(t, id, 255, path)
			require.True(t, strings.HasPrefix(id.(string), lookup(t, g, path).(string)), path)
		}
		require.Equal(t, "payment_intent", lookup(t, got, "data.object.object"))
	}},
	{"extra-properties", nil, func(t *testing.T, g good, got *delivery) {
		for _, path := range []string{"future_field", "data.object.future_field"} {
			require.NotNil(t, lookup(t, got, path))
		}
		require.Equal(t, lookup(t, g, "data.object.amount"), lookup(t, got, "data.object.amount"))
	}},
	{"body=not json", "Failed to parse webhook body json", func(t *testing.T, _ good, got *delivery) {
		require.Equal(t, "not json", got.Body)
	}},
	{"body=", "Failed to parse webhook body json", func(t *testing.T, _ good, got *delivery) {
		require.Empty(t, got.Body)
		require.Zero(t, got.ContentLength)
		require.Empty(t, got.TransferEncoding)
	}},
	{"body={}", "Received event with API version", nil},
	{"body=a=b", "Failed to parse webhook body json", func(t *testing.T, _ good, got *delivery) {
		require.Equal(t, "a=b", got.Body, "the value is what follows the first =")
	}},

	{"header=X-Test: yes", nil, func(t *testing.T, _ good, got *delivery) { require.Equal(t, "yes", got.Header.Get("X-Test")) }},
	{"header=Stripe-Signature:", webhook.ErrNotSigned, nil},
	{"header=Stripe-Signature: t=1,v1=2,v0", webhook.ErrInvalidHeader, nil},
	{"method=PUT", nil, func(t *testing.T, _ good, got *delivery) { require.Equal(t, "PUT", got.Method) }},
	{"query=version=2024-06-20", nil, func(t *testing.T, _ good, got *delivery) {
		require.Equal(t, "/webhook?version=2024-06-20", "/webhook"+got.URI[strings.IndexByte(got.URI, '?'):])
	}},
	{"signature-name=stripe-signature", nil, nil}, // a server hands over the canonical name
	{"hang-up", nil, nil},                         // what comes is genuine
	{"chunked", nil, func(t *testing.T, _ good, got *delivery) {
		require.EqualValues(t, -1, got.ContentLength)
		require.Equal(t, []string{"chunked"}, got.TransferEncoding)
		require.NotContains(t, got.Header, "Content-Length")
	}},
}

// A later version of the same train: 2023-10-16 belongs to none.
func TestNewerVersion(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler}
	source := webhooktest.Source{APIVersion: "2025-03-31.basil"}
	event, err := source.Event("payment_intent.succeeded")
	require.NoError(t, err)
	deliver(t, endpoint, event, "newer-version")
	require.Equal(t, "2025-05-01.basil", lookup(t, handler.last(t), "api_version"))

	_, err = endpoint.Deliver(t.Context(), newEvent(t, "payment_intent.succeeded"), "newer-version")
	require.ErrorContains(t, err, "has no monthly releases")
}

// Each mutation is judged by stripe-go, with its default options, as a handler
// in this process and one over the network receive it.
func TestMutations(t *testing.T) {
	t.Parallel()
	transports := map[string]func(*testing.T, *recorder) *webhooktest.Endpoint{
		"in process": func(_ *testing.T, handler *recorder) *webhooktest.Endpoint {
			return &webhooktest.Endpoint{Handler: handler}
		},
		"over network": func(t *testing.T, handler *recorder) *webhooktest.Endpoint {
			return overNetwork(t, serve(t, handler).URL)
		},
	}
	for name, open := range transports {
		for _, test := range mutationTests {
			t.Run(name+"/"+test.mutation, func(t *testing.T) {
				t.Parallel()
				handler := new(recorder)
				endpoint := open(t, handler)
				endpoint.Secrets = []string{secret}
				endpoint.Now = stopped(time.Now()) // however long it takes between two deliveries
				test.run(t, endpoint, handler)
			})
		}
	}
}

func (test mutationTest) run(t *testing.T, endpoint *webhooktest.Endpoint, handler *recorder) {
	event := newEvent(t, "payment_intent.succeeded")
	deliver(t, endpoint, event)
	good := handler.last(t)
	_, err := webhook.ConstructEvent([]byte(good.Body), good.signature(), secret)
	require.NoError(t, err, "the event without the mutation")

	deliver(t, endpoint, event, test.mutation)
	got := handler.last(t)
	_, err = webhook.ConstructEvent([]byte(got.Body), got.signature(), secret)
	switch want := test.refused.(type) {
	case nil:
		require.NoError(t, err)
	case error:
		require.ErrorIs(t, err, want)
	case string:
		require.ErrorContains(t, err, want)
	}
	if test.check != nil {
		test.check(t, good, got)
	}
}

func TestEveryMutationHasATest(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{"newer-version": true} // TestNewerVersion
	for _, test := range mutationTests {
		name, _, _ := strings.Cut(test.mutation, "=")
		tested[name] = true
	}
	for _, m := range webhooktest.Mutations() {
		require.True(t, tested[m.Name], "%s has no row in mutationTests", m)
	}
}

func sameBody(t *testing.T, g good, got *delivery) { require.Equal(t, g.Body, got.Body) }

func verifiesUnder(other string) func(*testing.T, good, *delivery) {
	return func(t *testing.T, _ good, got *delivery) {
		require.NoError(t, webhook.ValidatePayload([]byte(got.Body), got.signature(), other))
	}
}

// rightUnder wants the right signature under a scheme, and no other.
func rightUnder(scheme string) func(*testing.T, good, *delivery) {
	return func(t *testing.T, _ good, got *delivery) {
		require.Equal(t, "t "+scheme, keysOf(got.signature()))
		asV1 := strings.Replace(got.signature(), scheme+"=", "v1=", 1)
		require.NoError(t, webhook.ValidatePayload([]byte(got.Body), asV1, secret))
	}
}

// rightIs wants the right one of several v1 at a position.
func rightIs(position int, wantKeys string) func(*testing.T, good, *delivery) {
	return func(t *testing.T, _ good, got *delivery) {
		require.Equal(t, wantKeys, keysOf(got.signature()))
		for i, v1 := range got.elements("v1") {
			alone := "t=" + got.elements("t")[0] + ",v1=" + v1
			err := webhook.ValidatePayload([]byte(got.Body), alone, secret)
			require.Equal(t, i == position, err == nil, "v1 number %d: %v", i, err)
		}
	}
}

func keys(want string) func(*testing.T, good, *delivery) {
	return func(t *testing.T, _ good, got *delivery) { require.Equal(t, want, keysOf(got.signature())) }
}

func digestLength(want int) func(*testing.T, good, *delivery) {
	return func(t *testing.T, _ good, got *delivery) { require.Len(t, got.elements("v1")[0], want) }
}

func stamped(want string) func(*testing.T, good, *delivery) {
	return func(t *testing.T, _ good, got *delivery) { require.Equal(t, []string{want}, got.elements("t")) }
}

// dated wants a timestamp so long after the good one's. Two seconds are allowed
// for fractions and for no two attempts having the same.
func dated(want time.Duration) func(*testing.T, good, *delivery) {
	return func(t *testing.T, g good, got *delivery) {
		require.InDelta(t, g.timestamp(t)+int64(want/time.Second), got.timestamp(t), 2)
	}
}

func (d *delivery) timestamp(t *testing.T) int64 {
	t.Helper()
	require.Len(t, d.elements("t"), 1, d.signature())
	timestamp, err := strconv.ParseInt(d.elements("t")[0], 10, 64)
	require.NoError(t, err)
	return timestamp
}

func lookup(t *testing.T, d *delivery, path string) any {
	t.Helper()
	value, ok := parse(t, d.Body).Lookup(path)
	require.True(t, ok, path)
	return value
}

func differingBytes(a, b string) int {
	if len(a) != len(b) {
		return -1
	}
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
