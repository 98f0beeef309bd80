// Package linediff shows the difference between two texts, line by line.
package linediff

import (
	"fmt"
	"slices"
	"strings"
)

const (
	context  = 3       // lines around a difference
	maxLines = 40      // of a diff
	maxWidth = 160     // characters of a line
	maxTable = 4 << 20 // cells: enough for two texts of 2000 lines
)

// Unified returns the lines that differ, prefixed with - (from a) or + (from b), with
// some context. It counts omitted lines. For equal texts, the result is empty.
func Unified(a, b string) string {
	if a == b {
		return ""
	}
	return render(script(lines(a), lines(b)))
}

// A line of a diff: ' ' is in both texts, '-' in a, '+' in b.
type line struct {
	kind byte
	text string
}

func lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

// script returns the lines of the diff of a and b.
func script(a, b []string) (all []line) {
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	for _, text := range a[:head] {
		all = append(all, line{' ', text})
	}
	all = append(all, middle(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, text := range a[len(a)-tail:] {
		all = append(all, line{' ', text})
	}
	return all
}

// middle follows the longest common subsequence; in texts too long for that, all lines
// differ.
func middle(a, b []string) (all []line) {
	i, j := 0, 0
	if len(a)*len(b) <= maxTable {
		table := longest(a, b)
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				all = append(all, line{' ', a[i]})
				i, j = i+1, j+1
			case table[i+1][j] >= table[i][j+1]:
				all = append(all, line{'-', a[i]})
				i++
			default:
				all = append(all, line{'+', b[j]})
				j++
			}
		}
	}
	for _, text := range a[i:] {
		all = append(all, line{'-', text})
	}
	for _, text := range b[j:] {
		all = append(all, line{'+', text})
	}
	return all
}

// longest tabulates the length of the common subsequence of the remaining lines.
func longest(a, b []string) [][]int32 {
	table := make([][]int32, len(a)+1)
	for i := range table {
		table[i] = make([]int32, len(b)+1)
	}
	for i := range slices.Backward(a) {
		for j := range slices.Backward(b) {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// render drops lines far from any difference, and lines over the limit.
func render(all []line) string {
	near := make([]bool, len(all))
	for i, l := range all {
		if l.kind == ' ' {
			continue
		}
		for k := max(0, i-context); k <= min(len(all)-1, i+context); k++ {
			near[k] = true
		}
	}
	var out strings.Builder
	written, skipped := 0, 0
	for i, l := range all {
		switch {
		case written == maxLines && near[i]:
			fmt.Fprintf(&out, "… %d more lines\n", len(all)-i)
			return out.String()
		case !near[i]:
			skipped++
		default:
			skip(&out, skipped)
			skipped = 0
			fmt.Fprintf(&out, "%c %s\n", l.kind, clip(l.text))
			written++
		}
	}
	skip(&out, skipped)
	return out.String()
}

func skip(out *strings.Builder, n int) {
	switch {
	case n == 1:
		out.WriteString("… 1 line alike\n")
	case n > 1:
		fmt.Fprintf(out, "… %d lines alike\n", n)
	}
}

func clip(text string) string {
	if cut := []rune(text); len(cut) > maxWidth {
		return string(cut[:maxWidth]) + "…"
	}
	return text
}
