package render

import "strings"

// isStripes reports whether Stripe makes up the ids of this kind, once for each object.
func (i *id) isStripes() bool {
	return strings.Contains(i.shape.prefix, "_") && i.shape.digits == Base62 && !i.shape.perEvent
}

// appendAlike appends the ID that these objects' like have in the role, with another last
// character.
func (i *id) appendAlike(dst []byte, c Identity) []byte {
	own, digits := c.Objects.Key, i.shape.digits
	c.Objects = Objects{Key: c.Objects.Like}
	dst = i.appendTo(dst, c)
	last := &dst[len(dst)-1]
	further := 1 + int(mix(own)%uint64(len(digits)-1))
	*last = digits[(strings.IndexByte(digits, *last)+further)%len(digits)]
	return dst
}
