package contract_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// A mutant is the engine with one rule broken. A test of the engine that passes
// with the mutant does not test that rule.
type mutant struct {
	why      string
	file     string
	old, new string
	zoo      string // handlers that notice, in a regular expression
	test     string // the test that notices, if it is none of the zoo
}

// Every mutant is noticed by somebody. A mutant takes ten seconds of a processor.
func TestMutantsAreNoticed(t *testing.T) {
	t.Parallel()
	if os.Getenv("FAKESTRIPE_WHOLE_ZOO") == "" {
		t.Skip("compiles the package for each mutant: set FAKESTRIPE_WHOLE_ZOO=1")
	}
	slots := make(chan struct{}, 3)
	for _, m := range realpart.Share(t, mutants) {
		t.Run(strings.ReplaceAll(m.why, " ", "-"), func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			output, err := m.run(t)
			require.NotContains(t, output, "[build failed]", "the mutant does not compile")
			require.NotContains(t, output, "no tests to run", "no test is called %s", m.pattern())
			require.ErrorContains(t, err, "exit status", "nobody notices:\n%s", output)
		})
	}
}

// What a mutant changes is there once: whoever changes the engine changes the mutant too.
func TestMutantsApply(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		_ = m.source(t)
	}
}

// source returns the text of the mutant.
func (m mutant) source(t *testing.T) []byte {
	t.Helper()
	source, err := os.ReadFile(m.file)
	require.NoError(t, err)
	require.Equal(t, 1, bytes.Count(source, []byte(m.old)), "%s: how often it has %q, which the mutant changes", m.file, m.old)
	return bytes.Replace(source, []byte(m.old), []byte(m.new), 1)
}

// run returns what the tests say of the mutant.
func (m mutant) run(t *testing.T) (output string, err error) {
	t.Helper()
	mutated := filepath.Join(t.TempDir(), filepath.Base(m.file))
	require.NoError(t, os.WriteFile(mutated, m.source(t), 0o600))
	// Without optimization and debugging data a mutant takes a third less of a processor.
	test := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-gcflags=-N -l -dwarf=false", "-ldflags=-s -w", "-timeout=100s", "-overlay", overlay(t, m.file, mutated), "-run", m.pattern(), ".")
	test.Env = append(os.Environ(), "FAKESTRIPE_WHOLE_ZOO=1")
	text, err := test.CombinedOutput()
	return string(text), err
}

// overlay makes the compiler read one file instead of another.
func overlay(t *testing.T, file, instead string) string {
	t.Helper()
	original, err := filepath.Abs(file)
	require.NoError(t, err)
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: instead}})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "overlay.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

func (m mutant) pattern() string {
	if m.test != "" {
		return "^" + m.test + "$"
	}
	return "^(TestBugsAreFound|TestSoundHandlersPass)$/^(" + m.zoo + ")$"
}
