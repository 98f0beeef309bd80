package webhooktest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestMutationErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		mutation string
		want     string
	}{
		{"unsined", `unknown mutation "unsined": did you mean unsigned?`},
		{"", `unknown mutation ""`},
		{"Unsigned", `unknown mutation "Unsigned": did you mean unsigned?`},
		{"unsigned=yes", `mutation unsigned takes no value, got "yes"`},
		{"unsigned=", `mutation unsigned takes no value, got ""`},
		{"age", `mutation age needs a value, such as age=10m`},
		{"padded", `mutation padded needs a value, such as padded=60kB`},

		{"age=10", `mutation age: "10" is not a duration: write 10m, 36h or -5s`},
		{"event-age=3d", `mutation event-age: "3d" is not a duration: write 72h`},
		{"rolled-secret=third", `mutation rolled-secret: the right signature is first or second, not "third"`},
		{"digest=short", `mutation digest: a digest is truncated or extended, not "short"`},
		{"malformed=header", `mutation malformed: want garbage, text-timestamp, no-timestamp, empty-timestamp, no-v1 or empty-v1, not "header"`},
		{"padded=big", `mutation padded: "big" is not a size: write 60kB, 64KiB or 1MB`},
		{"padded=-1", `mutation padded: "-1" is not a size: write 60kB, 64KiB or 1MB`},
		{"padded=65MiB", `mutation padded: 65MiB is more than 67108864 bytes`},
		{"header=X-Test", `mutation header: "X-Test" is not a header: write Name: value`},
		{"header=: value", `mutation header: ": value" is not a header: write Name: value`},
		{"header=X Test: value", `mutation header: "X Test: value" is not a header: write Name: value`},
		{"header=X-Test: a\x01b", `mutation header: "X-Test: a\x01b" is not a header: write Name: value`}, // net/http does not send it
		{"padded=1kB", `mutation padded: 1kB is too little for a body of `},
		{"header=X-Test: a\r\nX-Smuggled: b", `mutation header: "X-Test: a\r\nX-Smuggled: b" is not a header: write Name: value`},
	}
	for _, test := range tests {
		t.Run(test.mutation, func(t *testing.T) {
			t.Parallel()
			handler := new(recorder)
			endpoint := &webhooktest.Endpoint{Handler: handler}
			_, err := endpoint.Deliver(t.Context(), newEvent(t, "charge.succeeded"), test.mutation)
			require.ErrorContains(t, err, test.want)
			require.Empty(t, handler.all(), "nothing is sent")
		})
	}
}

func TestParseMutation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, name, value, printed string }{
		{"unsigned", "unsigned", "", "unsigned"},
		{"age=10m", "age", "10m", "age=10m"},
		{"signature=t={t},v1={v1}", "signature", "t={t},v1={v1}", "signature=t={t},v1={v1}"},
		{"body=", "body", "", "body="},
		{"secret=whsec_confidential", "secret", "whsec_confidential", "secret=…"}, // it goes into logs
	} {
		m, err := webhooktest.ParseMutation(test.text)
		require.NoError(t, err)
		require.Equal(t, test.name, m.Name)
		require.Equal(t, test.value, m.Value)
		require.Equal(t, test.printed, m.String())
	}
	_, err := webhooktest.ParseMutation("unsined")
	require.ErrorContains(t, err, "unknown mutation")
}

func TestUnknownMutation(t *testing.T) {
	t.Parallel()
	endpoint := &webhooktest.Endpoint{Handler: accept}
	_, err := endpoint.Deliver(t.Context(), newEvent(t, "charge.succeeded"), "unsigned", "stal")
	require.ErrorContains(t, err, "unknown mutation")
	require.ErrorContains(t, err, `"stal": did you mean stale`)
}

func TestMutationNeedsOtherMutationsResult(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		mutations []string
		want      string
	}{
		{"no JSON to compact", []string{"body=x", "compact"}, "mutation compact: invalid character 'x'"},
		{"no JSON to shuffle", []string{"body={", "shuffled-keys"}, "mutation shuffled-keys: line 1, column 1: unexpected end"},
		{"no number to count back from", []string{"timestamp=abc", "timestamp-tampered"}, `mutation timestamp-tampered: timestamp "abc" is not a number`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			endpoint := &webhooktest.Endpoint{Handler: accept}
			_, err := endpoint.Deliver(t.Context(), newEvent(t, "charge.succeeded"), test.mutations...)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestMutationsCompose(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler, Secrets: []string{secret}}
	event := newEvent(t, "charge.succeeded")
	deliver(t, endpoint, event, "compact", "age=10m", "rolled-secret=first", "header=X-Test: yes", "chunked")
	got := handler.last(t)

	require.NotContains(t, got.Body, "\n")
	require.JSONEq(t, string(event.Body()), got.Body)
	require.Equal(t, "t v1 v1 v0", keysOf(got.signature()))
	require.Equal(t, "yes", got.Header.Get("X-Test"))
	require.EqualValues(t, -1, got.ContentLength)

	_, err := webhook.ConstructEvent([]byte(got.Body), got.signature(), secret)
	require.ErrorIs(t, err, webhook.ErrTooOld)
	_, err = webhook.ConstructEventIgnoringTolerance([]byte(got.Body), got.signature(), secret)
	require.NoError(t, err, "old, but signed with the right secret")
}

// Mutations of different stages give the same request in whatever order they are
// named.
func TestMutationOrder(t *testing.T) {
	t.Parallel()
	var want *delivery
	for _, order := range permutations([]string{"unicode", "age=1m", "v1-first", "body-tampered"}) {
		handler := new(recorder)
		endpoint := &webhooktest.Endpoint{Handler: handler, Now: stopped(epoch)}
		deliver(t, endpoint, newEvent(t, "charge.succeeded"), order...)
		if want == nil {
			want = handler.last(t)
		}
		require.Equal(t, want, handler.last(t), order)
	}
}

// Whatever is combined: a delivery, or an error that names the mutation.
func TestPairsOfMutations(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	payloads := []string{`{}`, `{"id":"evt_1","data":{"object":{"id":"ch_1","amount":1,"metadata":null}}}`}
	for _, first := range webhooktest.Mutations() {
		t.Run(first.Name, func(t *testing.T) {
			t.Parallel()
			for _, payload := range payloads {
				event, endpoint := parse(t, payload), &webhooktest.Endpoint{Handler: accept, Timeout: -1}
				for _, second := range webhooktest.Mutations() {
					if _, err := endpoint.Deliver(t.Context(), event, first.String(), second.String()); err != nil {
						require.ErrorContains(t, err, "mutation")
					}
				}
			}
		})
	}
}

// What is wrong with a signature stays wrong, and what is right stays right,
// whatever else is done to the header.
func TestSignatureMutationsCompose(t *testing.T) {
	t.Parallel()
	tests := []struct {
		mutations []string
		want      error
		keys      string
	}{
		{[]string{"timestamp-tampered", "v1-first"}, webhook.ErrNoValidSignature, "v1 v0 t"},
		{[]string{"v1-first", "timestamp-tampered"}, webhook.ErrNoValidSignature, "v1 v0 t"},
		{[]string{"timestamp-tampered", "signature=t={t},v1={v1}"}, webhook.ErrNoValidSignature, "t v1"},
		{[]string{"timestamp-tampered", "age=10m"}, webhook.ErrTooOld, "t v1 v0"},
		{[]string{"junk-v1", "extra-scheme"}, nil, "t v1 v1 v0 v2"},
		{[]string{"rolled-secret=second", "junk-v1", "v1-first"}, nil, "v1 v1 v0 t"},
		{[]string{"rolled-secret=second", "v0-only"}, webhook.ErrNoValidSignature, "t v0"},
		{[]string{"wrong-secret", "rolled-secret=first"}, webhook.ErrNoValidSignature, "t v1 v1 v0"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.mutations), func(t *testing.T) {
			t.Parallel()
			event := newEvent(t, "charge.succeeded")
			response := deliver(t, &webhooktest.Endpoint{Handler: accept, Secrets: []string{secret}}, event, test.mutations...)
			require.ErrorIs(t, webhook.ValidatePayload(event.Body(), response.Signature, secret), test.want)
			require.Equal(t, test.keys, keysOf(response.Signature))
		})
	}
}

func permutations(all []string) [][]string {
	if len(all) == 1 {
		return [][]string{all}
	}
	var found [][]string
	for i, first := range all {
		rest := append(append([]string(nil), all[:i]...), all[i+1:]...)
		for _, p := range permutations(rest) {
			found = append(found, append([]string{first}, p...))
		}
	}
	return found
}

// In test mode every delivery has a v0: only a live one shows that the mutation
// adds it.
func TestDecoyInLiveMode(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Livemode: true}
	event, err := source.Event("charge.succeeded")
	require.NoError(t, err)
	handler := new(recorder)
	deliver(t, &webhooktest.Endpoint{Handler: handler}, event, "decoy-v0")
	require.Equal(t, "t v1 v0", keysOf(handler.last(t).signature()))
}

func TestMutationsAreDocumented(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, m := range webhooktest.Mutations() {
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, m.Name)
		require.False(t, seen[m.Name], "%s is listed twice", m.Name)
		require.NotEmpty(t, m.Doc, m.Name)
		seen[m.Name] = true
	}
	webhooktest.Mutations()[0].Name = "changed"
	require.NotEqual(t, "changed", webhooktest.Mutations()[0].Name, "callers get a copy")
}

// What the documentation shows as an example has to work.
func TestMutationExamples(t *testing.T) {
	t.Parallel()
	for _, m := range webhooktest.Mutations() {
		t.Run(fmt.Sprint(m), func(t *testing.T) {
			t.Parallel()
			source := webhooktest.Source{APIVersion: "2025-03-31.basil"}
			event, err := source.Event("payment_intent.succeeded")
			require.NoError(t, err)
			response := deliver(t, &webhooktest.Endpoint{Handler: accept}, event, m.String())
			require.Equal(t, m.Name != "hang-up", response.Accepted())
		})
	}
}

// A forgery stays one whatever it is combined with, in whichever order: else a
// sound handler would be blamed for accepting it.
func TestForgeriesStayForgeries(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	forgeries := []string{
		"unsigned", "empty-signature", "wrong-secret", "secret=whsec_other", "empty-secret", "body-tampered",
		"timestamp-tampered", "v0-only", "v2-only", "unstamped-mac", "digest=truncated", "digest=extended",
		"malformed=garbage", "malformed=text-timestamp", "malformed=no-timestamp", "malformed=empty-timestamp",
		"malformed=no-v1", "malformed=empty-v1", "stale",
	}
	genuine := []string{"decoy-v0", "extra-scheme", "rolled-secret=first", "rolled-secret=second", "junk-v1", "v1-first", "compact", "unicode"}
	for _, forgery := range forgeries {
		for _, other := range genuine {
			handler := new(recorder)
			endpoint := &webhooktest.Endpoint{Handler: handler, Secrets: []string{secret}}
			for _, mutations := range [][]string{{forgery, other}, {other, forgery}} {
				source := webhooktest.Source{Seed: 1}
				event, err := source.Event("payment_intent.succeeded")
				require.NoError(t, err)
				deliver(t, endpoint, event, mutations...)
				got := handler.last(t)
				_, err = webhook.ConstructEvent([]byte(got.Body), got.signature(), secret)
				require.Error(t, err, "%s", mutations)
			}
		}
	}
}

func TestMutationsThatExcludeEachOther(t *testing.T) {
	t.Parallel()
	for _, pair := range [][]string{{"stale", "age=1m"}, {"timestamp=0", "stale"}, {"secret=whsec_a", "empty-secret"}, {"body=x", "body=y"}} {
		_, err := new(webhooktest.Endpoint).Deliver(t.Context(), newEvent(t, "charge.succeeded"), pair...)
		require.Error(t, err)
		_, err = (&webhooktest.Endpoint{Handler: accept}).Deliver(t.Context(), newEvent(t, "charge.succeeded"), pair...)
		require.ErrorContains(t, err, "use one", "%s", pair)
	}
}
