package verify_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// anySecret draws one of the shape that Stripe's have. A generator is not for several
// tests at a time.
func anySecret() *rapid.Generator[string] { return rapid.StringMatching(`whsec_[0-9A-Za-z]{32}`) }

func verifyNow(t *rapid.T, header string, body []byte, secrets ...string) *verify.Verification {
	return verifyAt(t, time.Now(), header, body, secrets...)
}

func verifyAt(t *rapid.T, at time.Time, header string, body []byte, secrets ...string) *verify.Verification {
	v, err := verify.Verify(t.Context(), verify.Received{Signature: header, Body: body, Secrets: secrets, At: at})
	require.NoError(t, err)
	return v
}

// A genuine delivery verifies, whatever its body, for stripe-go as well.
func TestAcceptsEveryGenuineDelivery(outer *testing.T) {
	outer.Parallel()
	rapid.Check(outer, func(t *rapid.T) {
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		secrets := rapid.SliceOfN(anySecret(), 1, 3).Draw(t, "secrets")
		signer := rapid.SampledFrom(secrets).Draw(t, "signer")
		age := time.Duration(rapid.IntRange(-300, 300).Draw(t, "age")) * time.Second
		header := webhooktest.Sign(body, epoch.Add(-age), signer)
		v := verifyAt(t, epoch, header, body, secrets...)
		require.True(t, v.Valid, "%s", v)
		require.Equal(t, signer, secrets[v.Secret-1])
		var err error
		bubble(outer, func(*testing.T) { err = webhook.ValidatePayload(body, header, signer) }) // at epoch
		require.NoError(t, err)
	})
}

// A body that has nothing to do with the signature never verifies, and nothing is
// found that would have been signed.
func TestRefusesEveryOtherBody(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.OneOf(
			rapid.SliceOfN(rapid.Byte(), 0, 200),
			rapid.Map(anyJSON(2), func(value any) []byte { text, _ := json.Marshal(value); return text }),
		).Draw(t, "body")
		digits := hex.EncodeToString(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
		header := "t=" + strconv.FormatInt(time.Now().Unix(), 10) + ",v1=" + digits
		v := verifyNow(t, header, body, anySecret().Draw(t, "secret"))
		require.False(t, v.Valid)
		require.Nil(t, v.Original)
		require.NotEmpty(t, v.Findings)
	})
}

// Events of any content, laid out as Stripe does, are rebuilt after encoding/json
// has compacted them, and after it decoded them and sorted their keys.
func TestRebuildsAnyContent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		event := map[string]any{"id": "evt_1", "object": "event", "data": anyJSON(3).Draw(t, "data")}
		text := new(bytes.Buffer)
		encoder := json.NewEncoder(text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		require.NoError(t, encoder.Encode(event))
		// encoding/json sorts: data before id. Stripe's order is id, object, data.
		doubled, err := webhooktest.ParseEvent([]byte(`{"id": "evt_1", "object": "event"}`))
		require.NoError(t, err)
		laid, err := doubled.Edit(webhooktest.Add("data", json.RawMessage(rawData(t, text.Bytes()))))
		require.NoError(t, err)
		signed := new(bytes.Buffer)
		require.NoError(t, json.Indent(signed, laid.Body(), "", "  "))

		header := webhooktest.Sign(signed.Bytes(), time.Now(), testSecret)
		compacted := new(bytes.Buffer)
		require.NoError(t, json.Compact(compacted, signed.Bytes()))
		v := verifyNow(t, header, compacted.Bytes(), testSecret)
		require.Equal(t, signed.String(), string(v.Original), "%s", v)
		sorted, err := json.Marshal(event)
		require.NoError(t, err)
		v = verifyNow(t, header, sorted, testSecret)
		require.Equal(t, signed.String(), string(v.Original), "%s", v)
	})
}

// rawData takes the data out of an event's text.
func rawData(t *rapid.T, text []byte) json.RawMessage {
	var event struct{ Data json.RawMessage }
	require.NoError(t, json.Unmarshal(text, &event))
	return event.Data
}

// anyJSON draws a value as Stripe's objects have them: no number that is not whole,
// which encoding/json would spell in its own way, and keys in alphabetical order.
func anyJSON(depth int) *rapid.Generator[any] {
	scalars := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Int64Range(-1<<52, 1<<52), func(n int64) any { return n }),
		rapid.Map(rapid.StringMatching("[a-zA-Z0-9 ./:<>&'\"\\\\\n\té東😀-]{0,12}"), func(s string) any { return s }),
	)
	if depth == 0 {
		return scalars
	}
	return rapid.OneOf(
		scalars,
		rapid.Map(rapid.SliceOfN(anyJSON(depth-1), 0, 4), func(list []any) any { return list }),
		rapid.Map(rapid.MapOfN(rapid.StringMatching("[b-h_]{1,8}"), anyJSON(depth-1), 0, 5), func(object map[string]any) any { return object }),
	)
}
