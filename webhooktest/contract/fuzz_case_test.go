package contract_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// FuzzCase wants an error or cases for any file, and never a panic or a hang; an
// error names the file. What is no JSON is never taken for a case.
func FuzzCase(f *testing.F) {
	for _, name := range []string{"contract/idempotency/redelivered.json", "contract/signature/unsigned.json", "contract/ordering/reversed.json"} {
		text, err := fixtures.FS.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(paidCase)
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cases, err := contract.Suite{Dir: dir}.Cases()
		switch {
		case err != nil && !strings.Contains(err.Error(), dir):
			t.Fatalf("the error names no file: %v", err)
		case err == nil && (len(cases) != 1 || !json.Valid([]byte(text))):
			t.Fatalf("%d cases", len(cases))
		}
	})
}
