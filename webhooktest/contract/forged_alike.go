package contract

// Some handlers look for an object of their own before they verify, with the secret of its
// shop. An event about anything else gets 2xx, genuine or forged, and does nothing: the
// response to a forgery says nothing about the signature then.

// unreached says that a forgery may not have come to the signature, since a genuine event has
// no effect either, although the state was watched for one.
func unreached(o *oracle) error {
	control := o.session.subject.control()
	if !o.session.subject.observed() || !o.session.run.known.isSilent(control) {
		return nil
	}
	return errInconclusive{reason: "a genuine " + control + " has no effect either: a handler that looks for an object of its own before it verifies has not come to the signature"}
}

// noteAlike says of an accepted forgery, whose effect nobody sees, that a genuine event gets
// the same response.
func noteAlike(e *execution) {
	if e.session.probe.observed() || e.plain == nil || !forges(e.spec) {
		return
	}
	for i, f := range e.findings {
		if f.accepts() && f.actual == answerOf(e.plain) {
			e.findings[i].actual += ", as a genuine event gets"
		}
	}
}
