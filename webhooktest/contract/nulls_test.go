package contract_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// The field is named that a handler stumbles over, whether it answers or panics.
func TestNullsAreNamed(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"null-is-500": "description", "null-panics": "customer"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, result := range checkZoo(t, zooNamed(t, name), "dispatch/null-fields").Cases {
				if result.ID == "dispatch/null-fields" {
					require.Equal(t, contract.Fail, result.Verdict)
					require.Contains(t, result.Actual, "so does an event in which data.object."+path+" alone is null")
				}
			}
		})
	}
}

// What the user says that the handler finds its objects by is not null: an app sets it in
// each of its sessions.
func TestBindingsAreNotNull(t *testing.T) {
	t.Parallel()
	const session, nulls = "checkout.session.completed", "dispatch/null-fields"
	for _, test := range []struct {
		name, needs string // what the handler cannot do without
		want        contract.Verdict
	}{
		{"what binds", "client_reference_id", contract.Pass},
		{"another field", "customer", contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var event struct {
					Type string
					Data struct{ Object map[string]any }
				}
				if json.NewDecoder(r.Body).Decode(&event) == nil && event.Type == session && event.Data.Object[test.needs] == nil {
					http.Error(w, "for nobody", http.StatusInternalServerError)
				}
			})
			subject := contract.Subject{Handler: handler, Handles: []string{session}, Edit: func(string) []webhooktest.Edit {
				return []webhooktest.Edit{webhooktest.Set("data.object.client_reference_id", "reader-1")}
			}}
			_, byID := results(t, subject, nulls)
			require.Equal(t, test.want, byID[nulls].Verdict, "%+v", byID[nulls])
		})
	}
}
