package redact

// byPattern returns the matches of the patterns in a text of a kind, as it is and as a
// person would read it.
func byPattern(text string, in kind) []span {
	spans := byTables(text, in)
	if read := plainly(text); read.text != text {
		for _, s := range byTables(read.text, in) {
			s.start, s.end = read.source(s.start, s.end)
			spans = append(spans, s)
		}
	}
	return spans
}

func byTables(text string, in kind) []span {
	has := traitsOf(text)
	strict := in == kindVersion && isVersion(text) || in == kindAmount && isAmount(text)
	var spans []span
	for _, table := range [][]pattern{tokens, patterns} {
		for i := range table {
			p := &table[i]
			skipped := p.loose && strict || p.kind == kindSegment && in == kindPage
			if has&p.needs == p.needs && !skipped && p.hinted(text) {
				spans = append(spans, p.find(text)...)
			}
		}
	}
	if in == kindPath {
		spans = append(spans, segments(text)...)
	}
	return spans
}
