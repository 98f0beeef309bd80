package webhooktest

import (
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

func longIDs(d *draft, _ string) (err error) {
	d.body, err = render.LongIDs(d.body)
	return err
}

// tamperBody changes a digit in the object, such as the first of an amount. The result is
// valid JSON: only the signature gives it away.
func tamperBody(d *draft, _ string) error {
	d.body = slices.Clone(d.body)
	root, err := rawjson.Parse(d.body)
	if err != nil {
		d.body = append(d.body, ' ') // not JSON: nothing to change, so append a byte
		return nil
	}
	target := &root
	for _, key := range []string{"data", "object"} {
		if child := target.Child(key); child != nil {
			target = child
		}
	}
	if digit := firstDigit(d.body, target); digit >= 0 {
		d.body[digit] = '1' + (d.body[digit]-'0')%9
		return nil
	}
	if d.event.thin && tamperID(d.body, &root) {
		return nil
	}
	d.body = append(d.body, ' ')
	return nil
}

// tamperID changes the object ID of a thin event, or the event's own ID if it has none.
func tamperID(body []byte, root *rawjson.Value) bool {
	id := root.Child("id")
	if related := root.Child("related_object"); related != nil && related.Child("id") != nil {
		id = related.Child("id")
	}
	if id == nil || id.Kind != '"' || id.End-id.Start < len(`"x"`) {
		return false
	}
	last := &body[id.End-2]
	if *last == 'x' {
		*last = 'y'
	} else {
		*last = 'x'
	}
	return true
}

// firstDigit returns the position of the first number without a leading zero, or -1.
func firstDigit(text []byte, v *rawjson.Value) int {
	found := -1
	v.All(func(v *rawjson.Value) {
		if c := text[v.Start]; found < 0 && v.Kind == '0' && c >= '1' && c <= '9' {
			found = v.Start
		}
	})
	return found
}
