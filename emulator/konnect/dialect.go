package konnect

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// dialect is how Konnect words what every vendor does. The order of checks is inferred: who calls and with what, then the form of
// the request with all its violations at once, and only then whether what the path names exists (docs/vendors/konnect.md).
var dialect = api.Dialect{
	Checks:     []api.Check{authenticate, authorize, media, rest.Input, rest.Locate},
	Ask:        ask,
	Parameters: parameters,
	Wrap:       wrap,
	Fail:       fail,
	Stamp:      stamp,
	Media:      "application/json; charset=utf-8",
}

// stamp returns an instant as JSON: RFC 3339 in UTC with milliseconds.
var stamp = api.StampAs("2006-01-02T15:04:05.000Z")

// authenticate sets c.Caller. Personal and system-account tokens are equivalent; any other token counts as an
// administrator's, unless only known ones are accepted.
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
		c.Caller = api.Caller{Name: known.ID, Doc: known, Admin: known.Str("access") == "admin"}
	case c.Strict:
		return api.Fail(api.Unauthorized, "the token is not known, and only known ones are accepted")
	default:
		c.Caller = api.Caller{Name: "admin", Admin: true}
	}
	return nil
}

// authorize checks what the token permits: everything, reading, or nothing.
func authorize(c *api.Call) error {
	if c.Caller.Admin {
		return nil
	}
	right := "read-only"
	if c.Op.Writing() {
		right = "admin"
	}
	access := c.Caller.Doc.Str("access")
	if access == right {
		return nil
	}
	e := api.Fail(api.Forbidden, "the token %s has the access %s", c.Caller.Name, access)
	e.Facts = api.Facts{Caller: c.Caller.Name, Right: right}
	return e
}

// media requires that a body is JSON; one without a content type is read as JSON.
func media(c *api.Call) error {
	if !c.Sends || c.Op.Body == "" {
		return nil
	}
	declared := c.Header("Content-Type")
	if declared == "" {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(declared); err != nil || kind != "application/json" {
		return api.Fail(api.Media, "the body is declared as %s", declared)
	}
	return nil
}

// wrap returns the envelope of a page.
func wrap(_ *api.Call, p api.Page) ([]byte, error) {
	head := fmt.Appendf(nil, `{"meta":{"page":{"number":%d,"size":%d,"total":%d}},"data":[`, p.Offset/p.Limit+1, p.Limit, p.Total)
	return slices.Concat(head, p.Items, []byte("]}")), nil
}

const problemMedia = "application/problem+json; charset=utf-8"

// problem is status, title and detail of a refusal. As Error.Vendor it replaces what words has for the code.
type problem struct {
	status        int
	title, detail string
}

// badRequest returns the refusal by a rule for which Konnect has a detail of its own.
func badRequest(detail string, bad ...api.Violation) error {
	return &api.Error{Code: api.Invalid, Violations: bad, Vendor: problem{http.StatusBadRequest, "Bad Request", detail}}
}

// words maps codes to Konnect's status, title and detail.
var words = map[api.Code]problem{
	api.Malformed:    {http.StatusBadRequest, "Bad Request", "Could not parse request body"},
	api.Invalid:      {http.StatusBadRequest, "Invalid Request", "Invalid Parameters"},
	api.Unauthorized: {http.StatusUnauthorized, "Unauthorized", "Unauthorized"},
	api.Forbidden:    {http.StatusForbidden, "Forbidden", "You do not have permission to perform this action"},
	api.NotFound:     {http.StatusNotFound, "Not Found", "Not Found"},
	api.NoRoute:      {http.StatusNotFound, "Not Found", "Not Found"},
	api.NoMethod:     {http.StatusNotFound, "Not Found", "Not Found"},
	api.Conflict:     {http.StatusConflict, "Conflict", "Conflict"},
	api.TooLarge:     {http.StatusRequestEntityTooLarge, "Payload Too Large", "request entity too large"},
	api.TooLong:      {http.StatusRequestURITooLong, "URI Too Long", "URI Too Long"},
	api.Media: {
		http.StatusUnsupportedMediaType, "Unsupported Media Type", "This API only supports requests with `Content-Type: application/json`",
	},
	api.RateLimited: {http.StatusTooManyRequests, "Rate Limited", "Too many requests"},
	api.Timeout:     {http.StatusGatewayTimeout, "Gateway Timeout", "Gateway Timeout"},
	api.Unavailable: {http.StatusServiceUnavailable, "Service Unavailable", "Service Unavailable"},
	api.Internal:    {http.StatusInternalServerError, "Internal", "An unexpected error occurred"},
}

// fail returns a problem document with the members in the order of the vendor's examples.
func fail(c *api.Call, e *api.Error) api.Answer {
	w, ok := words[e.Code]
	if !ok {
		w = words[api.Internal]
	}
	if p, ok := e.Vendor.(problem); ok {
		w = p
	}
	bad := e.Violations
	switch {
	case e.Code == api.Conflict && e.Vendor == nil && e.Facts.Kind != "":
		w.detail = collision(e.Facts)
	case e.Code == api.Malformed:
		bad = []api.Violation{{Path: []string{"body"}, Text: "request format is invalid"}}
	}
	var out api.Object
	out.SetInt("status", int64(w.status))
	out.SetString("title", w.title)
	out.SetString("instance", fmt.Sprintf("kong:trace:%d", api.Mix(c.Seed, c.Number)>>1))
	out.SetString("detail", w.detail)
	if w.status == http.StatusBadRequest && len(bad) > 0 {
		entries := make([]api.Object, len(bad))
		for i := range bad {
			entries[i] = invalidParameter(&bad[i])
		}
		out.Set("invalid_parameters", encoded(entries))
	}
	return api.Answer{Status: w.status, Media: problemMedia, Body: out.JSON()}
}

// collision returns the detail of a conflict: which value is taken. The text of a portal's name was recorded; the others follow it.
func collision(f api.Facts) string {
	switch f.Kind {
	case "konnect.team-member": // known by the team's id and the developer's
		return fmt.Sprintf(`developer: "%s" already exists in team`, f.Value[strings.LastIndexByte(f.Value, '/')+1:])
	case "konnect.assigned-role":
		return "role is already assigned to team"
	case "konnect.identity-provider":
		return fmt.Sprintf(`an identity provider of type "%s" already exists`, f.Value)
	}
	return fmt.Sprintf(`%s: "%s" already exists and must be unique.`, f.Index, f.Value)
}

// field returns a path as Konnect writes it: dots between names, positions in brackets. Keys of labels and of the products to
// publish are names, even 1.
func field(path []string) string {
	return api.FieldPath(path, func(i int) bool {
		return i == 0 || strings.HasSuffix(path[i-1], "labels") || path[i-1] == "api_products"
	})
}

// invalidParameter returns the entry of invalid_parameters for a violation.
func invalidParameter(v *api.Violation) api.Object {
	name := field(v.Path)
	r := reasonFor(v)
	o := api.Object{{Name: "field", Value: api.Quote(name)}}
	if r.rule != "" {
		o.SetString("rule", r.rule)
	}
	if v.Text != "" {
		r.text = v.Text
	} else {
		r.text = strings.NewReplacer("{field}", name, "{want}", listed(v.Want)).Replace(r.text)
	}
	o.SetString("reason", r.text)
	if r.member != "" {
		o.Set(r.member, encoded(v.Want))
	}
	switch {
	case v.Source != "":
		o.SetString("source", v.Source)
	case r.rule != "":
		o.SetString("source", "body")
	}
	return o
}

// reason is Konnect's rule for a violation, its text with {field} and {want}, and the member that shows what the rule wants.
type reason struct{ rule, text, member string }

// reasons are those of rules; of the rules type and format they are under the type or format that was wanted.
var reasons = map[string]reason{
	string(api.Required):  {"required", `"{field}" is required`, ""},
	string(api.Unknown):   {"unknown_property", `"{field}" is not allowed`, ""},
	string(api.Choice):    {"enum", `must be one of [{want}]`, "choices"},
	string(api.Pattern):   {"matches_regex", `value of "{field}" must match {want}`, ""},
	string(api.MinLength): {"min_length", `value of "{field}" must have at least {want} characters`, "minimum"},
	string(api.MaxLength): {"max_length", `value of "{field}" must not exceed {want} characters`, "maximum"},
	string(api.MinItems):  {"min_items", `"{field}" must have at least {want} items`, "minimum"},
	string(api.MinProps):  {"min_items", `"{field}" must have at least {want} items`, "minimum"},
	string(api.MaxItems):  {"max_items", `"{field}" must not have more than {want} items`, "maximum"},
	string(api.MaxProps):  {"max_items", `"{field}" must not have more than {want} items`, "maximum"},
	string(api.Minimum):   {"min", `"{field}" must be greater than or equal to {want}`, "minimum"},
	string(api.Maximum):   {"max", `"{field}" must be less than or equal to {want}`, "maximum"},
	string(api.Reference): {"missing_reference", `"{field}" does not reference an existing entity`, ""},
	string(api.Dependent): {"dependent_fields", `"{field}" requires "{want}" to be set`, "dependents"},

	"string":  {"is_string", `value of "{field}" must be a utf-8 string`, ""},
	"boolean": {"is_boolean", `value of "{field}" must be true or false`, ""},
	"array":   {"is_array", `"{field}" must be an array`, ""},
	"number":  {"is_number", `"{field}" must be a number`, ""},
	"integer": {"is_integer", `"{field}" must be an integer`, ""},
	"object":  {"is_object", `"{field}" must be an object`, ""},

	"uuid":           {"is_uuid", `value of "{field}" must be a UUID`, ""},
	"hostname":       {"is_fqdn", `value of "{field}" must be a valid hostname`, ""},
	"date-time":      {"is_date_time", `value of "{field}" must be an RFC 3339 date-time`, ""},
	"label":          {"is_label", `"{field}" is not a valid label`, ""},
	"label-key":      {"is_label", `"{field}" is not a valid label`, ""},
	"image-data-url": {"matches_regex", "must be a data URL with base64 image data, e.g., data:image/jpeg;base64,<BASE64_IMAGE_DATA>", ""},
}

// reasonFor returns the reason for a violation. One without a rule has only the text that the violation has itself.
func reasonFor(v *api.Violation) reason {
	key := string(v.Rule)
	switch v.Rule {
	case "":
		return reason{}
	case api.Type:
		key = "string"
		if types, _ := v.Want.([]string); len(types) > 0 && reasons[types[0]] != (reason{}) {
			key = types[0]
		}
	case api.Format:
		key, _ = v.Want.(string)
	}
	if r, ok := reasons[key]; ok {
		return r
	}
	return reason{rule: "invalid", text: `value of "{field}" is not valid`}
}

func encoded(v any) []byte {
	out, err := api.Encode(v)
	if err != nil {
		return api.Null
	}
	return out
}

// listed returns a value as text, the elements of a list separated by commas.
func listed(v any) string {
	switch v := v.(type) {
	case []string:
		return strings.Join(v, ", ")
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = fmt.Sprint(e)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}
