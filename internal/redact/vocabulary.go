package redact

import (
	"io/fs"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
)

// stripesWords are Stripe's own names and values: the keys of its objects, and the texts
// in them that look like identifiers and are not personal. A user's value equal to one of
// them ("card" in metadata) is replaced in the user's fields, and not in Stripe's.
var stripesWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	var table classifier
	_ = fs.WalkDir(fixtures.FS, fixtures.DefaultVersion, func(name string, _ fs.DirEntry, err error) error {
		data, unread := fixtures.FS.ReadFile(name)
		if err != nil || unread != nil {
			return err // a folder
		}
		found, err := leaves(data)
		for _, l := range found {
			if l.kind == keyLeaf || l.kind == stringLeaf && !table.kindAt(l.path).redacted() {
				addWord(words, l.text)
			}
		}
		return err
	})
	return words
})

// addWord adds a word, or several separated by dots.
func addWord(words map[string]bool, text string) {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != "" {
		return
	}
	if len(onlyDigits(text)) >= fewestDigits && !isVersion(text) {
		return // may be personal elsewhere
	}
	words[text] = true
	for part := range strings.SplitSeq(text, ".") {
		words[part] = true
	}
}

func isStripesWord(folded string) bool { return stripesWords()[folded] }
