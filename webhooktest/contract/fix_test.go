package contract_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/internal/upgrade"
)

// variables are what the fixes call the objects of a resource.
var variables = map[string][]string{
	"charge": {"charge"}, "checkout.session": {"session"}, "customer": {"customer"}, "invoice": {"invoice"},
	"payment_intent": {"intent"}, "subscription": {"subscription", "sub", "current"},
}

// A fix is for the SDK of today: a field that Stripe has removed or moved stands only beside
// the word "before", which says that it is the old one.
func TestFixesUseFieldsOfToday(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	removed := goneFields(t)
	for _, old := range []string{"invoice.Subscription.ID", "invoice.subscription)", "sub.CurrentPeriodEnd", "subscription.current_period_end"} {
		require.True(t, removed.MatchString(old), old)
	}
	for _, kept := range []string{"invoice.parent.subscription_details.subscription", "case 'invoice.paid':"} {
		require.False(t, removed.MatchString(kept), kept)
	}
	for _, c := range cases {
		for language, fix := range c.Fix {
			for line := range strings.Lines(fix) {
				assert.False(t, removed.MatchString(line) && !strings.Contains(line, "before"), "%s: fix in %s: %s", c.ID, language, line)
			}
		}
	}
}

// goneFields finds a field that no longer exists, in the spelling of any SDK.
func goneFields(t *testing.T) *regexp.Regexp {
	t.Helper()
	var all []string
	for resource, names := range variables {
		for _, field := range gone(t, resource) {
			spelled := strings.ReplaceAll(regexp.QuoteMeta(field), "_", "_?")
			all = append(all, `(?:^|[^'"\w.])(?:`+strings.Join(names, "|")+`)(?:\.|\?\.|&\.|\[['":])`+spelled+`\b`)
		}
	}
	return regexp.MustCompile("(?i)" + strings.Join(all, "|"))
}

// gone are the fields of a resource that a version removed or moved, and that none brought
// back.
func gone(t *testing.T, resource string) (fields []string) {
	t.Helper()
	for _, version := range fixtures.Versions() {
		data, file, ok := fixtures.Changes(version.Name, resource)
		if !ok {
			continue
		}
		changes, err := upgrade.Decode(data, file)
		require.NoError(t, err)
		for _, change := range changes.Changes {
			for path := range change.Add {
				fields = slices.DeleteFunc(fields, func(field string) bool { return field == path })
			}
			for path := range change.Move {
				fields = append(fields, path)
			}
			fields = append(fields, change.Remove...)
		}
	}
	return slices.DeleteFunc(fields, func(field string) bool { return strings.Contains(field, ".") })
}
