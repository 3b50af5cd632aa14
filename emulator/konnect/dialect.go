package konnect

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// dialect is Konnect's words. The order of checks is inferred: who calls and with what, then the form of the request with
// all its violations at once, and only then whether the path leads anywhere (docs/vendors/konnect.md).
var dialect = api.Dialect{
	Checks:     []api.Check{authenticate, authorize, media, rest.Input, rest.Locate},
	Ask:        ask,
	Parameters: parameters,
	Wrap:       wrap,
	Fail:       fail,
	Stamp:      stamp,
	Media:      "application/json; charset=utf-8",
}

// stamp is RFC 3339 in UTC with milliseconds.
var stamp = api.StampAs("2006-01-02T15:04:05.000Z")

// authenticate finds out who calls. Personal and system-account tokens are equivalent; any other token is taken for an
// administrator's unless only known ones are accepted.
func authenticate(c *api.Call) error {
	token := api.Bearer(c.Header("Authorization"))
	if token == "" {
		return api.Fail(api.Unauthorized, "no bearer token")
	}
	known := c.Tx.Find("konnect.token", "token", token)
	switch {
	case known != nil:
		if state := tokenState(&c.Scope, known); state != "" {
			return api.Fail(api.Unauthorized, "the token %s is %s", known.ID, state)
		}
		c.Caller = api.Caller{Name: known.ID, Doc: known, Admin: grantOf(known).access == "admin"}
	case c.Strict:
		return api.Fail(api.Unauthorized, "the token is not known, and only known ones are accepted")
	default:
		c.Caller = api.Caller{Name: "admin", Admin: true}
	}
	return nil
}

// authorize knows three degrees: everything, reading, nothing.
func authorize(c *api.Call) error {
	if c.Caller.Admin {
		return nil
	}
	if access := grantOf(c.Caller.Doc).access; access != "read-only" || c.Op.Writing() {
		e := api.Fail(api.Forbidden, "the token %s has the access %s", c.Caller.Name, access)
		e.Facts = api.Facts{Caller: c.Caller.Name, Right: right(c.Op)}
		return e
	}
	return nil
}

func right(op *api.Operation) string {
	if op.Writing() {
		return "admin"
	}
	return "read-only"
}

// media wants JSON where there is a body; one without a content type is read as JSON.
func media(c *api.Call) error {
	if !c.Sends || c.Op.Body == "" {
		return nil
	}
	declared := c.Header("Content-Type")
	if declared == "" || declared == "application/json" {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(declared); err != nil || kind != "application/json" {
		return api.Fail(api.Media, "the body is declared as %s", declared)
	}
	return nil
}

// wrap is the envelope of a page.
func wrap(_ *api.Call, p api.Page) ([]byte, error) {
	head := fmt.Appendf(nil, `{"meta":{"page":{"number":%d,"size":%d,"total":%d}},"data":[`, p.Offset/p.Limit+1, p.Limit, p.Total)
	return slices.Concat(head, p.Items, []byte("]}")), nil
}

const problemMedia = "application/problem+json; charset=utf-8"

// problem is what a rule of one resource says instead of the usual title and detail.
type problem struct{ title, detail string }

// badRequest is the answer of rules that Konnect words as a bad request of their own.
func badRequest(detail string, bad ...api.Violation) error {
	return &api.Error{Code: api.Invalid, Violations: bad, Vendor: problem{"Bad Request", detail}}
}

// words are status, title and detail of each code.
var words = map[api.Code]struct {
	status int
	problem
}{
	api.Malformed:    {http.StatusBadRequest, problem{"Bad Request", "Could not parse request body"}},
	api.Invalid:      {http.StatusBadRequest, problem{"Invalid Request", "Invalid Parameters"}},
	api.Unauthorized: {http.StatusUnauthorized, problem{"Unauthorized", "Unauthorized"}},
	api.Forbidden:    {http.StatusForbidden, problem{"Forbidden", "You do not have permission to perform this action"}},
	api.NotFound:     {http.StatusNotFound, problem{"Not Found", "Not Found"}},
	api.NoRoute:      {http.StatusNotFound, problem{"Not Found", "Not Found"}},
	api.NoMethod:     {http.StatusNotFound, problem{"Not Found", "Not Found"}},
	api.Conflict:     {http.StatusConflict, problem{"Conflict", "Conflict"}},
	api.TooLarge:     {http.StatusRequestEntityTooLarge, problem{"Payload Too Large", "request entity too large"}},
	api.TooLong:      {http.StatusRequestURITooLong, problem{"URI Too Long", "URI Too Long"}},
	api.Media: {http.StatusUnsupportedMediaType, problem{
		"Unsupported Media Type",
		"This API only supports requests with `Content-Type: application/json`",
	}},
	api.RateLimited: {http.StatusTooManyRequests, problem{"Rate Limited", "Too many requests"}},
	api.Timeout:     {http.StatusGatewayTimeout, problem{"Gateway Timeout", "Gateway Timeout"}},
	api.Unavailable: {http.StatusServiceUnavailable, problem{"Service Unavailable", "Service Unavailable"}},
	api.Internal:    {http.StatusInternalServerError, problem{"Internal", "An unexpected error occurred"}},
}

// fail is a problem document with the members in the order of the vendor's examples.
func fail(c *api.Call, e *api.Error) api.Answer {
	w, ok := words[e.Code]
	if !ok {
		w = words[api.Internal]
	}
	if e.Code == api.Conflict && e.Vendor == nil && e.Facts.Kind != "" {
		w.detail = collision(e.Facts)
	}
	if p, ok := e.Vendor.(problem); ok {
		w.problem = p
	}
	bad := e.Violations
	if e.Code == api.Malformed {
		bad = []api.Violation{{Path: []string{"body"}, Text: "request format is invalid"}}
	}
	out := []byte(`{"status":` + strconv.Itoa(w.status) + `,"title":`)
	out = api.AppendString(out, w.title)
	out = append(out, `,"instance":"kong:trace:`...)
	out = strconv.AppendUint(out, api.Mix(c.Seed, c.Number)>>1, 10)
	out = append(out, `","detail":`...)
	out = api.AppendString(out, w.detail)
	if w.status == http.StatusBadRequest && len(bad) > 0 {
		out = append(out, `,"invalid_parameters":[`...)
		for i := range bad {
			if i > 0 {
				out = append(out, ',')
			}
			out = complaint(&bad[i]).Append(out)
		}
		out = append(out, ']')
	}
	return api.Answer{Status: w.status, Media: problemMedia, Body: append(out, '}')}
}

// collision says which value is taken. The text of a portal's name was recorded; the others follow it.
func collision(f api.Facts) string {
	switch f.Kind {
	case "konnect.team-member": // known by the team's id and the developer's
		return fmt.Sprintf(`developer: "%s" already exists in team`, f.Value[strings.LastIndexByte(f.Value, '/')+1:])
	case "konnect.assigned-role":
		return "role is already assigned to team"
	}
	name := f.Index
	if f.Kind == "konnect.identity-provider" {
		return fmt.Sprintf(`an identity provider of type "%s" already exists`, f.Value)
	}
	return fmt.Sprintf(`%s: "%s" already exists and must be unique.`, name, f.Value)
}

// field is a path as Konnect writes it: dots between names, positions in brackets. Keys of labels and of the products to
// publish are names, even 1.
func field(path []string) string {
	return api.FieldPath(path, func(i int) bool {
		return i == 0 || strings.HasSuffix(path[i-1], "labels") || path[i-1] == "api_products"
	})
}

// complaint is one entry of invalid_parameters.
func complaint(v *api.Violation) api.Object {
	name := field(v.Path)
	rule, reason, extra := wording(v, name)
	if v.Text != "" {
		reason = v.Text
	}
	o := api.Object{{Name: "field", Value: api.Quote(name)}}
	if rule != "" {
		o.SetString("rule", rule)
	}
	o.SetString("reason", reason)
	o = append(o, extra...)
	switch {
	case v.Source != "":
		o.SetString("source", v.Source)
	case rule != "":
		o.SetString("source", "body")
	}
	return o
}

// wording gives rule, reason and further members of a violation.
func wording(v *api.Violation, name string) (rule, reason string, extra api.Object) {
	limit := func(rule, member, format string) (string, string, api.Object) {
		n, _ := v.Want.(int)
		if rule == "max_items" && v.Rule == api.MaxProps {
			format = `"%s" must not have more than %d items`
		}
		extra.SetInt(member, int64(n))
		return rule, fmt.Sprintf(format, name, n), extra
	}
	switch v.Rule {
	case "":
		return "", v.Text, nil
	case api.Required:
		return "required", fmt.Sprintf(`"%s" is required`, name), nil
	case api.Unknown:
		return "unknown_property", fmt.Sprintf(`"%s" is not allowed`, name), nil
	case api.Type:
		rule, reason = typeWords(v, name)
		return rule, reason, nil
	case api.Choice:
		choices, _ := v.Want.([]any)
		extra.Set("choices", encoded(choices))
		return "enum", "must be one of [" + join(choices) + "]", extra
	case api.Format:
		rule, reason = formatWords(v, name)
		return rule, reason, nil
	case api.Pattern:
		return "matches_regex", fmt.Sprintf(`value of "%s" must match %v`, name, v.Want), nil
	case api.MinLength:
		return limit("min_length", "minimum", `value of "%s" must have at least %d characters`)
	case api.MaxLength:
		return limit("max_length", "maximum", `value of "%s" must not exceed %d characters`)
	case api.MinItems, api.MinProps:
		return limit("min_items", "minimum", `"%s" must have at least %d items`)
	case api.MaxItems, api.MaxProps:
		return limit("max_items", "maximum", `"%s" must not have more than %d items`)
	case api.Minimum:
		return limit("min", "minimum", `"%s" must be greater than or equal to %d`)
	case api.Maximum:
		return limit("max", "maximum", `"%s" must be less than or equal to %d`)
	case api.Reference:
		return "missing_reference", fmt.Sprintf(`"%s" does not reference an existing entity`, name), nil
	case api.Dependent:
		needs, _ := v.Want.([]string)
		extra.Set("dependents", encoded(needs))
		return "dependent_fields", fmt.Sprintf(`"%s" requires "%s" to be set`, name, strings.Join(needs, ", ")), extra
	}
	return "invalid", fmt.Sprintf(`value of "%s" is not valid`, name), nil
}

func typeWords(v *api.Violation, name string) (rule, reason string) {
	types, _ := v.Want.([]string)
	want := "string"
	if len(types) > 0 {
		want = types[0]
	}
	switch want {
	case "boolean":
		return "is_boolean", fmt.Sprintf(`value of "%s" must be true or false`, name)
	case "array":
		return "is_array", fmt.Sprintf(`"%s" must be an array`, name)
	case "number":
		return "is_number", fmt.Sprintf(`"%s" must be a number`, name)
	case "integer":
		return "is_integer", fmt.Sprintf(`"%s" must be an integer`, name)
	case "object":
		return "is_object", fmt.Sprintf(`"%s" must be an object`, name)
	case "date-time":
		return formatWords(&api.Violation{Want: want}, name)
	}
	return "is_string", fmt.Sprintf(`value of "%s" must be a utf-8 string`, name)
}

func formatWords(v *api.Violation, name string) (rule, reason string) {
	switch v.Want {
	case "uuid":
		return "is_uuid", fmt.Sprintf(`value of "%s" must be a UUID`, name)
	case "hostname":
		return "is_fqdn", fmt.Sprintf(`value of "%s" must be a valid hostname`, name)
	case "date-time":
		return "is_date_time", fmt.Sprintf(`value of "%s" must be an RFC 3339 date-time`, name)
	case "label", "label-key":
		return "is_label", fmt.Sprintf(`"%s" is not a valid label`, name)
	case "image-data-url":
		return "matches_regex", "must be a data URL with base64 image data, e.g., data:image/jpeg;base64,<BASE64_IMAGE_DATA>"
	}
	return "invalid", fmt.Sprintf(`value of "%s" is not valid`, name)
}

func encoded(v any) []byte {
	out, err := api.Encode(v)
	if err != nil {
		return api.Null
	}
	return out
}

func join(list []any) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = fmt.Sprint(e)
	}
	return strings.Join(parts, ", ")
}
