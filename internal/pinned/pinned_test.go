package pinned_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/pinned"
)

const (
	golang = "Received event with API version 2023-10-16, but stripe-go 82.5.1 expects API version 2025-08-27.basil. We recommend that you create a WebhookEndpoint with this API version. Otherwise, you can disable this error by using `ConstructEventWithOptions(..., ConstructEventOptions{..., ignoreAPIVersionMismatch: true})`  but be wary that objects may be incorrectly deserialized."
	dotnet = "Received event with API version 2023-10-16, but Stripe.net 48.5.0 expects API version 2025-08-27.basil. We recommend that you create a WebhookEndpoint with this API version. Otherwise, you can disable this exception by passing `throwOnApiVersionMismatch: false` to `Stripe.EventUtility.ParseEvent` or `Stripe.EventUtility.ConstructEvent`, but be wary that objects may be incorrectly deserialized."
	java   = "Current `stripe-java` integration has Stripe API version 2025-08-27.basil, but the event data object has 2023-10-16. The JSON data might have schema not compatible with the current model classes"
)

func TestFind(t *testing.T) {
	t.Parallel()
	basil := func(sdk, release string) pinned.Refusal {
		return pinned.Refusal{SDK: sdk, Release: release, Got: "2023-10-16", Want: "2025-08-27.basil"}
	}
	for name, test := range map[string]struct {
		text string
		want pinned.Refusal
	}{
		"stripe-go":           {golang, basil("stripe-go", "82.5.1")},
		"stripe-go v86":       {"r" + golang[1:], basil("stripe-go", "82.5.1")},
		"Stripe.net":          {dotnet, basil("Stripe.net", "48.5.0")},
		"stripe-java":         {java, basil("stripe-java", "")},
		"as JSON":             {`{"error":"webhook: ` + golang + `"}`, basil("stripe-go", "82.5.1")},
		"cut after the word":  {golang[:strings.Index(golang, "basil")+len("basil")], basil("stripe-go", "82.5.1")},
		"after another":       {"Received event with API version, hm. " + golang, basil("stripe-go", "82.5.1")},
		"without a version":   {"received event with API version , but stripe-go 86.1.1 expects API version 2026-06-24.dahlia", pinned.Refusal{SDK: "stripe-go", Release: "86.1.1", Want: "2026-06-24.dahlia"}},
		"before trains":       {"Received event with API version 2020-08-27, but stripe-go 76.25.0 expects API version 2023-10-16. We", pinned.Refusal{SDK: "stripe-go", Release: "76.25.0", Got: "2020-08-27", Want: "2023-10-16"}},
		"a forged signature":  {"webhook had no valid signature", pinned.Refusal{}},
		"the version it has":  {"Received event with API version 2023-10-16, but stripe-go 76.25.0 expects API version 2023-10-16.", pinned.Refusal{}},
		"nothing expected":    {"Received event with API version 2023-10-16, but stripe-go 76.25.0 expects API version ", pinned.Refusal{}},
		"cut before the word": {golang[:60], pinned.Refusal{}},
		"empty":               {"", pinned.Refusal{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, ok := pinned.Find(test.text)
			require.Equal(t, test.want, found)
			require.Equal(t, test.want != pinned.Refusal{}, ok)
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ want, version string }{
		"known":                     {"2025-08-27.basil", "2025-08-27.basil"},
		"an unknown monthly":        {"2026-11-25.endive", "2026-10-28.endive"},
		"older than the fixtures":   {"2022-11-15", ""},
		"a train to come":           {"2027-03-31.fennel", ""},
		"a preview has no fixtures": {"2026-08-26.preview", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			version, ok := pinned.Refusal{SDK: "stripe-go", Want: test.want}.Version()
			require.Equal(t, test.version != "", ok)
			if ok {
				require.Equal(t, test.version, version)
			}
		})
	}
}

func TestRefusalString(t *testing.T) {
	t.Parallel()
	require.Equal(t, "stripe-go 82.5.1 expects events of API version 2025-08-27.basil and got one of 2023-10-16",
		pinned.Refusal{SDK: "stripe-go", Release: "82.5.1", Got: "2023-10-16", Want: "2025-08-27.basil"}.String())
	require.Equal(t, "stripe-java expects events of API version 2025-08-27.basil and got an event without one",
		pinned.Refusal{SDK: "stripe-java", Want: "2025-08-27.basil"}.String())
}

func FuzzFind(f *testing.F) {
	for _, text := range []string{golang, dotnet, java, ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if found, ok := pinned.Find(text); ok {
			require.Contains(t, text, found.Want)
			require.Contains(t, text, found.Release)
		}
	})
}
