// Package prose breaks text for people into lines.
package prose

import (
	"strings"
	"unicode/utf8"
)

// Wrap indents text and breaks long lines at spaces. Width 0 leaves lines unbroken.
func Wrap(text string, indent, width int) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		for width > 0 {
			cut := breakAt(line, width-indent)
			if cut < 0 {
				break
			}
			lines = append(lines, line[:cut])
			line = line[cut+1:]
		}
		lines = append(lines, line)
	}
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", indent) + line
		}
	}
	return strings.Join(lines, "\n")
}

// Hang wraps text after a label, and indents the lines below the first to stand under it.
func Hang(label, text string, indent, width int) string {
	body := Wrap(text, indent, width)
	return label + body[min(utf8.RuneCountInString(label), len(body)):]
}

// breakAt returns the last space within the width, else the first of all, or -1 if the
// line fits or has no space.
func breakAt(line string, room int) int {
	if utf8.RuneCountInString(line) <= room {
		return -1
	}
	start := len(line) - len(strings.TrimLeft(line, " "))
	if fits := strings.LastIndexByte(string([]rune(line)[:room+1]), ' '); fits > start {
		return fits
	}
	if first := strings.IndexByte(line[start:], ' '); first > 0 {
		return start + first
	}
	return -1
}
