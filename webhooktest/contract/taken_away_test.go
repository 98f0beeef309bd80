package contract_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A roles has members with a role each, which they lose at the end of their subscription.
type roles struct {
	role  map[string]bool   // by customer; of former members too
	left  map[string]bool   // by customer
	users map[string]string // the roles's own numbers, by customer
}

func (c *roles) join(customer string) {
	if _, known := c.users[customer]; known {
		return
	}
	c.role[customer], c.users[customer] = true, fmt.Sprint(len(c.users)+7)
}

// list returns the members' entries.
func (c *roles) list(entry func(customer, user string) any) (list []any) {
	for customer, user := range c.users {
		if c.role[customer] {
			list = append(list, entry(customer, user))
		}
	}
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

// byKey returns the entries of all who ever were members.
func (c *roles) byKey(entry func(customer, user string, roles []string) (key string, value any)) map[string]any {
	all := make(map[string]any)
	for customer, user := range c.users {
		roles := []string{}
		if c.role[customer] {
			roles = append(roles, "pro")
		}
		key, value := entry(customer, user, roles)
		all[key] = value
	}
	return all
}

// What an event takes away is an effect like any other, in each form that a state may show
// it: a sound app passes, and what comes back at a second delivery is found.
func TestTakenAway(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const deleted = "customer.subscription.deleted"
	type row = map[string]any
	copies := []string{"idempotency/redelivered", "idempotency/concurrent", "idempotency/changed-body", "idempotency/interleaved", "idempotency/two-in-a-second", "idempotency/case-sensitive-ids"}
	for _, test := range []struct {
		why  string
		show func(*roles) any
	}{
		{"a list of roles under the customer", func(c *roles) any {
			return c.byKey(func(customer, _ string, roles []string) (string, any) { return customer, roles })
		}},
		{"a list of customers", func(c *roles) any {
			return row{"pro": c.list(func(customer, _ string) any { return customer })}
		}},
		{"a row that names the customer", func(c *roles) any {
			return row{"roles": c.list(func(customer, _ string) any { return row{"customer": customer, "role": "pro"} })}
		}},
		{"a row under the customer", func(c *roles) any {
			all := make(row)
			for _, one := range c.list(func(customer, _ string) any { return customer }) {
				all[one.(string)] = row{"role": "pro"}
			}
			return row{"roles": all}
		}},
		{"a row of the user's", func(c *roles) any {
			return row{"roles": c.list(func(_, user string) any { return row{"user_id": user, "role": "pro"} })}
		}},
		{"a list of roles under the user", func(c *roles) any {
			return row{"users": c.users, "roles": c.byKey(func(_, user string, roles []string) (string, any) { return user, roles })}
		}},
		{"a list of roles of the user's", func(c *roles) any {
			return row{"users": c.byKey(func(customer, user string, roles []string) (string, any) {
				return user, row{"customer": customer, "roles": roles}
			})}
		}},
		{"a role that is null", func(c *roles) any {
			return c.byKey(func(customer, _ string, roles []string) (string, any) {
				if len(roles) == 0 {
					return customer, row{"role": nil}
				}
				return customer, row{"role": roles[0]}
			})
		}},
		{"a flag", func(c *roles) any {
			return c.byKey(func(customer, _ string, roles []string) (string, any) {
				return customer, row{"deleted": len(roles) == 0}
			})
		}},
	} {
		for _, later := range []time.Duration{0, 700 * time.Millisecond} {
			for _, fault := range []string{"", "comes back", "careless"} {
				if later > 0 && fault != "" {
					continue
				}
				t.Run(fmt.Sprint(test.why, later, fault), func(t *testing.T) {
					t.Parallel()
					bubble(t, func(t *testing.T) {
						c := &roles{make(map[string]bool), make(map[string]bool), make(map[string]string)}
						subject := zooApp(t, []string{deleted}, later, func(d *zooDelivery) error {
							customer := zooField(d, "customer")
							if _, known := c.users[customer]; known && d.event.Type == deleted {
								c.role[customer] = fault == "comes back" && c.left[customer]
								c.left[customer] = true
							}
							return nil
						}, func() any { return test.show(c) })
						z := subject.Handler.(*zooHandler)
						if fault == "careless" {
							z.construct = z.uncheckedIf(func(*zooDelivery) bool { return true })
						}
						subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
							z.mu.Lock()
							defer z.mu.Unlock()
							customer, _ := event.Lookup("data.object.customer")
							c.join(fmt.Sprint(customer))
							return nil, nil
						}
						_, byID := results(t, subject, append(slices.Clone(copies), "signature/unsigned", "signature/forged-no-effect")...)
						for _, id := range copies {
							if fault != "comes back" {
								require.Equal(t, contract.Pass, byID[id].Verdict, "%s: %+v", id, byID[id])
							}
						}
						switch fault {
						case "comes back":
							require.Equal(t, contract.Fail, byID[copies[0]].Verdict, "%+v", byID[copies[0]])
						case "careless":
							require.Equal(t, contract.Fail, byID["signature/unsigned"].Verdict, "%+v", byID["signature/unsigned"])
							require.Contains(t, byID["signature/unsigned"].Actual, "its effect was there")
						default:
							require.Equal(t, contract.Pass, byID["signature/unsigned"].Verdict)
						}
					})
				})
			}
		}
	}
}
