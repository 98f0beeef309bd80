package doctor

import "bytes"

// A HandlerMistake is what a handler may do before it verifies. A delivery that is
// signed for what it then verifies is accepted by such a handler, and by no sound
// one: that is how it is found out from outside.
type HandlerMistake struct {
	ID   string // as that of the finding for the bytes that the handler verifies
	Says string // completes "it verifies …"
	Mend []Mend

	Body   []byte // what the handler verifies in the place of the body
	Secret string // what it takes for its secret
}

// HandlerMistakes returns the mistakes that make a difference to a body or a
// secret, the usual first. No two have the same body and secret.
func HandlerMistakes(body []byte, secret string) []HandlerMistake {
	l := mistaken{body: body, secret: secret}
	for i := range rewritings {
		w := &rewritings[i]
		l.add(w.id, "the body "+w.says(), w.finding(nil).Mend, w.apply(body), secret)
	}
	for i := range alterations {
		if a := &alterations[i]; a.redo != nil {
			l.add(a.id, "the body "+a.says, a.finding("").Mend, a.redo(body), secret)
		}
	}
	for i := range secretMistakes {
		if m := &secretMistakes[i]; m.wrong != nil {
			l.add("secret-"+m.id, "with the secret "+m.says, m.finding("").Mend, body, m.wrong(secret))
		}
	}
	l.add("empty-secret", "with an empty secret: the variable is not set, and anybody can forge events", mends(forSecret), body, "")
	for _, public := range publicSecrets {
		l.add("public-secret", "with the secret "+public+", which everybody knows", mends(forSecret), body, public)
	}
	return l.list
}

// mistaken is a list of mistakes with one delivery.
type mistaken struct {
	body   []byte
	secret string
	list   []HandlerMistake
}

// add adds a mistake that makes a difference, and one that no other makes. A nil
// body is one that the handler could not make anything of.
func (l *mistaken) add(id, says string, mend []Mend, body []byte, secret string) {
	if body == nil || l.has(body, secret) {
		return
	}
	l.list = append(l.list, HandlerMistake{id, says, mend, body, secret})
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
