package redact

// WithKey sets the key from which stand-ins are made, for golden files.
func (r *Redactor) WithKey(key string) *Redactor {
	r.key = []byte(key)
	return r
}
