package apiconnect

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// dialect is API Connect's form of requests and answers. The order of checks is inferred (docs/vendors/apiconnect.md): Accept,
// catalog, caller, permission, existence of the objects, the row's own rules, and then the form of the request.
var dialect = api.Dialect{
	Checks:     []api.Check{accept, enterCatalog, authenticate, enterOrg, exists, checkRow, media, input},
	Locate:     locate,
	Read:       read,
	Parameters: parameters,
	Wrap:       wrap,
	Write:      write,
	Fail:       fail,
	Stamp:      stamp,
	Media:      mediaJSON,
}

// notes is what the checks of a call find out.
type notes struct {
	catalog    *api.Doc
	missing    error       // why locate did not find all that the path names
	orgs       []*api.Doc  // those of the caller, or the one that the query names
	rights     []string    // permissions of the caller in the org of the path
	permission *permission // that the path names
	fields     selection
}

func notesOf(c *api.Call) *notes {
	n, ok := c.Notes.(*notes)
	if !ok {
		n = &notes{}
		c.Notes = n
	}
	return n
}

// stamp is RFC 3339 in UTC with milliseconds.
var stamp = api.StampAs("2006-01-02T15:04:05.000Z")

// write gives an answer the members and the media type that were asked for.
func write(c *api.Call, a api.Answer) api.Answer {
	if a.Media == mediaJSON {
		if c.Op != nil && takesFields(c.Op) {
			if only := notesOf(c).fields.only; only != nil {
				a.Body = selected(c, a.Body, only)
			}
		}
		if media := choose(c.Request.Header, offers(c)); media == mediaYAML {
			a = inYAML(a)
		}
	}
	return signed(c, a)
}

// inYAML returns an answer as YAML, or unchanged if it cannot be converted.
func inYAML(a api.Answer) api.Answer {
	if text, err := yaml.FromJSON(a.Body); err == nil {
		a.Body, a.Media = text, mediaYAML
	}
	return a
}

// signed adds the id of the request: the caller's, or a generated one.
func signed(c *api.Call, a api.Answer) api.Answer {
	id := c.Header("X-Request-Id")
	if id == "" {
		id = api.UUID(api.Mix(c.Seed, c.Number), api.Mix(c.Number, c.Seed))
	}
	a.Mark = api.Line{Name: "X-Request-Id", Value: id}
	return a
}

// statuses of the neutral codes.
var statuses = map[api.Code]int{
	api.Malformed: 400, api.Invalid: 400, api.Unauthorized: 401, api.Forbidden: 403, api.NotFound: 404, api.NoRoute: 404,
	api.NoMethod: 405, api.NotAccepted: 406, api.Timeout: 408, api.Conflict: 409, api.TooLarge: 413, api.TooLong: 414,
	api.Media: 415, api.RateLimited: 429, api.Internal: 500, api.Unavailable: 503,
}

// fail is the envelope of every error. The message is always a list, since clients fail on a string. An error of the Accept
// header is written as JSON.
func fail(c *api.Call, e *api.Error) api.Answer {
	status, ok := statuses[e.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	message, problems := wording(status, e)
	out := []byte(`{"status":` + strconv.Itoa(status) + `,"message":[`)
	out = append(api.AppendString(out, message), ']')
	if len(problems) > 1 {
		out = append(out, `,"errors":[`...)
		for i, p := range problems {
			if i > 0 {
				out = append(out, ',')
			}
			out = api.AppendString(out, p)
		}
		out = append(out, ']')
	}
	a := api.Answer{Status: status, Media: mediaJSON, Body: append(out, '}')}
	if status == http.StatusTooManyRequests {
		a.Header = http.Header{"Retry-After": {"1"}}
	}
	if status != http.StatusNotAcceptable && choose(c.Request.Header, offersUsual) == mediaYAML {
		a = inYAML(a)
	}
	return signed(c, a)
}

// wording is the message of a refusal, and its problems one by one.
func wording(status int, e *api.Error) (message string, problems []string) {
	for i := range e.Violations {
		problems = append(problems, complaint(&e.Violations[i]))
	}
	switch {
	case e.Code == api.Internal:
		return "the request could not be processed", nil
	case e.Code == api.Conflict && e.Facts.Index != "":
		return collision(e.Facts), nil
	case len(problems) == 1:
		return problems[0], nil
	case len(problems) > 1:
		return fmt.Sprintf("the request has %d problems", len(problems)), problems
	case e.Code == api.NoRoute:
		return "there is no operation " + e.Message, nil
	case e.Code == api.NoMethod:
		return "the method is not allowed: " + e.Message, nil
	case e.Message == "":
		return strings.ToLower(http.StatusText(status)), nil
	}
	return e.Message, nil
}

// collision says which value is taken.
func collision(f api.Facts) string {
	what := noun(f.Kind)
	switch f.Index {
	case "member":
		return "the user is a member of the org already"
	case "version":
		return what + " '" + strings.ReplaceAll(f.Value, "\x00", ":") + "' exists already"
	}
	return fmt.Sprintf("the %s '%s' is used by another %s already", strings.ReplaceAll(f.Index, "_", " "), f.Value, what)
}

// noun is a kind in words: apiconnect.member-invitation is a member invitation.
func noun(kind string) string {
	_, word, _ := strings.Cut(kind, ".")
	return strings.ReplaceAll(word, "-", " ")
}

// complaint is one problem; it begins with the path of the field.
func complaint(v *api.Violation) string {
	path := api.FieldPath(v.Path, func(i int) bool { return i == 0 })
	return cmp.Or(path, "body") + ": " + rule(v)
}

// rule says which rule a value breaks.
func rule(v *api.Violation) string {
	if v.Text != "" {
		return v.Text
	}
	switch v.Rule {
	case api.Required:
		return "is required"
	case api.Unknown:
		return "is not a field that can be set"
	case api.Type:
		types, _ := v.Want.([]string)
		return "must be of type " + strings.Join(types, " or ")
	case api.Choice:
		choices, _ := v.Want.([]any)
		return "must be one of " + listed(choices)
	case api.MinLength:
		return "must not be empty"
	case api.MaxLength:
		return fmt.Sprintf("must have at most %v characters", v.Want)
	case api.MinItems:
		return "must not be empty"
	case api.Minimum:
		return fmt.Sprintf("must be %v or more", v.Want)
	case api.Maximum:
		return fmt.Sprintf("must be %v or less", v.Want)
	case api.Reference:
		kind, _ := v.Want.(string)
		return "names no " + noun(kind)
	case api.Format:
		format, _ := v.Want.(string)
		if text, ok := formatWords[format]; ok {
			return text
		}
	}
	return "is not valid"
}

func listed(choices []any) string {
	out := make([]string, len(choices))
	for i, c := range choices {
		out[i] = fmt.Sprint(c)
		if c == nil {
			out[i] = "null"
		}
	}
	return strings.Join(out, ", ")
}
