package render

import (
	"hash/fnv"
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// An idShape is the shape of one kind of ID. Stripe publishes no grammar; these are the
// shapes of real IDs. Handlers must not depend on them (https://docs.stripe.com/upgrades:
// up to 255 characters, prefixes may change).
type idShape struct {
	prefix string
	length int    // of the part after the prefix
	digits string // alphabet
	family string // the kind whose IDs share all but the last 8 characters

	perEvent bool // new in each event, even about the same objects
	uuid     bool // a random UUID
}

// Base62 and Lowercase are the alphabets of most ids.
const (
	Base62    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	capitals  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	Lowercase = "0123456789abcdef"
)

// idShapes has a row for each kind of ID with an unusual shape.
var idShapes = map[string]idShape{
	"acct":     {prefix: "acct_1", length: 15},
	"ca":       {prefix: "ca_", length: 32},
	"ch":       {prefix: "ch_3", length: 23, family: "pi"},
	"cbtxn":    {prefix: "cbtxn_61", length: 30},
	"climsku":  {prefix: "climsku_", length: 14},
	"coupon":   {prefix: "", length: 8}, // Stripe invents coupon IDs without a prefix
	"credgr":   {prefix: "credgr_61", length: 30},
	"cs":       {prefix: "cs_test_a1", length: 56},
	"cus":      {prefix: "cus_", length: 14},
	"ed":       {prefix: "ed_61", length: 42},
	"evt":      {perEvent: true},
	"evt3":     {prefix: "evt_3", length: 23, family: "pi", perEvent: true}, // about a payment
	"evt65":    {prefix: "evt_65", length: 44, perEvent: true},              // thin
	"mtr":      {prefix: "mtr_61", length: 30},
	"pcimprt":  {prefix: "pcimprt_61", length: 42},
	"person61": {prefix: "person_61", length: 42}, // of API v2
	"pi":       {prefix: "pi_3", length: 23, family: "pi"},
	"prod":     {prefix: "prod_", length: 14},
	"re":       {prefix: "re_3", length: 23, family: "pi"},
	"req":      {prefix: "req_", length: 14, perEvent: true},
	"si":       {prefix: "si_", length: 14},
	"sku":      {prefix: "sku_", length: 14},
	"tml":      {prefix: "tml_", length: 14},
	"tmr":      {prefix: "tmr_", length: 14},
	"tr":       {prefix: "tr_3", length: 23, family: "pi"},

	// Not IDs, but fresh in the same way.
	"fingerprint": {length: 16},
	"handle":      {length: 12, digits: Lowercase},
	"number":      {length: 8, digits: capitals},
	"order":       {prefix: "order_", length: 10, digits: capitals}, // the shop's own
	"secret":      {length: 25},
	"uuid":        {length: 36, digits: Lowercase, uuid: true, perEvent: true},
}

// usualKinds are the kinds of ID without a row in idShapes: the kind, "_1" and 23 letters
// and digits.
const usualKinds = `
ainst alrt ba bpc bps card ccsbtxn climorder clock cn cnli credrev debrev di du ent fa fca fcaown
fcauth fctxnref feat fee file fr frr iauth ibt ic ich ics idp ii il il_tmp in inpay intok ipi issfr
mandate obp obt or pd person plink pm pmc po price promo prv py pyr qt rc rd resvhld resvpln resvrel
rp setatt seti shr sqr src srcmn srctxn sub sub_sched tdsa trr trxn tu txi txn txr vr vs
`

// moneyKinds are the kinds of ID in v2.money_management: the kind, "_65" and 44 letters
// and digits. Their placeholders end in 65, too, as v1 uses the same kinds with another
// length ({obp}). Real IDs of fa, finaddr, obp and usba are known; the other kinds are
// likely guesses.
const moneyKinds = `adj fa finaddr ibt obp poi rc rcpv trxn usba`

// shapeOf returns the shape of a kind, with defaults.
func shapeOf(kind string) (shape idShape, ok bool) {
	shape, ok = idShapes[kind]
	money, isLong := strings.CutSuffix(kind, "65")
	switch {
	case ok:
	case isLong && slices.Contains(strings.Fields(moneyKinds), money):
		shape, ok = idShape{prefix: money + "_65", length: 44}, true
	default:
		ok = slices.Contains(strings.Fields(usualKinds), kind)
	}
	if shape.length == 0 {
		shape.prefix, shape.length = kind+"_1", 23
	}
	if shape.digits == "" {
		shape.digits = Base62
	}
	return shape, ok
}

// An id is the role named by a placeholder, such as {price:addon}. The ID is a function
// of the role, the seed and the event's objects, so two events about the same objects
// agree without knowing about each other.
type id struct {
	placeholder string // kind, or kind:label
	shape       idShape
	role        uint64 // hash of the placeholder
	family      uint64 // hash of the family's placeholder; 0 for none
}

const familyTail = 8 // final characters that differ within a family

// newID returns the id for the inside of a placeholder: kind, or kind:label.
func newID(placeholder string) (id, bool) {
	kind, _, _ := strings.Cut(placeholder, ":")
	shape, ok := shapeOf(kind)
	i := id{placeholder: placeholder, shape: shape, role: Hash(placeholder)}
	if shape.family != "" {
		i.family = Hash(shape.family)
	}
	return i, ok
}

// NewID returns an ID for the inside of a placeholder, determined by the state. An
// unlisted kind has the usual shape.
func NewID(placeholder string, state uint64) string {
	i, _ := newID(placeholder)
	return string(i.appendTo(make([]byte, 0, i.size()), Identity{Objects: Objects{Key: state}, Event: state}))
}

// appendKnown appends an ID as the inside of a JSON string.
func appendKnown(dst []byte, id string) []byte {
	quoted := rawjson.Quote(id)
	return append(dst, quoted[1:len(quoted)-1]...)
}

func (i *id) size() int { return len(i.shape.prefix) + i.shape.length }

// appendTo appends the ID of the role in an event.
func (i *id) appendTo(dst []byte, c Identity) []byte {
	if known, ok := c.IDs[i.placeholder]; ok {
		return appendKnown(dst, known)
	}
	if c.Objects.Like != 0 && i.isStripes() {
		return i.appendAlike(dst, c)
	}
	own := c.Objects.Key
	if i.shape.perEvent {
		own = c.Event
	}
	dst = append(dst, i.shape.prefix...)
	start, length := len(dst), i.shape.length
	if i.family != 0 {
		dst = AppendDigits(dst, i.shape.digits, length-familyTail, c.Objects.Key^i.family)
		length, own = familyTail, mix(own) // the founder of the family needs its own tail, too
	}
	dst = AppendDigits(dst, i.shape.digits, length, own^i.role)
	if i.shape.uuid {
		formatUUID(dst[start:])
	}
	return dst
}

// Fill replaces placeholders such as {pi} or {ch:2} in a text with the IDs in events
// about these objects. Other words in braces stay.
func Fill(text string, about Objects) string {
	return placeholders().ReplaceAllStringFunc(text, func(word string) string {
		i, known := newID(word[1 : len(word)-1])
		if !known {
			return word
		}
		return string(i.appendTo(nil, Identity{Objects: about, Event: about.Key}))
	})
}

var placeholders = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{[a-z][a-z0-9_]*(?::[a-z0-9_]+)?\}`)
})

// An Identity determines the IDs and times of one event.
type Identity struct {
	Objects Objects
	Event   uint64 // the event's own
	Created int64  // in Unix seconds
	Nanos   int64  // fraction of a second, for thin events

	IDs map[string]string // known IDs by placeholder; others are generated

	Follows   bool       // an earlier event is about the same objects
	Creations []Creation // of objects in earlier events
}

// A Creation is the creation time of an object, in Unix seconds.
type Creation struct {
	ID string
	At int64
}

// Objects identifies the objects of events. It is the same for all events about the same
// objects, and zero for a payload not from fixtures.
type Objects struct {
	Key   uint64
	Began int64 // creation time of the first event about them, in Unix seconds

	Like uint64 // the key of objects whose IDs differ from theirs in the last character; 0 for none
}

// NewIdentity returns the identity of the nth event of a seed and a run, created now and
// about new objects. An empty runID means the seed alone.
func NewIdentity(seed uint64, runID string, n uint64, now time.Time) Identity {
	if runID != "" {
		seed ^= Hash(runID)
	}
	event := mix(mix(seed) + n*golden)
	created := now.Unix()
	return Identity{
		Objects: Objects{Key: mix(event), Began: created},
		Event:   event, Created: created, Nanos: int64(now.Nanosecond()),
	}
}

// AppendDigits appends n pseudo-random digits of an alphabet, determined by the state.
func AppendDigits(dst []byte, alphabet string, n int, state uint64) []byte {
	const perWord = 10 // 62^10 < 2^64
	base := uint64(len(alphabet))
	for n > 0 {
		state += golden
		word := mix(state)
		for range min(n, perWord) {
			var digit uint64
			digit, word = bits.Mul64(word, base) // word is a fraction, digit its first place
			dst = append(dst, alphabet[digit])
		}
		n -= perWord
	}
	return dst
}

// formatUUID formats 36 hexadecimal digits as a random (version 4) UUID.
func formatUUID(text []byte) {
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	text[14] = '4'
	text[19] = "89ab"[text[19]%4]
}

const golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio, as in splitmix64

// mix is the finalizer of splitmix64: neighboring inputs give unrelated outputs.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Hash returns a well-mixed hash of a text.
func Hash(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return mix(h.Sum64())
}

// Renew maps an ID to another one of the same kind and length, consistently for all
// events about the same objects.
func Renew(id string, about Objects) string {
	start := strings.LastIndexByte(id, '_') + 1
	return string(AppendDigits([]byte(id[:start]), Base62, len(id)-start, about.Key^Hash(id)))
}

// SplitID splits the quoted text of an ID, or of a client secret, which begins with one.
// Names of states and the like ("requires_payment_method") have only lower-case letters.
func SplitID(quoted string) (id, rest string, ok bool) {
	if len(quoted) < shortestID || !strings.Contains(quoted, "_") { // most texts, and the expression is slow
		return "", "", false
	}
	match := idText().FindStringSubmatch(quoted)
	if match == nil || !strings.ContainsFunc(match[2], func(r rune) bool { return r < 'a' }) {
		return "", "", false
	}
	return match[1], match[3], true
}

// shortestID is the length of the shortest quoted ID.
const shortestID = len(`"x_123456789012"`)

// idText is compiled on first use, to keep the command's startup fast.
var idText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^"((?:[a-z]+_)+([0-9A-Za-z]{12,}))(_secret_[0-9A-Za-z]+)?"$`)
})
