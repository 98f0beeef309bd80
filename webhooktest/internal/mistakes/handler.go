package mistakes

// Mistakes, made as handlers make them.

import "bytes"

// A HandlerMistake is something that a handler may do before it verifies. A handler
// that makes the mistake accepts a delivery signed for it, and a sound handler does
// not: this is how to detect the mistake from outside.
type HandlerMistake struct {
	ID      string // the ID of the finding about the bytes that the handler verifies
	Problem string // completes "it verifies …"
	Fix     []Fix

	Body   []byte // what the handler verifies instead of the body
	Secret string // what the handler uses as its secret
}

// HandlerMistakes returns the mistakes that change this body or this secret, the most
// common first. No two have the same body and secret.
func HandlerMistakes(body []byte, secret string) []HandlerMistake {
	l := mistaken{body: body, secret: secret}
	for i := range rewritings {
		w := &rewritings[i]
		l.add(w.id, "the body "+w.problem(), w.mistake(nil).Fixes(), w.apply(body), secret)
	}
	for i := range Alterations {
		if a := &Alterations[i]; a.Redo != nil {
			l.add(a.ID, "the body "+a.Problem, a.Fixes(), a.Redo(body), secret)
		}
	}
	for i := range Secrets {
		if m := &Secrets[i]; m.Wrong != nil {
			l.add("secret-"+m.ID, "with the secret "+m.Problem, m.Fixes(), body, m.Wrong(secret))
		}
	}
	l.add("empty-secret", "with an empty secret: the variable is not set, so anyone can forge events", Fixes(ForUnset), body, "")
	for _, public := range PublicSecrets {
		l.add("public-secret", "with the secret "+public+", which is public", Fixes(ForPublic), body, public)
	}
	return l.list
}

// mistaken collects the mistakes with one delivery.
type mistaken struct {
	body   []byte
	secret string
	list   []HandlerMistake
}

// add adds a mistake, unless it changes nothing or is already in the list. A nil body means
// that the mistake cannot be made with this body.
func (l *mistaken) add(id, problem string, fix []Fix, body []byte, secret string) {
	if body == nil || l.has(body, secret) {
		return
	}
	l.list = append(l.list, HandlerMistake{id, problem, fix, body, secret})
}

func (l *mistaken) has(body []byte, secret string) bool {
	if bytes.Equal(body, l.body) && secret == l.secret {
		return true
	}
	for _, m := range l.list {
		if secret == m.Secret && bytes.Equal(body, m.Body) {
			return true
		}
	}
	return false
}
