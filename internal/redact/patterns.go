package redact

// patterns match personal data anywhere; tokens come before them. With (?i), a class with
// k or s matches the Kelvin sign and the long s (U+212A, U+017F), too: avoid it where
// code works on bytes.
var patterns = []pattern{
	{name: "id", kind: kindID, needs: hasUnderscore, parts: ifTrue(namesSomebody),
		expr:    words(idExpr),
		example: "see «cus_NffrFeUfNV2Hib»", reason: "who has a key looks it up"},
	{name: "e-mail address", kind: kindEmail, needs: hasAt,
		expr:    words(`[^\s"'<>()\[\]{},;:@\\/=?&#|%]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?\.[\p{L}\p{N}-]{2,}`),
		example: "mail «nora.l@corp.test» please", reason: "RFC 5322, and what is written in other scripts"},
	{name: "e-mail address with a word for its sign", kind: kindEmail, hints: "at AT At aT", parts: ifTrue(notStripesHost),
		expr:    words(`(?i)[\p{L}\p{N}._%+-]+(?:\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?|\s{1,3}at\s{1,3})[\p{L}\p{N}-]+(?:(?:\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|\s{1,3}dot\s{1,3}|\.)[\p{L}\p{N}-]{2,})+`),
		example: "write to «nora.l at corp dot test»", reason: "people write so to hide it from programs"},
	{name: "IBAN", kind: kindIBAN, needs: hasDigits | hasLetter, parts: ifTrue(isIBAN),
		expr:    words(`\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b`),
		example: "from «DE89 3704 0044 0532 0130 00»", reason: "ISO 13616"},
	{name: "card", kind: kindCard, needs: hasDigits, parts: cards, loose: true,
		expr:    words(`\d(?:[ \t\r\n./_-]{0,3}\d){11,}`),
		example: "paid with «4242 4242 4242 4242»", reason: "ISO/IEC 7812-1"},
	{name: "telephone number with its country", kind: kindPhone, needs: hasDigits, loose: true,
		expr:    words(`(?:\+|\b00)\d(?:[ ./()-]{0,2}\d){6,13}`),
		example: "call «+46 (0)70-123 45 67»", reason: "ITU-T E.123"},
	{name: "telephone number of North America", kind: kindPhone, needs: hasDigits, loose: true,
		expr:    words(`(?:\(\d{3}\) ?|\b\d{3}[ ./-])\d{3}[ .-]\d{4}\b`),
		example: "call «(503) 555-0142»", reason: "without its country"},
	{name: "national telephone number", kind: kindPhone, needs: hasDigits, parts: ifTrue(longerThanDate), loose: true,
		expr:    words(`\b0\d{1,4}[ /-]\d(?:[ -]?\d){4,9}\b`),
		example: "ring «070-123 45 67»", reason: "begins with 0"},
	{name: "social security number", kind: kindNumber, needs: hasDigits, loose: true,
		expr:    words(`\b\d{3}[ .-]\d{2}[ .-]\d{4}\b`),
		example: "ssn «078-05-1120»", reason: "of the United States"},
	{name: "IP address", kind: kindIP, needs: hasDot, parts: ifTrue(isIP), loose: true,
		expr:    words(`\b\d{1,3}(?:\.\d{1,3}){3}\b`),
		example: "from «81.2.69.142»", reason: "it tells where somebody is"},
	{name: "IP address of version 6", kind: kindIP, needs: hasColon, parts: ipv6, loose: true,
		expr:    words(`(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}`),
		example: "from «2a01:4f8:c0c:1::9»", reason: "it tells where somebody is"},
	{name: "path of a URL", kind: kindSegment, needs: hasColon, hints: "://", parts: unknownInURL,
		expr:    words(`(?i)\bhttps?://[^\s/?#"'<>]+/[^\s?#"'<>]+`),
		example: "see https://shop.test/u/«nora-lindqvist»", reason: "names and tokens stand in paths"},
}

// namesSomebody reports whether the text is an ID outside the catalog.
func namesSomebody(text string) bool { return isID(text) && !isCatalogID(text) }
