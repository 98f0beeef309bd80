package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// contractIntro opens the page. Levels are those of the case files.
const contractIntro = `# The webhook contract

<!-- Made by: fakestripe explain --all --format markdown. Edit fixtures/contract instead. -->

What a Stripe webhook handler must do, case by case. ` + "`fakestripe check`" + ` and ` + "`contract.Run`" + ` run these
cases against a handler. A **must** that is not met fails the run, a **should** is a warning, **info**
informs.

`

// contractPage returns the contract for people: a table of contents by group, then each
// case.
func contractPage(cases []contract.Case) string {
	var page strings.Builder
	page.WriteString(contractIntro)
	for _, c := range groupStarts(cases) {
		fmt.Fprintf(&page, "- [%s](#%[1]s)\n", group(c))
		for _, one := range cases {
			if group(one) == group(c) {
				fmt.Fprintf(&page, "  - [%s](#%s): %s\n", one.ID, anchor(one.ID), markdown(one.Title))
			}
		}
	}
	for i, c := range cases {
		if i == 0 || group(c) != group(cases[i-1]) {
			fmt.Fprintf(&page, "\n## %s\n", group(c))
		}
		page.WriteString(markdownCase(c))
	}
	return page.String()
}

// groupStarts returns the first case of each group.
func groupStarts(cases []contract.Case) []contract.Case {
	return slices.CompactFunc(slices.Clone(cases), func(a, b contract.Case) bool { return group(a) == group(b) })
}

func group(c contract.Case) string {
	name, _, _ := strings.Cut(c.ID, "/")
	return name
}

// anchor returns GitHub's fragment for a heading with a case ID.
func anchor(id string) string { return strings.ReplaceAll(id, "/", "") }

func markdownCase(c contract.Case) string {
	var text strings.Builder
	fmt.Fprintf(&text, "\n### %s\n\n**%s** (%s)\n\n", c.ID, markdown(c.Title), c.Level)
	for _, item := range []struct{ name, text string }{
		{"Requirement", markdown(c.Requirement)},
		{"Source", source(c.Source)},
		{"Why", markdown(c.Why)},
		{"Usual mistake", markdown(c.Mistake)},
		{"Fix", markdown(c.Hint)},
	} {
		if item.text != "" {
			fmt.Fprintf(&text, "- %s: %s\n", item.name, item.text)
		}
	}
	for _, fix := range fixes(c) {
		fmt.Fprintf(&text, "\n<details><summary>%s</summary>\n\n```%s\n%s\n```\n\n</details>\n", fix.language, syntax(fix.language), fix.code)
	}
	return text.String()
}

func source(text string) string {
	if strings.HasPrefix(text, "https://") {
		return "<" + text + ">"
	}
	return markdown(text)
}

// syntax returns GitHub's name for the language of a fix.
func syntax(language string) string {
	if language == "node" {
		return "js"
	}
	return language
}

// markdown escapes text except for code in backticks. GitHub ignores underscores inside
// words, and the texts have no others.
func markdown(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.NewReplacer(`\`, `\\`, "*", `\*`, "<", "&lt;", "[", `\[`).Replace(parts[i])
	}
	return strings.Join(parts, "`")
}
