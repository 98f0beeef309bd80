package render

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// envelope lays out the event as Stripe does: two spaces, opened empty objects and lists,
// id and object first, the other keys in alphabetical order.
func (o *Options) envelope(eventType string, f *eventFixture, object []byte) []byte {
	var text bytes.Buffer
	field := func(key string, value []byte) {
		if text.Len() > 1 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "%q:%s", key, value)
	}
	if o.Account != "" && f.Connect {
		object = bytes.ReplaceAll(object, []byte("{acct}"), []byte(o.Account)) // it is about the account that sends it
	}
	data := slices.Concat([]byte(`{"object":`), object)
	if f.PreviousAttributes != nil {
		data = slices.Concat(data, []byte(`,"previous_attributes":`), f.PreviousAttributes)
	}
	text.WriteByte('{')
	field("id", eventID(object))
	field("object", []byte(`"event"`))
	if account := o.account(f.Connect); account != "" {
		field("account", rawjson.Quote(account))
	}
	field("api_version", rawjson.Quote(o.version()))
	field("created", []byte(`"{now}"`))
	field("data", append(data, '}'))
	field("livemode", []byte(`"{livemode}"`))
	field("pending_webhooks", []byte("1"))
	if f.Automatic {
		field("request", []byte(`{"id":null,"idempotency_key":null}`))
	} else {
		field("request", []byte(`{"id":"{req}","idempotency_key":"{uuid}"}`))
	}
	field("type", rawjson.Quote(eventType))
	text.WriteByte('}')
	return layout.Opened.Indent(text.Bytes(), "")
}

func (o *Options) account(connect bool) string {
	if o.Account == "" && connect {
		return "{acct}"
	}
	return o.Account
}

// eventID returns the placeholder of the event's ID. An event about a payment shares most
// of its ID with the payment: evt_3… and pi_3….
func eventID(object []byte) []byte {
	raw, _ := rawjson.Get(object, "id") // some objects have none
	if text, err := strconv.Unquote(string(raw)); err == nil {
		if name, ok := placeholder([]byte(text)); ok {
			if id, known := newID(string(name)); known && id.family != 0 {
				return []byte(`"{evt3}"`)
			}
		}
	}
	return []byte(`"{evt}"`)
}
