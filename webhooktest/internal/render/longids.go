package render

import (
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// LongIDs returns the text with its ids as long as Stripe's may become. Equal ids stay
// equal.
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
		if strings.HasPrefix(text, `"/v`) { // where the API has an object
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

// lengthened returns the quoted text of an id, or of what begins with one, with an id
// of that length. Other texts, and ids that are as long already, stay.
func lengthened(quoted string, length int) string {
	id, rest, ok := SplitID(quoted)
	if !ok || len(id) >= length {
		return quoted
	}
	long := AppendDigits([]byte(id), Base62, length-len(id), Hash(id))
	return `"` + string(long) + rest + `"`
}
