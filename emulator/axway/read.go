package axway

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// read turns a body into the JSON that schemas see, whatever its content type says: forms where the row takes a form, else
// JSON in which members that are null are absent, and "true" is true where a boolean is wanted.
func read(c *api.Call) ([]byte, error) {
	switch {
	case c.Op.Accepts == uploads:
		return upload(c)
	case c.Op.Accepts != "":
		return form(c.Raw)
	case c.Op.Optional && string(bytes.TrimSpace(c.Raw)) == "null":
		return nil, nil
	}
	body, _ := api.Parse(c.Raw)
	if body.Object == nil {
		return c.Raw, nil // whoever reads it next says what is wrong with it
	}
	if !slices.ContainsFunc(body.Object, func(m api.Member) bool { return bytes.Equal(m.Value, api.Null) || flags(m) && m.Value[0] == '"' }) {
		c.Body = body
		return c.Raw, nil
	}
	var out api.Object
	for _, m := range body.Object {
		switch {
		case bytes.Equal(m.Value, api.Null):
			continue
		case flags(m):
			m.Value = boolean(m.Value)
		}
		out = append(out, m)
	}
	return out.JSON(), nil
}

// flags tells whether a member is one that clients send as text.
func flags(m api.Member) bool { return m.Name == "enabled" || m.Name == "isDefault" }

// boolean reads the text that some clients send for a boolean.
func boolean(v []byte) []byte {
	switch strings.ToLower(string(v)) {
	case `"true"`:
		return api.True
	case `"false"`:
		return api.False
	}
	return v
}

// form is a URL-encoded form as JSON, the first value of each field.
func form(raw []byte) ([]byte, error) {
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, &api.Error{Code: api.Malformed, Message: "the body is no form", Cause: err}
	}
	o := api.Object{}
	for _, name := range []string{"username", "password", "success", "failure"} {
		if values.Has(name) {
			o.SetString(name, values.Get(name))
		}
	}
	return o.JSON(), nil
}

// uploads is the media type of images.
const uploads = "multipart/form-data"

// media is the check that a row which takes an upload is sent one. Other rows do not look at the content type.
func media(c *api.Call) error {
	if c.Op.Accepts != uploads || !c.Sends {
		return nil
	}
	_, err := boundary(c)
	return err
}

// boundary is what the parts of an upload begin with.
func boundary(c *api.Call) (string, error) {
	kind, params, err := mime.ParseMediaType(c.Header("Content-Type"))
	if err != nil || kind != uploads || params["boundary"] == "" {
		return "", api.Fail(api.Malformed, "the body is no multipart/form-data with a boundary")
	}
	return params["boundary"], nil
}

// upload is the part named file as JSON. What the part says of its type does not matter.
func upload(c *api.Call) ([]byte, error) {
	line, err := boundary(c)
	if err != nil {
		return nil, err
	}
	parts := multipart.NewReader(bytes.NewReader(c.Raw), line)
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return []byte(`{}`), nil
		}
		if err != nil {
			return nil, &api.Error{Code: api.Malformed, Message: "the multipart body is broken", Cause: err}
		}
		if part.FormName() != "file" {
			continue
		}
		data, err := io.ReadAll(part)
		switch {
		case err != nil:
			return nil, &api.Error{Code: api.Malformed, Message: "the multipart body is broken", Cause: err}
		case len(data) > maxImage:
			return nil, api.Fail(api.TooLarge, "the image has more than %d bytes", maxImage)
		}
		o := api.Object{}
		o.SetString("file", base64.StdEncoding.EncodeToString(data))
		return o.JSON(), nil
	}
}
