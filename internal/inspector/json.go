package inspector

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// MaxBody is the maximum size of a POST body, in bytes.
const MaxBody = 4 << 20

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // the client may have left
}

// A refusal is the body of an error response.
type refusal struct {
	Error string `json:"error"`
	*place
}

// A place is the position of an error in a text.
type place struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in UTF-16 units, as in JavaScript
}

func refuse(w http.ResponseWriter, status int, format string, values ...any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(refusal{Error: fmt.Sprintf(format, values...)})
}

// read decodes the JSON body of a POST. On failure, it writes the error and returns
// false.
//
// Accepting only JSON keeps other origins out: without a preflight, their pages can send
// only forms and plain text.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "content type %q: want application/json", kind)
		return false
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		_, err = decoder.Token()
		if err == nil {
			err = errors.New("more than one value")
		}
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == io.EOF: // nothing after the value, or no value
		return true
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "the body is larger than %d MiB", MaxBody>>20)
	default:
		refuse(w, http.StatusBadRequest, "the body is not what is wanted here: %v", err)
	}
	return false
}
