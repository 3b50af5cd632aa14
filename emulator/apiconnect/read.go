package apiconnect

import (
	"mime"
	"net/url"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// maxNodes is how many values a body in YAML may have, aliases counted as often as they are used.
const maxNodes = 10000

// media checks that a body is declared as something that the row reads; without a content type it is JSON. Rows that need no
// token read forms, too: browsers and OAuth clients send them.
func media(c *api.Call) error {
	if !c.Sends || c.Op.Body == "" {
		return nil
	}
	declared := c.Header("Content-Type")
	kind, _, err := mime.ParseMediaType(declared)
	switch {
	case declared == "", err == nil && (kind == mediaJSON || kind == mediaYAML || kind == mediaForm && c.Op.Needs == ""):
		return nil
	}
	return api.Fail(api.Media, "the body is declared as %q; it can be application/json or application/yaml", declared)
}

// read turns a body of a type that media accepts into JSON.
func read(c *api.Call) ([]byte, error) {
	if len(c.Raw) == 0 {
		return nil, nil
	}
	switch kind, _, _ := mime.ParseMediaType(c.Header("Content-Type")); kind {
	case mediaYAML:
		n, err := yaml.Parse(c.Raw, maxNodes)
		if err != nil {
			return nil, &api.Error{Code: api.Malformed, Message: "the body is not valid YAML: " + err.Error()}
		}
		return n.JSON(make([]byte, 0, len(c.Raw))), nil
	case mediaForm:
		return formBody(c.Raw)
	}
	return c.Raw, nil
}

// formBody turns an HTML form into an object of texts; of several values the first counts.
func formBody(raw []byte) ([]byte, error) {
	values, err := url.ParseQuery(string(raw))
	if err != nil || !utf8.Valid(raw) {
		return nil, api.Fail(api.Malformed, "the body is not a valid form")
	}
	o := api.Object{}
	for name, v := range values {
		if !utf8.ValidString(name) || !utf8.ValidString(v[0]) {
			return nil, api.Fail(api.Malformed, "the body is not valid UTF-8")
		}
		o.SetString(name, v[0])
	}
	return o.JSON(), nil
}
