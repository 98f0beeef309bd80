package stripeapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"strconv"
)

// decodeMultipart decodes the parameters of a file upload. Of the file, it keeps the
// name, type and size (https://docs.stripe.com/api/files/create).
func decodeMultipart(body []byte, boundary string) (*param, error) {
	if boundary == "" {
		return nil, errors.New("multipart/form-data without a boundary")
	}
	var form bytes.Buffer
	field := func(name, text string) {
		fmt.Fprintf(&form, "%s=%s&", url.QueryEscape(name), url.QueryEscape(text))
	}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return decodeForm(form.String())
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		if part.FileName() == "" {
			field(part.FormName(), string(content))
			continue
		}
		field("filename", part.FileName())
		field("size", strconv.Itoa(len(content)))
	}
}
