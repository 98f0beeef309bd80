package listen

import "strings"

// BreakJournal makes the next line fail, as a full disk does.
func (h *Hub) BreakJournal() { h.journal.file.Close() }

// SealLines gives each line after the first its checksum.
func SealLines(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	sealed := []byte(first + "\n")
	for line := range strings.Lines(rest) {
		sealed = append(sealed, seal([]byte(strings.TrimSuffix(line, "}\n")))...)
	}
	return string(sealed)
}
