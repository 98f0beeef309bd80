package listen

// BreakJournal makes the next line fail, as a full disk does.
func (h *Hub) BreakJournal() { h.journal.file.Close() }
