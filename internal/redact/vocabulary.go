package redact

import (
	"io/fs"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
)

// stripesWords are the names and values that Stripe itself uses: the keys of its
// objects, and the texts in them that look like words of a program and are nobody's.
// A value of a user that is one of them ("card" in metadata) is replaced where it
// is the user's, and not where it is Stripe's.
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

// addWord adds a word, and those that have dots between them.
func addWord(words map[string]bool, text string) {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != "" {
		return
	}
	if len(onlyDigits(text)) >= fewestDigits && !isVersion(text) {
		return // may be somebody's elsewhere
	}
	words[text] = true
	for part := range strings.SplitSeq(text, ".") {
		words[part] = true
	}
}

func isStripesWord(folded string) bool { return stripesWords()[folded] }
