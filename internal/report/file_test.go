package report_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/report"
)

func TestParseTarget(t *testing.T) {
	format, path, err := report.ParseTarget("junit=a=b.xml")
	require.NoError(t, err)
	require.Equal(t, report.Format("junit"), format)
	require.Equal(t, "a=b.xml", path)
	for text, want := range map[string]string{
		"":          `report "": want github, or FORMAT=FILE such as junit=report.xml`,
		"junit":     `report "junit": want github, or FORMAT=FILE such as junit=report.xml`,
		"=x":        `report "=x": want github, or FORMAT=FILE such as junit=report.xml`,
		"pdf=x.pdf": `report "pdf=x.pdf": unknown format "pdf": want html, json, junit, markdown or text`,
		"html=":     `report "html=": name a file`,
		"json=-":    `report "json=-": standard output is for the result; name a file`,
	} {
		_, _, err := report.ParseTarget(text)
		require.EqualError(t, err, want)
		require.EqualError(t, report.Write(t.Context(), sample(), []string{text}), want)
	}
}

func TestWrite(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has neither such permissions nor links for everybody")
	}
	dir := t.TempDir()
	old := filepath.Join(dir, "old.xml")
	require.NoError(t, os.WriteFile(old, []byte("old"), 0o640))
	require.NoError(t, os.Chmod(old, 0o604))
	require.NoError(t, os.Symlink("old.xml", filepath.Join(dir, "link.xml")))
	specs := []string{"html=" + dir + "/new.html", "junit=" + dir + "/link.xml", "text=" + os.DevNull, "json=" + os.DevNull}
	require.NoError(t, report.Ready(specs))
	require.Equal(t, []string{"link.xml", "old.xml"}, names(t, dir), "Ready leaves nothing behind")
	require.NoError(t, report.Write(t.Context(), sample(), specs))
	require.Equal(t, []string{"link.xml", "new.html", "old.xml"}, names(t, dir))
	require.Equal(t, written(t, report.JUnit, sample()), content(t, old), "written where the link leads")
	require.Equal(t, written(t, report.HTML, sample()), content(t, dir+"/new.html"))
	info, err := os.Stat(old)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o604), info.Mode())
	info, err = os.Stat(os.DevNull)
	require.NoError(t, err)
	require.False(t, info.Mode().IsRegular(), "a device is not replaced")
}

func TestUnwritable(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("words these errors in another way")
	}
	dir := t.TempDir()
	good := filepath.Join(dir, "good.html")
	require.NoError(t, os.WriteFile(good, []byte("before"), 0o666))
	for path, want := range map[string]string{
		dir + "/no/such/folder.xml": "no such file or directory",
		good + "/below.xml":         "not a directory",
		dir:                         "a folder: want a file",
	} {
		specs := []string{"html=" + good, "junit=" + path}
		require.EqualError(t, report.Ready(specs), "cannot write the report "+path+": "+want)
		require.EqualError(t, report.Write(t.Context(), sample(), specs), "cannot write the report "+path+": "+want)
		require.Equal(t, "before", content(t, good), "one bad file, and none is written")
		require.Equal(t, []string{"good.html"}, names(t, dir))
	}
	same := []string{"html=" + good, "junit=" + dir + "/./good.html"}
	require.EqualError(t, report.Write(t.Context(), sample(), same), "two reports write to "+dir+"/./good.html")
}

func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	require.EqualError(t, report.Write(t.Context(), sample(), []string{"json=/dev/full"}),
		"cannot write the report /dev/full: no space left on device")
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	list := []string{}
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func content(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}
