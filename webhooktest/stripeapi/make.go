package stripeapi

import "net/http"

// make makes an object: one of its kind as it is when it has just been created, in
// the world of the objects that the parameters name, with the parameters merged.
func (s *Server) make(kind string, to changeTo, params *param, parent map[string]string) (*node, *apiError) {
	c := known()
	if to.Event == "" {
		to.Event = c.creation(kind)
	}
	template, err := c.template(kind, to)
	if err != nil {
		return nil, &apiError{status: http.StatusInternalServerError, typ: "api_error", message: err.Error()}
	}
	w, from := s.worldToMake(template, params, parent)
	delete(w.names, c.kind(kind).id) // it is a new one, whatever the others refer to
	for _, field := range c.writing.UnlessGiven {
		if template.child(field) != nil && !w.links(template.child(field)) {
			template.put(field, null())
		}
	}
	if template.child("metadata") != nil {
		template.put("metadata", object())
	}
	tree := w.render(template)
	for _, o := range from {
		w.agree(o.kind, o.tree(), kind, tree)
	}
	for field, id := range parent {
		tree.put(field, text(id))
	}
	if created := tree.child("created"); created != nil {
		tree.put("created", value(w.now))
	}
	if failed := s.apply(w, kind, tree, params); failed != nil {
		return nil, failed
	}
	return tree, nil
}

// template returns how a kind looks in a state.
func (c *catalog) template(kind string, to changeTo) (*node, error) {
	template := c.kind(kind).template.clone()
	if to.Event != "" {
		var err error
		if template, err = c.asIn(kind, to.Event); err != nil {
			return nil, err
		}
	}
	for path, raw := range to.Set {
		template.set(path, mustNode(raw))
	}
	return template, nil
}

// links says whether a field refers to an object that is known in the world.
func (w *world) links(field *node) bool {
	name, ok := whole(field.str())
	return ok && w.names[name] != ""
}

// worldToMake returns the world of the objects that parameters name, at this time,
// and those objects.
func (s *Server) worldToMake(template *node, params *param, parent map[string]string) (*world, []*stored) {
	st := s.state()
	w := newWorld(s.seed(), "make "+value(st.next()).plain(), s.now().Unix())
	var from []*stored
	const most = 20 // more ids than any request names
	name := func(field, id string) {
		if placeholder, ok := whole(template.child(field).str()); ok {
			w.name(placeholder, id)
		}
		kind, ok := s.kindOf(id, field)
		if !ok || !looksLikeID(id) || len(from) == most {
			return
		}
		if o, failed := s.lookup(ref{kind: kind, id: id}); failed == nil {
			w.learn(known().kind(kind).template, o.tree())
			from = append(from, o)
		}
	}
	for field, id := range parent {
		name(field, id)
	}
	for i, field := range params.keys {
		if p := params.fields[i]; p.kind == scalar && p.text != "" && field != "id" {
			name(field, p.text)
		}
	}
	return w, from
}
