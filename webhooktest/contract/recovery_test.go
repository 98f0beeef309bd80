package contract_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A recoveryRow is what an app keeps of a subscription whose payment may fail.
type recoveryRow struct {
	Status   string
	Failures int
	Since    int64 // when a payment failed, also after it was made good
	told     int64
}

// A recoverer keeps a row for each subscription.
type recoverer struct {
	takes func(row recoveryRow, status, was string, told int64) (recoveryRow, error)
	later time.Duration

	rows map[string]recoveryRow
}

func (a *recoverer) take(d *zooDelivery) error {
	was, _ := d.event.Data.PreviousAttributes["status"].(string)
	id, status := zooField(d, "id"), zooField(d, "status")
	row, known := a.rows[id]
	switch {
	case zooField(d, "object") != "subscription":
		return nil
	case d.event.Type == "customer.subscription.created":
		if !known {
			a.rows[id] = recoveryRow{Status: status, told: d.event.Created}
		}
		return nil
	}
	row, err := a.takes(row, status, was, d.event.Created)
	if err == nil {
		a.rows[id] = row
	}
	return err
}

// newest keeps what the newest event says.
func (row recoveryRow) newest(status, _ string, told int64) (recoveryRow, error) {
	if told >= row.told {
		row.Status, row.told = status, told
	}
	return row, nil
}

// counting counts the failures, too, and keeps the time of the last.
func (row recoveryRow) counting(status, was string, told int64) (recoveryRow, error) {
	if status == "past_due" {
		row.Failures, row.Since = row.Failures+1, told
	}
	return row.newest(status, was, told)
}

// activeOnly leaves what is past due alone.
func (row recoveryRow) activeOnly(status, was string, told int64) (recoveryRow, error) {
	if status == "past_due" {
		return row, nil
	}
	return row.newest(status, was, told)
}

// steps refuses a change of another status than the row has: Stripe sends it again.
func (row recoveryRow) steps(status, was string, told int64) (recoveryRow, error) {
	if was != "" && row.Status != "" && row.Status != was {
		return row, &zooError{409, "not yet"}
	}
	row.Status = status
	return row, nil
}

// last keeps what comes last.
func (row recoveryRow) last(status, _ string, _ int64) (recoveryRow, error) {
	row.Status = status
	return row, nil
}

// turns keeps whether a payment is due, and acts on changes of the status alone.
func (row recoveryRow) turns(status, was string, _ int64) (recoveryRow, error) {
	switch {
	case status == "past_due" && was != "" && was != status:
		row.Status = "due"
	case status == "active" && was == "past_due" && row.Status == "due":
		row.Status = "active"
	}
	return row, nil
}

// TestRecovery holds that a past_due which comes after the recovery is no news.
func TestRecovery(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const late = "ordering/stale-past-due"
	handles := []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}
	for _, test := range []struct {
		name, why string
		app       recoverer
		begun     bool // it needs a row before
		want      contract.Verdict
	}{
		{"newest", "what is older is skipped", recoverer{takes: recoveryRow.newest}, false, contract.Pass},
		{"newest, later", "what is older is skipped", recoverer{takes: recoveryRow.newest, later: time.Second}, false, contract.Pass},
		{"counting", "the failure was one, whenever it is told", recoverer{takes: recoveryRow.counting}, false, contract.Pass},
		{"active only", "past_due changes nothing", recoverer{takes: recoveryRow.activeOnly}, false, contract.Pass},
		{"steps", "what comes too early comes again", recoverer{takes: recoveryRow.steps}, true, contract.Pass},

		{"last", "past_due overwrites what is newer", recoverer{takes: recoveryRow.last}, false, contract.Fail},
		{"last, later", "past_due overwrites what is newer", recoverer{takes: recoveryRow.last, later: time.Second}, false, contract.Fail},
		{"turns", "the recovery finds nothing to lift, and the flag stays", recoverer{takes: recoveryRow.turns}, true, contract.Fail},
	} {
		for _, some := range [][]string{handles, handles[1:]} {
			if test.begun && len(some) == 2 {
				continue
			}
			t.Run(test.name+" of "+some[0], func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					app := test.app
					app.rows = make(map[string]recoveryRow)
					s := zooApp(t, some, app.later, func(d *zooDelivery) error {
						if !slices.Contains(some, string(d.event.Type)) {
							return nil
						}
						return app.take(d)
					}, func() any { return maps.Clone(app.rows) })
					_, byID := results(t, s, late)
					require.Equal(t, test.want, byID[late].Verdict, "%s: %+v", test.why, byID[late])
				})
			})
		}
	}
}
