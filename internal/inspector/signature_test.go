package inspector_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// verdictOf says what stripe-go, in the handler, took a delivery for.
func verdictOf(d detail) string {
	switch {
	case d.Attempts[0].Status == http.StatusOK:
		return "genuine"
	case d.Attempts[0].Status == http.StatusBadRequest:
		return "refused"
	}
	return "no response"
}

// The page says of every mutation what stripe-go, in the handler, says of it.
func TestSignatureIsJudgedAsByStripeGo(t *testing.T) {
	realpart.Long(t)
	s := newStand(t, shop)
	s.source.APIVersion = "2025-03-31.basil" // of a train, so that there can be a newer one
	mutations := append(webhooktest.Mutations(), webhooktest.Mutation{Name: "age", Example: "-10m"}, webhooktest.Mutation{Name: "age", Example: "4m"})
	for _, m := range realpart.Sample(mutations, 2) {
		mutation := m.Name
		if m.Example != "" {
			mutation += "=" + m.Example
		}
		d := s.detail(s.deliver(s.event("charge.succeeded"), mutation).ID)
		got := d.Attempts[0].Signature
		switch m.Name {
		case "hang-up": // nobody hears what the handler says
			require.Equal(t, "genuine", got.Verdict, mutation)
			continue
		case "body": // signed, but no event to stripe-go
			require.Equal(t, "genuine", got.Verdict, mutation)
			continue
		}
		require.Equal(t, verdictOf(d), got.Verdict, "%s: %s; the handler: %s", mutation, got.Why, d.Attempts[0].ResponseBody)
		require.NotEmpty(t, got.Why, mutation)
	}
}

func TestSignatureParts(t *testing.T) {
	realpart.Long(t)
	s := newStand(t, shop)
	for mutation, want := range map[string]struct{ why, part string }{
		"unsigned":               {why: "no signature"},
		"age=10m":                {why: "old when it was sent; handlers take 5m"},
		"wrong-secret":           {why: "no v1 is the signature", part: "not what this body signs to"},
		"body-tampered":          {why: "no v1 is the signature", part: "not what this body signs to"},
		"malformed=no-timestamp": {why: "no t with a number"},
		"extra-scheme":           {why: "v1 is right", part: "skip"},
		"compact":                {why: "v1 is right", part: "decoy"},
	} {
		got := s.detail(s.deliver(s.event("charge.succeeded"), mutation).ID).Attempts[0].Signature
		require.Contains(t, got.Why, want.why, mutation)
		var notes []string
		for _, part := range got.Parts {
			notes = append(notes, part.Note)
		}
		require.Contains(t, strings.Join(notes, "; "), want.part, mutation)
	}
}

// A mutated body is shown as it was sent; without the endpoint nothing is judged.
func TestWhatMutationsMade(t *testing.T) {
	s := newStand(t, shop)
	event := s.event("charge.succeeded")
	d := s.deliver(event, "compact")
	full := s.detail(d.ID)
	require.Equal(t, string(event.Body()), full.Body)
	require.NotContains(t, full.Sent, "\n")
	require.Less(t, len(full.Sent), len(full.Body))

	s.hub.RemoveEndpoint(s.endpoint.ID)
	require.Equal(t, "unknown", s.detail(d.ID).Attempts[0].Signature.Verdict)
	status, _, body := s.get("/inspect/deliveries/" + d.ID + "/curl")
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, body, "gone")
}

func TestSecretOfAMutationIsNotShown(t *testing.T) {
	realpart.Long(t)
	s := newStand(t, shop)
	d := s.deliver(s.event("charge.succeeded"), "secret=whsec_of_somebody_else")
	for _, path := range []string{"", "/curl", "/gotest"} {
		_, _, body := s.get("/inspect/deliveries/" + d.ID + path)
		require.NotContains(t, body, "whsec_of_somebody_else", path)
	}
	require.Equal(t, "refused", s.detail(d.ID).Attempts[0].Signature.Verdict)
	require.True(t, slices.Equal([]string{"secret=…"}, s.detail(d.ID).Mutations))
}
