package contract

// severalUnjudged is how many cases that cannot be judged are no coincidence.
const severalUnjudged = 3

// oneObjectPath returns the path by which the user has all events of a type name one object
// of the app, if several cases could not be judged, or "".
func oneObjectPath(s *session, results []Result) string {
	unjudged := 0
	for i := range results {
		if r := &results[i]; r.Verdict == Inconclusive || r.Verdict == Skip && r.Need == needObjects {
			unjudged++
		}
	}
	if unjudged < severalUnjudged {
		return ""
	}
	for _, eventType := range s.subject.Handles {
		if bound := s.sender.binder.bindings(eventType); s.sender.binder.literal(eventType) && len(bound) > 0 {
			return bound[0]
		}
	}
	return ""
}

// ownObjects says in Go how to give each event an object of its own, or returns "".
func ownObjects(path string) string {
	if path == "" {
		return ""
	}
	return "all events name one object of the app, by " + path + ", so cases about two objects could not be judged: set Prepare in the Subject instead, to give each event its own"
}
