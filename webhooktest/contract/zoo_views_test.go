package contract_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A zooView is a way to show what is stored.
type zooView struct {
	name, why string
	doubles   bool // an event that counts twice shows
	show      func(z *zooHandler) any
}

type zooObject = map[string]any

func zooViews() []zooView {
	return slices.Concat(zooRowViews(), zooTimeViews(), zooNumberViews(), zooObjectViews(), zooKeyViews())
}

func zooRowViews() []zooView {
	return []zooView{
		{"ledger", "a row for every event, of unknown types too", false, func(z *zooHandler) any { return slices.Clone(z.records) }},
		{"payments", "rows of one table", true, func(z *zooHandler) any { return slices.Clone(z.payments) }},
		{"shuffled", "rows without ORDER BY", true, func(z *zooHandler) any {
			rows, lines := slices.Clone(z.payments), slices.Clone(z.log)
			rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			rand.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			return zooObject{"payments": rows, "log": lines}
		}},
		{"log-lines", "a list of lines", true, func(z *zooHandler) any { return slices.Clone(z.log) }},
		{"text", "lines in one text", true, func(z *zooHandler) any { return strings.Join(z.log, "\n") }},
		{"text-table", "a table in one text, with values between commas", true, func(z *zooHandler) any {
			lines := []string{"id,payment,cents"}
			for i, payment := range z.payments {
				lines = append(lines, fmt.Sprintf("%d,%s,%d", i+1, payment.ID, payment.Amount))
			}
			return strings.Join(lines, "\n")
		}},
		{"json-values", "a key-value store with JSON texts, by serial number", true, func(z *zooHandler) any {
			values := make(map[string]string)
			for i, payment := range z.payments {
				values[fmt.Sprintf("payment:%d", i+1)] = fmt.Sprintf(`{"payment":%q,"cents":%d}`, payment.ID, payment.Amount)
			}
			return values
		}},
		{"last-three", "a window of three lines", false, func(z *zooHandler) any { return slices.Clone(z.log[max(0, len(z.log)-3):]) }},
		{"own-ids", "a map keyed by ids of the database", true, func(z *zooHandler) any {
			rows := make(map[string]zooRow)
			for i, payment := range z.payments {
				rows[strconv.Itoa(i+1)] = payment
			}
			return rows
		}},
		{"deliveries-listed", "a row for every genuine delivery, of copies too", false, func(z *zooHandler) any {
			return zooBeside(z, "deliveries", slices.Clone(z.deliveries))
		}},
		{"access-log", "a line for every request, of forgeries too", false, func(z *zooHandler) any {
			return zooBeside(z, "access", zooObject{"requests": len(z.requests), "lines": slices.Clone(z.requests)})
		}},
		{"history", "a row for every change of an object", false, func(z *zooHandler) any { return zooBeside(z, "history", z.history()) }},
	}
}

// zooTurnViews show who has written a row, three in turn: with every event more, it
// is another.
func zooTurnViews() []zooView {
	inTurn := func(name string, workers ...string) zooView {
		return zooView{name, "rows with the worker who wrote them", true, func(z *zooHandler) any {
			rows := []zooObject{}
			for i, payment := range z.payments {
				rows = append(rows, zooObject{"payment": payment, "worker": workers[i%len(workers)]})
			}
			return rows
		}}
	}
	return []zooView{
		inTurn("worker-names", "anna", "ben", "cleo"),
		inTurn("worker-numbers", "worker-1", "worker-2", "worker-3"),
	}
}

// zooTimeViews have times, of the database's clock, in the formats of several
// languages and countries.
func zooTimeViews() []zooView {
	timed := func(name, layout string) zooView {
		return zooView{name, "rows with the time at which they were written", true, func(z *zooHandler) any {
			rows := []zooObject{}
			for i, line := range z.log {
				written := time.Unix(1_780_000_000, 0).UTC().Add(time.Duration(i) * 7 * time.Hour)
				rows = append(rows, zooObject{"line": line, "at": written.Format(layout)})
			}
			return rows
		}}
	}
	return []zooView{
		timed("times-in-german", "02.01.2006 15:04:05"),
		timed("times-in-american", "1/2/2006, 3:04:05 PM"),
		timed("times-of-http", http.TimeFormat),
		timed("times-compact", "20060102150405"),
		{"by-second", "sums keyed by when the event was created", true, func(z *zooHandler) any {
			sums := make(map[string]int)
			for _, payment := range z.paymentRecords() {
				sums[time.Unix(payment.Created, 0).UTC().Format(time.RFC3339)] += 4800
			}
			return sums
		}},
		{"last-payment-at", "a number, and the time of the last payment", true, func(z *zooHandler) any {
			payments := z.paymentRecords()
			if len(payments) == 0 {
				return zooObject{"payments": 0, "last_payment_at": nil}
			}
			return zooObject{"payments": len(payments), "last_payment_at": payments[len(payments)-1].Created}
		}},
	}
}

func zooNumberViews() []zooView {
	return []zooView{
		{"counters", "numbers only", true, func(z *zooHandler) any {
			return zooObject{"payments": len(z.payments), "total": z.total, "disputes": len(z.disputes), "refunds": len(z.refunds),
				"balances": len(z.balances), "fulfilled": len(z.fulfilled), "subscriptions": len(z.subscriptions)}
		}},
		{"number", "one number", true, func(z *zooHandler) any { return z.total }},
		{"floats", "amounts in dollars", true, func(z *zooHandler) any { return zooObject{"revenue": float64(z.total) / 100} }},
		{"decimal-sums", "sums as a database's decimals are shown", true, func(z *zooHandler) any {
			return []zooObject{{"currency": "usd", "sum": fmt.Sprintf("%.2f", float64(z.total)/100)}}
		}},
		{"counts-by-type", "how many of each type, of unknown types too", false, func(z *zooHandler) any {
			counts := make(map[string]int)
			for _, record := range z.records {
				counts[record.Type]++
			}
			return counts
		}},
		{"kinds-counted", "SELECT kind, COUNT(*) … GROUP BY kind", true, func(z *zooHandler) any {
			var kinds []string
			for _, line := range z.log {
				kinds = append(kinds, strings.Fields(line)[0])
			}
			return zooCounted("kind", kinds)
		}},
		{"status-counts", "SELECT status, COUNT(*) … GROUP BY status", false, func(z *zooHandler) any {
			var statuses []string
			for _, subscription := range z.subscriptions {
				statuses = append(statuses, subscription.Status)
			}
			return zooBeside(z, "subscriptions", zooCounted("status", statuses))
		}},
		{"copies-counted", "a metric of the copies that it dropped", false, func(z *zooHandler) any {
			return zooBeside(z, "duplicates", len(z.deliveries)-len(z.records))
		}},
		{"hash", "a hash of everything", false, func(z *zooHandler) any {
			return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(z.log, "\n"))))
		}},
	}
}

func zooObjectViews() []zooView {
	return []zooView{
		{"map-by-event", "a map keyed by event id", false, func(z *zooHandler) any {
			rows := make(map[string]zooRecord)
			for _, record := range z.records {
				rows[record.ID] = record
			}
			return rows
		}},
		{"map-by-object", "a map keyed by payment", false, func(z *zooHandler) any {
			rows := make(zooObject)
			for _, payment := range z.payments {
				rows[payment.ID] = zooObject{"status": "paid", "amount": payment.Amount}
			}
			return zooObject{"payments": rows, "subscriptions": maps.Clone(z.subscriptions)}
		}},
		{"paid-by-object", "a map keyed by payment, of what was paid", true, func(z *zooHandler) any {
			paid := make(map[string]int64)
			for _, payment := range z.payments {
				paid[payment.ID] += payment.Amount
			}
			return paid
		}},
		{"paid-at", "a map keyed by payment, of when it was made", false, func(z *zooHandler) any {
			payments, times := z.paymentRecords(), make(zooObject)
			for i, payment := range z.payments {
				times[payment.ID] = zooObject{"amount": payment.Amount, "paid_at": payments[i].Created}
			}
			return times
		}},
		{"lock-version", "how often each object was written", false, func(z *zooHandler) any {
			writes := make(map[string]int)
			for _, change := range z.history() {
				writes[change.Subscription]++
			}
			rows := make(zooObject)
			for id, subscription := range z.subscriptions {
				rows[id] = zooObject{"status": subscription.Status, "cancels": subscription.Cancels, "lock_version": writes[id]}
			}
			return zooBeside(z, "subscriptions", rows)
		}},
		{"seats", "how many seats each subscription has, and how often it was written", true, func(z *zooHandler) any {
			return zooBeside(z, "subscriptions", z.seats())
		}},
		{"paid-until", "a time once an update has set it, and nothing before", false, func(z *zooHandler) any {
			return zooBeside(z, "subscriptions", z.paidUntil())
		}},
		{"documents", "a document for each user, whose subscription is deep inside", true, func(z *zooHandler) any {
			return zooBeside(z, "subscriptions", z.documents())
		}},
		{"null-at-first", "nothing until there is something", true, func(z *zooHandler) any {
			if len(z.log) == 0 {
				return nil
			}
			return z.everything()
		}},
	}
}

// seats shows of subscriptions nothing but numbers: the quantity, and a count of its own.
func (z *zooHandler) seats() zooObject {
	writes, rows := make(map[string]int), make(zooObject)
	for _, change := range z.history() {
		writes[change.Subscription]++
	}
	for id, subscription := range z.subscriptions {
		rows[id] = zooObject{"seats": subscription.Quantity, "writes": writes[id]}
	}
	return rows
}

// paidUntil shows of subscriptions until when they are paid, which the creation does not
// say.
func (z *zooHandler) paidUntil() zooObject {
	rows := make(zooObject)
	for id, subscription := range z.subscriptions {
		row := zooObject{"status": subscription.Status}
		if subscription.updated {
			row["paid_until"] = time.Now().AddDate(0, 1, 0).Unix()
		}
		rows[id] = row
	}
	return rows
}

// documents shows subscriptions as a document database has them: in their users.
func (z *zooHandler) documents() []zooObject {
	users := []zooObject{}
	for _, id := range slices.Sorted(maps.Keys(z.subscriptions)) {
		plan := map[bool]string{true: "pro", false: "free"}[z.subscriptions[id].Status == "active"]
		users = append(users, zooObject{"plan": plan, "stripe": zooObject{"subscriptions": zooObject{id: zooObject{"status": z.subscriptions[id].Status}}}})
	}
	return users
}

// zooBeside is all that a handler shows, with one part of it in other words.
func zooBeside(z *zooHandler, name string, part any) any {
	state := z.everything().(zooObject)
	state[name] = part
	return state
}

// zooCounted are rows as of an aggregate query.
func zooCounted(column string, values []string) []zooObject {
	counts := make(map[string]int)
	for _, value := range values {
		counts[value]++
	}
	rows := []zooObject{}
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		rows = append(rows, zooObject{column: value, "count": counts[value]})
	}
	return rows
}

type zooChange struct {
	Subscription string `json:"subscription"`
	Status       string `json:"status"`
}

// history has every change of a subscription, as the log tells.
func (z *zooHandler) history() []zooChange {
	changes := []zooChange{}
	for _, line := range z.log {
		if words := strings.Fields(line); words[0] == "subscription" {
			changes = append(changes, zooChange{words[1], words[2]})
		}
	}
	return changes
}

func (z *zooHandler) paymentRecords() []zooRecord {
	return slices.DeleteFunc(slices.Clone(z.records), func(r zooRecord) bool { return r.Type != "payment_intent.succeeded" })
}
