package stripeapi

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// search answers /v1/{collection}/search (https://docs.stripe.com/search).
func (l *lister) search(url string, kinds []string, params *param) (*node, *apiError) {
	if strings.TrimSpace(params.get("query")) == "" {
		return nil, lacking("query")
	}
	clauses, either, err := parseQuery(params.get("query"))
	if err != nil {
		return nil, invalid("query", "%s", err)
	}
	limit, failed := limitOf(params)
	if failed != nil {
		return nil, failed
	}
	skip, _ := strconv.Atoi(params.get("page"))
	l.graph.inferAll(kinds)
	tree := object()
	tree.put("object", text("search_result"))
	var items []*node
	for _, o := range l.graph.objects.ofKinds(kinds) {
		if found := o.tree(); !o.deleted && satisfies(found, clauses, either) {
			items = append(items, found)
		}
	}
	items = items[min(max(0, skip), len(items)):]
	more := len(items) > limit
	tree.put("data", listOf(items[:min(limit, len(items))]...))
	tree.put("has_more", value(more))
	tree.put("next_page", null())
	if more {
		tree.put("next_page", text(strconv.Itoa(skip+limit)))
	}
	tree.put("url", text(url+"/search"))
	return tree, nil
}

// A clause is a condition such as -metadata["order"]:"7", amount>1000.
type clause struct {
	not      bool
	field    string // a path: metadata.order
	operator string // : ~ > < >= <=
	value    string
	null     bool // compared with null
}

// parseQuery parses clauses joined by AND, or by OR.
func parseQuery(query string) (clauses []clause, either bool, err error) {
	rest := strings.TrimSpace(query)
	joined := ""
	for {
		var c clause
		if c, rest, err = parseClause(rest); err != nil {
			return nil, false, err
		}
		clauses = append(clauses, c)
		if rest = strings.TrimSpace(rest); rest == "" {
			return clauses, joined == "OR", nil
		}
		word, after, _ := strings.Cut(rest, " ")
		switch word = strings.ToUpper(word); {
		case word != "AND" && word != "OR":
			after, word = rest, "AND" // a mere space means AND
			fallthrough
		case joined == "" || joined == word:
			joined, rest = word, strings.TrimSpace(after)
		default:
			return nil, false, errors.New("the query mixes AND and OR")
		}
	}
}

func parseClause(text string) (c clause, rest string, err error) {
	text, c.not = strings.CutPrefix(text, "-")
	at := strings.IndexAny(text, ":~<>")
	if at <= 0 {
		return c, "", fmt.Errorf("the query %.60q is not understood: write field:\"value\"", text)
	}
	c.field = strings.NewReplacer(`["`, ".", `"]`, "", `['`, ".", `']`, "").Replace(strings.TrimSpace(text[:at]))
	c.operator, text = text[at:at+1], text[at+1:]
	if strings.HasPrefix(text, "=") {
		c.operator, text = c.operator+"=", text[1:]
	}
	text = strings.TrimLeft(text, " ")
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		end := strings.IndexByte(text[1:], text[0])
		if end < 0 {
			return c, "", fmt.Errorf("the query has a quote that does not end: %.60q", text)
		}
		c.value = text[1 : end+1]
		return c, text[end+2:], nil
	}
	c.value, rest, _ = strings.Cut(text, " ")
	c.null = strings.EqualFold(c.value, "null")
	return c, rest, nil
}

func satisfies(tree *node, clauses []clause, either bool) bool {
	for _, c := range clauses {
		if c.holds(tree) == either {
			return either
		}
	}
	return !either
}

func (c *clause) holds(tree *node) bool { return c.compare(tree.at(c.field)) != c.not }

func (c *clause) compare(field *node) bool {
	have := idOf(field)
	switch {
	case c.null:
		return field.isNull()
	case field.isNull():
		return false
	case c.operator == ":":
		return strings.EqualFold(have, c.value)
	case c.operator == "~":
		return strings.Contains(strings.ToLower(have), strings.ToLower(c.value))
	}
	bound, err := strconv.ParseInt(c.value, 10, 64)
	n := field.int()
	if err != nil {
		return false
	}
	switch c.operator {
	case ">":
		return n > bound
	case "<":
		return n < bound
	case ">=":
		return n >= bound
	}
	return n <= bound
}
