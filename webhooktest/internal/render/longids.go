package render

import (
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// LongIDs lengthens the IDs in a text to Stripe's maximum. Equal IDs stay equal.
func LongIDs(body []byte) ([]byte, error) {
	const length = 255 // https://docs.stripe.com/upgrades
	root, err := rawjson.Parse(body)
	if err != nil {
		return nil, err
	}
	var out []byte
	copied := 0
	root.All(func(v *rawjson.Value) {
		text := string(body[v.Start:v.End])
		long := lengthened(text, length)
		if strings.HasPrefix(text, `"/v`) { // a path of the API
			segments := strings.Split(strings.Trim(text, `"`), "/")
			for i, segment := range segments {
				segments[i] = strings.Trim(lengthened(`"`+segment+`"`, length), `"`)
			}
			long = `"` + strings.Join(segments, "/") + `"`
		}
		if long != text {
			out = append(append(out, body[copied:v.Start]...), long...)
			copied = v.End
		}
	})
	return append(out, body[copied:]...), nil
}

// lengthened extends the ID at the start of a quoted text to that length. It leaves other
// texts, and IDs of that length, alone.
func lengthened(quoted string, length int) string {
	id, rest, ok := SplitID(quoted)
	if !ok || len(id) >= length {
		return quoted
	}
	long := AppendDigits([]byte(id), Base62, length-len(id), Hash(id))
	return `"` + string(long) + rest + `"`
}
