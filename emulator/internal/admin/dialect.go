package admin

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// Codes beside the neutral ones.
const (
	unknownKind  api.Code = "unknown-kind"
	unknownWorld api.Code = "unknown-world"
)

var statuses = map[api.Code]int{
	api.Malformed: 400, api.Invalid: 400, api.Unauthorized: 401, api.Forbidden: 403, api.NotFound: 404, api.NoRoute: 404,
	unknownKind: 404, unknownWorld: 404, api.NoMethod: 405, api.Conflict: 409, api.TooLarge: 413, api.TooLong: 414,
	api.Media: 415, api.Internal: 500, api.Unavailable: 503,
}

type problem struct {
	Code    api.Code `json:"code"`
	Message string   `json:"message"`
	Details []detail `json:"details,omitempty"`
}

type detail struct {
	Field   string   `json:"field"`
	Rule    api.Rule `json:"rule"`
	Message string   `json:"message"`
}

// fail words a refusal, with every broken rule and what was meant perhaps.
func fail(c *api.Call, e *api.Error) api.Answer {
	p := problem{Code: e.Code, Message: e.Message}
	status, known := statuses[e.Code]
	if !known { // a kind refuses a document in words that are not for here
		status = http.StatusBadRequest
	}
	switch e.Code {
	case api.Internal:
		p.Message = "the emulator failed; its log says how"
	case api.NoRoute:
		p.Message = unknownPath(c)
	case api.NoMethod:
		p.Message = fmt.Sprintf("%s does not answer %s", c.Request.URL.Path, c.Request.Method)
	}
	for _, v := range e.Violations {
		p.Details = append(p.Details, detail{strings.Join(v.Path, "."), v.Rule, explain(c, v)})
	}
	if p.Message == "" && len(p.Details) > 0 {
		p.Message = p.Details[0].Message
		if more := len(p.Details) - 1; more > 0 {
			p.Message += fmt.Sprintf(" (and %d more)", more)
		}
	}
	if p.Message == "" {
		p.Message = string(e.Code)
	}
	a := api.Answer{Status: status, Media: "application/json"}
	a.Body, _ = api.Encode(map[string]problem{"error": p}) // strings alone
	if status == http.StatusUnauthorized {
		a.Header = http.Header{"Www-Authenticate": {`Bearer realm="portico"`}}
	}
	return a
}

// explain says in plain words what a violation is. Members are those of the body, or of the document in it.
func explain(c *api.Call, v api.Violation) string {
	text := v.Plain()
	if v.Rule != api.Unknown {
		return text
	}
	if v.Source == "query" {
		shape, err := hostOf(c).Plan().Schemas[Name].Shape(c.Op.Query)
		if err != nil {
			return text
		}
		return "there is no parameter " + v.Path[0] + suggest.Hint(v.Path[0], shape.Names...)
	}
	if shape, ok := c.Notes.(*api.Shape); ok && (v.Path[0] != inBody || len(v.Path) == 2) {
		return text + suggest.Hint(v.Path[len(v.Path)-1], shape.Names...)
	}
	if len(v.Path) == 1 && c.Op != nil && c.Op.Takes != nil {
		return text + suggest.Hint(v.Path[0], c.Op.Takes.Names...)
	}
	return text
}

func unknownPath(c *api.Call) string {
	path := c.Request.URL.Path
	asked := strings.Split(path, "/")
	var paths []string
	for i := range c.Vendor.Operations {
		parts := strings.Split(c.Vendor.Operations[i].Template(), "/")
		for j, p := range parts {
			if strings.HasPrefix(p, "{") && len(parts) == len(asked) {
				parts[j] = asked[j]
			}
		}
		paths = append(paths, strings.Join(parts, "/"))
	}
	return fmt.Sprintf("nothing is at %s; GET /_portico lists what is here%s", path, suggest.Hint(path, paths...))
}
