package experiencehub

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// code is what a detail of a refusal says to machines. A violation that a resource words itself has it in Want.
type code string

// The codes of rules that only this vendor has.
const (
	nameTaken       code = "USER_GROUP_NAME_TAKEN"
	groupLimit      code = "USER_GROUP_LIMIT_REACHED"
	groupProtected  code = "USER_GROUP_PROTECTED"
	hasChildren     code = "USER_GROUP_HAS_CHILDREN"
	unknownGroup    code = "UNKNOWN_USER_GROUP"
	unknownProvider code = "UNKNOWN_IDENTITY_PROVIDER"
	mappingExists   code = "GROUP_MAPPING_EXISTS"
	unknownAsset    code = "UNKNOWN_ASSET"
	typeNotFit      code = "ASSET_TYPE_NOT_SUPPORTED"
	assetLimit      code = "PORTAL_ASSET_LIMIT_REACHED"
	unknownVersion  code = "UNKNOWN_MINOR_VERSION"
	notPending      code = "PROSPECT_NOT_PENDING"
	userExists      code = "USER_ALREADY_EXISTS"
	none            code = "" // the catalogue has no word for it
)

// broken is a violation of one of those rules.
func broken(by code, text string, path ...string) api.Violation {
	return api.Violation{Path: path, Rule: api.Other, Want: by, Text: text}
}

// names are status and short name of each code.
var names = map[api.Code]struct {
	status int
	name   string
}{
	api.Malformed:    {http.StatusBadRequest, "BadRequest"},
	api.Invalid:      {http.StatusBadRequest, "BadRequest"},
	api.Conflict:     {http.StatusBadRequest, "BadRequest"}, // 409 is declared nowhere
	api.Unauthorized: {http.StatusUnauthorized, "Unauthorized"},
	api.Forbidden:    {http.StatusForbidden, "Forbidden"},
	api.NotFound:     {http.StatusNotFound, "NotFound"},
	api.NoRoute:      {http.StatusNotFound, "NotFound"},
	api.NoMethod:     {http.StatusMethodNotAllowed, "MethodNotAllowed"},
	api.NotAccepted:  {http.StatusNotAcceptable, "NotAcceptable"},
	api.TooLarge:     {http.StatusRequestEntityTooLarge, "PayloadTooLarge"},
	api.TooLong:      {http.StatusRequestURITooLong, "UriTooLong"},
	api.Media:        {http.StatusUnsupportedMediaType, "UnsupportedMediaType"},
	api.RateLimited:  {http.StatusTooManyRequests, "TooManyRequests"},
	api.Timeout:      {http.StatusGatewayTimeout, "GatewayTimeout"},
	api.Unavailable:  {http.StatusServiceUnavailable, "ServiceUnavailable"},
	api.Internal:     {http.StatusInternalServerError, "InternalServerError"},
}

// texts are the messages where the cause is nothing to tell a client, or told in the details.
var texts = map[api.Code]string{
	api.Invalid: "Request validation failed", api.Unauthorized: "Authentication is required", api.RateLimited: "Too many requests",
	api.NoRoute: "No such resource", api.NoMethod: "Method not allowed", api.TooLong: "The URI is too long",
	api.Timeout: "The upstream service did not answer in time", api.Unavailable: "The service is unavailable", api.Internal: "An unexpected error occurred",
}

// nouns are the kinds in words.
var nouns = map[string]string{
	"mulesoft.connection": "Connection", "mulesoft.organization": "Organization", "experience-hub.portal": "Portal",
	"experience-hub.user-group": "User group", "experience-hub.portal-user": "User", "experience-hub.prospect": "Prospect",
	"experience-hub.group-mapping": "Group mapping", "experience-hub.portal-asset": "Asset",
}

// fail is an ErrorResponseDTO.
func fail(c *api.Call, e *api.Error) api.Answer {
	w, ok := names[e.Code]
	if !ok {
		w = names[api.Internal]
	}
	bad := e.Violations
	switch {
	case e.Code == api.Conflict:
		bad = []api.Violation{collision(e)}
	case e.Code == api.Malformed && len(bad) == 0:
		bad = []api.Violation{unreadable(e)}
	}
	text := texts[e.Code]
	switch {
	case e.Code == api.NotFound && nouns[e.Facts.Kind] != "":
		text = fmt.Sprintf("%s %s not found", nouns[e.Facts.Kind], e.Facts.ID)
	case e.Code == api.Unauthorized && c.Op != nil && c.Op.Needs == mulesoft.Anyone:
		text = "The credentials are not valid"
	case e.Code == api.Forbidden && e.Facts.Right != "":
		text = "The permission " + e.Facts.Right + " is required"
	case len(bad) > 0 && text == "":
		text = texts[api.Invalid]
	case text == "":
		text = e.Message
	}
	if len(bad) > 0 && bad[0].Rule == api.Other { // a rule that has words of its own
		text = bad[0].Text
	}
	if text == "" {
		text = w.name
	}
	out := api.Object{
		{Name: "name", Value: api.Quote(w.name)},
		{Name: "status", Value: strconv.AppendInt(nil, int64(w.status), 10)},
		{Name: "message", Value: api.Quote(text)},
	}
	if len(bad) > 0 {
		list := []byte{'['}
		for i := range bad {
			if i > 0 {
				list = append(list, ',')
			}
			list = detail(&bad[i]).Append(list)
		}
		out.Set("details", append(list, ']'))
	}
	return api.Answer{Status: w.status, Media: "application/json", Body: out.JSON()}
}

func unreadable(e *api.Error) api.Violation {
	if errors.Is(e.Cause, api.ErrNoBody) {
		return api.Violation{Path: []string{"body"}, Rule: api.Required}
	}
	return broken("MALFORMED_JSON", "The request body cannot be read: "+e.Message, "body")
}

// collision says what is taken, which this API words as a broken rule.
func collision(e *api.Error) api.Violation {
	switch f := e.Facts; f.Kind {
	case "experience-hub.user-group":
		return broken(nameTaken, fmt.Sprintf("A user group named %q already exists", f.Value), "name")
	case "experience-hub.group-mapping":
		return broken(mappingExists, fmt.Sprintf("The group %q is mapped to this user group already", f.Value), "groupMappingName")
	case "experience-hub.portal-user":
		return broken(userExists, fmt.Sprintf("A user with the %s %q already exists", f.Index, f.Value), f.Index)
	}
	return broken(none, e.Message)
}

// field is a path as refusals write it: dots between names, positions in brackets.
func field(path []string) string { return cmp.Or(api.FieldPath(path, nil), "body") }

// detail is an ErrorDetail.
func detail(v *api.Violation) api.Object {
	name := field(v.Path)
	about := api.Object{{Name: "field", Value: api.Quote(name)}}
	by, text := wording(v, name, &about)
	if v.Text != "" {
		text = v.Text
	}
	switch v.Source {
	case "query":
		by = "INVALID_QUERY_PARAMETER"
	case "header":
		by = "INVALID_HEADER"
	}
	out := api.Object{{Name: "message", Value: api.Quote(text)}}
	if by != none {
		out.SetString("code", string(by))
	}
	out.Set("arguments", append(about.Append([]byte{'['}), ']'))
	return out
}

// wording gives code and message of a violation, and adds what else there is to know about it.
func wording(v *api.Violation, name string, about *api.Object) (code, string) {
	most, _ := v.Want.(int)
	switch v.Rule {
	case api.Required:
		return "REQUIRED_FIELD", name + " is required"
	case api.Type:
		types, _ := v.Want.([]string)
		types = slices.DeleteFunc(slices.Clone(types), func(t string) bool { return t == "null" }) // which is being absent
		want := strings.Join(types, " or ")
		about.SetString("expected", want)
		if v.Null {
			return "REQUIRED_FIELD", name + " must not be null"
		}
		return "INVALID_TYPE", name + " must be of type " + want
	case api.Choice:
		choices, _ := v.Want.([]any)
		allowed := []string{}
		for _, c := range choices {
			if c != nil {
				allowed = append(allowed, fmt.Sprint(c))
			}
		}
		raw, _ := api.Encode(allowed)
		about.Set("allowed", raw)
		if v.Null {
			return "REQUIRED_FIELD", name + " must not be null"
		}
		return "INVALID_ENUM_VALUE", name + " must be one of " + strings.Join(allowed, ", ")
	case api.Format:
		if v.Want == "not-blank" {
			return "REQUIRED_FIELD", name + " must not be blank"
		}
		return "INVALID_UUID", name + " must be a UUID"
	case api.Pattern:
		about.SetString("pattern", fmt.Sprint(v.Want))
		return "PATTERN_MISMATCH", fmt.Sprintf("%s must match %v", name, v.Want)
	case api.MaxLength:
		about.SetInt("max", int64(most))
		return "MAX_LENGTH_EXCEEDED", fmt.Sprintf("%s must be at most %d characters", name, most)
	case api.MaxItems:
		about.SetInt("max", int64(most))
		return "TOO_MANY_ITEMS", fmt.Sprintf("%s must have at most %d items", name, most)
	case api.Minimum:
		return "INVALID_HEADER", name + " must be an integer from 0 to 2147483647"
	case api.Reference:
		return reference(fmt.Sprint(v.Want), name)
	case api.Other:
		by, _ := v.Want.(code)
		return by, name + " is not valid"
	}
	return none, name + " is not valid"
}

func reference(kind, name string) (code, string) {
	switch kind {
	case "experience-hub.user-group":
		return unknownGroup, name + " does not name a user group of the portal"
	case "mulesoft.identity-provider":
		return unknownProvider, name + " does not name an identity provider"
	case "mulesoft.asset":
		return unknownAsset, name + " does not name an asset in Exchange"
	}
	return none, name + " names nothing that exists"
}
