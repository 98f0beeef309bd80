package stripeapi

import (
	"iter"
	"strings"
)

// lookup returns an object by its id, whether the API was told of it or infers it
// from what refers to it.
func (s *Server) lookup(r ref) (*stored, *apiError) {
	st := s.state()
	k := known().kind(r.kind)
	if k.id != "" && r.id != "" {
		r.scope = ""
	}
	if o, ok := st.objects.get(r); ok {
		return o, nil
	}
	if k.id != "" && !(known().fits(r.kind, r.id) && st.mentioned(r.kind, r.id)) {
		return nil, missing(r.kind, r.id)
	}
	return s.infer(r), nil
}

// infer makes an object that something refers to: one of its kind, in the world of
// what refers to it. The links between them agree, and facts that they share.
func (s *Server) infer(r ref) *stored {
	w, from := s.worldOf(r)
	k := known().kind(r.kind)
	tree := w.render(k.template)
	for _, o := range from {
		w.agree(o.kind, o.tree(), r.kind, tree)
	}
	if r.kind == "balance_transaction" {
		balance(tree, r.id, from)
	}
	if r.id != "" {
		tree.put("id", text(r.id))
	}
	for _, field := range []string{"customer", "account"} {
		if r.scope != "" && tree.child(field) != nil {
			tree.put(field, text(r.scope))
		}
	}
	return s.store.keep(r, tree, inferred)
}

// worldOf returns the world of the objects that refer to one.
func (s *Server) worldOf(r ref) (*world, []*stored) {
	w := newWorld(s.seed(), r.kind+" "+r.id+r.scope, s.now().Unix())
	if k := known().kind(r.kind); k.id != "" {
		w.names[k.id] = r.id
	}
	about := r.id
	if about == "" {
		about = r.scope
	}
	if about == "" {
		return w, nil
	}
	from := s.store.mentioning(about)
	for i, o := range from {
		template, tree := known().kind(o.kind).template, o.tree()
		if i == 0 {
			w.learnTime(template, tree)
		}
		w.learn(template, tree)
	}
	return w, from
}

// agree gives an object the facts that another tells: where the other differs from
// its template, so does this in the fields that tell the same.
func (w *world) agree(fromKind string, from *node, toKind string, to *node) {
	c := known()
	for _, f := range c.facts {
		there, here := f.fields[fromKind], f.fields[toKind]
		if len(there) == 0 || len(here) == 0 {
			continue
		}
		for _, path := range there {
			was, is := c.kind(fromKind).template.at(path), from.at(path)
			if was == nil || is.isNull() || is.plain() == "0" {
				continue
			}
			w.spread(to, here, w.render(was), is)
			break
		}
	}
}

// spread sets those of some fields that hold one value to another.
func (w *world) spread(to *node, fields []string, was, is *node) {
	for _, path := range fields {
		field := to.at(path)
		if field.isNull() || field.plain() != was.plain() || field.plain() == is.plain() {
			continue
		}
		if field.kind == '"' {
			to.set(path, text(is.plain()))
		} else {
			to.set(path, is)
		}
	}
}

// materialize infers the objects of some kinds that are referred to, so that lists
// show them.
func (s *Server) materialize(kinds []string) {
	c := known()
	var wanted []ref
	seen := make(map[ref]bool)
	for _, name := range kinds {
		k := c.kind(name)
		if k.id == "" {
			continue
		}
		for id := range s.references(k.id + "_") {
			r := ref{kind: name, id: id}
			if seen[r] {
				continue
			}
			seen[r] = true
			if _, isKnown := s.store.objects.get(r); !isKnown && s.owner(id) == name {
				wanted = append(wanted, r)
			}
		}
	}
	for _, r := range wanted {
		s.infer(r)
	}
}

// owner returns the kind that an id is of.
func (s *Server) owner(id string) string {
	kind, _ := s.kindOf(id, "")
	return kind
}

// references yields the ids with a prefix that the API was told of inside objects.
func (s *Server) references(prefix string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, o := range s.state().objects.newest() {
			if o.origin == inferred {
				continue
			}
			for _, id := range o.ids {
				if strings.HasPrefix(id, prefix) && !strings.Contains(id, "_secret_") && !yield(id) {
					return
				}
			}
		}
	}
}
