package webhooktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// set adds or replaces the value at a path of the body. It adds no data to thin events.
func (d *draft) set(path string, raw []byte) error {
	if d.event.thin && strings.HasPrefix(path, objectPath) {
		return render.ErrThin
	}
	body, err := rawjson.Set(d.body, path, raw, true)
	if err != nil {
		return err
	}
	d.body = body
	return nil
}

func eventAge(d *draft, value string) error {
	old, err := time.ParseDuration(value)
	if err != nil {
		return fmt.Errorf("%q is not a duration: write 72h", value)
	}
	created := d.sent - int64(old/time.Second)
	if d.event.thin {
		return d.set("created", rawjson.Quote(time.Unix(created, 0).UTC().Format(render.ThinTime)))
	}
	return d.set("created", strconv.AppendInt(nil, created, 10))
}

func compact(d *draft, _ string) error {
	var out bytes.Buffer
	if err := json.Compact(&out, d.body); err != nil {
		return err
	}
	d.body = out.Bytes()
	return nil
}

// crlf may replace every newline in the text: inside strings, they are escaped.
func crlf(d *draft, _ string) error {
	d.body = bytes.ReplaceAll(d.body, []byte("\n"), []byte("\r\n"))
	return nil
}

func oddWhitespace(d *draft, _ string) error {
	var out bytes.Buffer
	if err := json.Indent(&out, d.body, " ", "\t"); err != nil {
		return err
	}
	d.body = bytes.ReplaceAll(out.Bytes(), []byte("\n"), []byte(" \r\n\n"))
	return nil
}

func trailingNewline(d *draft, _ string) error {
	d.body = append(slices.Clip(d.body), '\n')
	return nil
}

const metadata = "data.object.metadata."

func unicodeText(d *draft, _ string) error {
	return d.set(metadata+"unicode", []byte(`"Zoë Grüßgott, 東京, שלום, 😀"`))
}

func escapedUnicode(d *draft, _ string) error {
	if err := unicodeText(d, ""); err != nil {
		return err
	}
	var escaped []byte
	for rest := d.body; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r < utf8.RuneSelf || r == utf8.RuneError && size == 1 {
			escaped = append(escaped, rest[0])
		} else {
			for _, unit := range utf16.Encode([]rune{r}) {
				escaped = fmt.Appendf(escaped, `\u%04x`, unit)
			}
		}
		rest = rest[size:]
	}
	d.body = escaped
	return nil
}

func oddEscapes(d *draft, _ string) error {
	return d.set(metadata+"escapes", []byte(`"a\/b \u003cb\u003e \u0026 \u2028 \t"`))
}

func oddNumbers(d *draft, _ string) error {
	return d.set("data.object.odd_numbers", []byte(`[1.0, 1e2, 9007199254740993]`))
}

func shuffledKeys(d *draft, _ string) error {
	random := rand.New(rand.NewPCG(render.Hash(d.event.id), shuffleStream))
	body, err := rawjson.ReorderKeys(d.body, random.Shuffle)
	if err != nil {
		return err
	}
	d.body = body
	return nil
}

// padded fills the metadata with values of up to 500 characters, Stripe's limit, but with
// more of them than Stripe allows; beyond that, with longer ones.
func padded(d *draft, value string) error {
	size, err := parseSize(value)
	if err != nil {
		return err
	}
	values := min(1+max(0, size-len(d.body))/500, 250) // beyond that, no Stripe event is as large
	unpadded := len(d.body)
	if err := d.pad(values); err != nil {
		return err
	}
	text := size - len(d.body)
	if text < 0 {
		return fmt.Errorf("%s is too little for a body of %d bytes and padding", value, unpadded)
	}
	d.body = fillPadding(d.body, values, text)
	return nil
}

// pad adds a number of empty values to the metadata.
func (d *draft) pad(values int) error {
	metadata := append([]byte("{"), bytes.Join(d.unpadded(), []byte(","))...)
	for i := range values {
		if len(metadata) > 1 {
			metadata = append(metadata, ',')
		}
		metadata = fmt.Appendf(metadata, `%s:""`, paddingKey(i))
	}
	return d.set("data.object.metadata", append(metadata, '}'))
}

// fillPadding spreads text over the empty values. It writes them once: they may have
// megabytes.
func fillPadding(body []byte, values, text int) []byte {
	filled := make([]byte, 0, len(body)+text)
	for i := range values {
		length := text / values
		if i == 0 {
			length += text % values
		}
		before, after, _ := bytes.Cut(body, []byte(paddingKey(i)))
		empty := 1 + bytes.IndexByte(after, '"')
		filled = append(append(filled, before...), paddingKey(i)...)
		filled = append(filled, after[:empty]...)
		filled = append(filled, bytes.Repeat([]byte("x"), length)...)
		body = after[empty:]
	}
	return append(filled, body...)
}

func paddingKey(i int) string { return fmt.Sprintf(`"%s%05d"`, padding, i) }

const padding = "padding_"

// unpadded returns the members of the metadata without earlier padding, or none if it is
// not an object.
func (d *draft) unpadded() (members [][]byte) {
	raw, err := rawjson.Get(d.body, "data.object.metadata")
	if err != nil {
		return nil
	}
	object, err := rawjson.Parse(raw)
	if err != nil || object.Kind != '{' {
		return nil
	}
	for _, member := range object.Children {
		if !strings.HasPrefix(member.Key, padding) {
			members = append(members, raw[member.From:member.End])
		}
	}
	return members
}

// parseSize parses 60kB, 64KiB, 1MB or a number of bytes.
func parseSize(text string) (int, error) {
	match := regexp.MustCompile(`(?i)^(\d{1,9})(|b|kb|kib|mb|mib)$`).FindStringSubmatch(text)
	if match == nil {
		return 0, fmt.Errorf("%q is not a size: write 60kB, 64KiB or 1MB", text)
	}
	n, err := strconv.Atoi(match[1])
	units := map[string]int{"kb": 1e3, "kib": 1 << 10, "mb": 1e6, "mib": 1 << 20}
	if unit := units[strings.ToLower(match[2])]; unit != 0 {
		n *= unit
	}
	if n > maxPadded {
		return 0, fmt.Errorf("%s is more than %d bytes", text, maxPadded)
	}
	return n, err
}

// maxPadded bounds the memory of one delivery.
const maxPadded = 64 << 20

// without leaves out a field. Events of most types lack what some have.
func without(d *draft, path string) error {
	body, err := rawjson.Remove(d.body, path)
	if errors.Is(err, rawjson.ErrNoPath) {
		return nil
	}
	if err == nil {
		d.body = body
	}
	return err
}

func null(d *draft, path string) error {
	body, err := rawjson.Set(d.body, path, []byte("null"), false)
	if err != nil {
		return err
	}
	d.body = body
	return nil
}

func nulls(d *draft, _ string) error {
	changed := false
	for _, path := range d.event.nullable {
		body, err := rawjson.Set(d.body, path, []byte("null"), false)
		if errors.Is(err, rawjson.ErrNoPath) {
			continue // inside a field already set to null
		}
		if err != nil {
			return err
		}
		d.body, changed = body, true
	}
	switch {
	case changed:
		return nil
	case d.event.thin:
		return render.ErrThin
	case len(d.event.nullable) > 0:
		return errors.New("the body has none of the fields that may be null")
	case d.event.objects != (render.Objects{}):
		return fmt.Errorf("%w: no field of the object in %s may be null", render.ErrNotApplicable, d.event.typ)
	}
	return errors.New("nullable fields are known only for events from fixtures")
}

// newerVersion advances the version by a month, as Stripe does within a train.
func newerVersion(d *draft, _ string) error {
	if d.event.thin {
		return fmt.Errorf("%w: a thin event has no version", render.ErrNotApplicable)
	}
	raw, err := rawjson.Get(d.body, "api_version")
	if err != nil {
		return err
	}
	date, train, found := strings.Cut(strings.Trim(string(raw), `"`), ".")
	day, err := time.Parse(time.DateOnly, date)
	if !found || err != nil {
		return fmt.Errorf("%w: API version %s has no monthly releases; versions since 2024-09-30.acacia do", render.ErrNotApplicable, raw)
	}
	return d.set("api_version", rawjson.Quote(day.AddDate(0, 1, 0).Format(time.DateOnly)+"."+train))
}

// extraProperties adds fields, as an API upgrade might.
func extraProperties(d *draft, _ string) error {
	root, err := rawjson.Parse(d.body)
	if err != nil {
		return err
	}
	places := []string{"", objectPath}
	if d.event.thin {
		places = []string{""}
		if related := root.Child("related_object"); related != nil && related.Kind == '{' {
			places = append(places, "related_object.")
		}
	}
	for path, value := range root.Inner() {
		if value.Kind == '{' && strings.HasPrefix(path, objectPath) && strings.HasSuffix(path, ".data.0") {
			places = append(places, path+".")
		}
	}
	for _, place := range places {
		if err := d.set(place+"future_field", []byte(`{"enabled": true, "since": 1700000000}`)); err != nil {
			return err
		}
	}
	return nil
}

func bodyText(d *draft, text string) error {
	d.body = []byte(text)
	return nil
}
