package stripeapi

import "net/http"

// An answer is what a request is answered with.
type answer struct {
	status int
	body   []byte // JSON, laid out
	object string // what the body is
	id     string
}

// answerWith lays a tree out as an answer.
func answerWith(tree *node) *answer {
	return &answer{
		status: http.StatusOK, body: indented(tree.encode()),
		object: tree.child("object").str(), id: tree.child("id").str(),
	}
}

func (e *apiError) answer() *answer {
	return &answer{status: e.status, body: indented(e.body().encode())}
}
