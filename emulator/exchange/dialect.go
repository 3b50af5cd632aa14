package exchange

import (
	"cmp"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// dialect is Exchange's words. The order of checks is inferred (docs/vendors/exchange.md).
var dialect = api.Dialect{
	Checks: []api.Check{authenticate, rest.Locate, authorize, media, rest.Body},
	Fail:   fail,
	Stamp:  func(t time.Time) []byte { return api.Quote(mulesoft.ShareTime(t)) },
}

// client is the user name with which a connected app calls by Basic credentials: its id and secret are the password.
const (
	client = "~~~Client~~~"
	joint  = "~?~"
)

func authenticate(c *api.Call) error {
	if c.Op.Needs == mulesoft.Anyone {
		return nil
	}
	if name, password, ok := c.Request.BasicAuth(); ok && name == client {
		id, secret, _ := strings.Cut(password, joint)
		return mulesoft.AuthenticateApp(c, id, secret)
	}
	return mulesoft.Authenticate(c, token(c.Header("Authorization")))
}

// token is what follows the word Bearer, or the whole header where it is one word: printed examples send it so.
func token(header string) string {
	if t := api.Bearer(header); t != "" {
		return t
	}
	header = strings.TrimSpace(header)
	if strings.EqualFold(header, "bearer") || strings.EqualFold(header, "basic") {
		return ""
	}
	return header
}

func authorize(c *api.Call) error {
	var may bool
	switch who := mulesoft.Caller(c); c.Op.Needs {
	case toView:
		may = who.MayView(c.Tx, c.Object)
	case toShare:
		may = who.MayShare(c.Tx, c.Object)
	default:
		may = true
	}
	if may {
		return nil
	}
	e := api.Fail(api.Forbidden, "%s is no %s of the asset", c.Caller.Name, c.Op.Needs)
	e.Facts = api.Facts{Kind: c.Object.Res.Kind, ID: c.Object.ID, Caller: c.Caller.Name, Right: c.Op.Needs}
	return e
}

// media wants JSON where there is a body; one without a content type is read as JSON.
func media(c *api.Call) error {
	declared := c.Header("Content-Type")
	if c.Op.Body == "" || declared == "" {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(declared); err != nil || kind != "application/json" {
		return api.Fail(api.Media, "Content type %s is not supported", declared)
	}
	return nil
}

// words are status and message of each code. A 403 says "Unauthorized", as a 401 does.
var words = map[api.Code]struct {
	status  int
	message string
}{
	api.Malformed:    {http.StatusBadRequest, "Bad Request"},
	api.Invalid:      {http.StatusBadRequest, "Bad Request"},
	api.Conflict:     {http.StatusBadRequest, "Bad Request"},
	api.Unauthorized: {http.StatusUnauthorized, "Unauthorized"},
	api.Forbidden:    {http.StatusForbidden, "Unauthorized"},
	api.NotFound:     {http.StatusNotFound, "Not Found"},
	api.NoRoute:      {http.StatusNotFound, "Not Found"},
	api.NoMethod:     {http.StatusMethodNotAllowed, "Method Not Allowed"},
	api.NotAccepted:  {http.StatusNotAcceptable, "Not Acceptable"},
	api.TooLarge:     {http.StatusRequestEntityTooLarge, "Payload Too Large"},
	api.TooLong:      {http.StatusRequestURITooLong, "URI Too Long"},
	api.Media:        {http.StatusUnsupportedMediaType, "Unsupported Media Type"},
	api.RateLimited:  {http.StatusTooManyRequests, "Too Many Requests"},
	api.Timeout:      {http.StatusGatewayTimeout, "Gateway Timeout"},
	api.Unavailable:  {http.StatusServiceUnavailable, "Service Unavailable"},
	api.Internal:     {http.StatusInternalServerError, "Internal Server Error"},
}

// fail is status, message and details, which are an object even where there are none.
func fail(_ *api.Call, e *api.Error) api.Answer {
	w, ok := words[e.Code]
	if !ok {
		w = words[api.Internal]
	}
	if e.Code == api.NotFound && e.Facts.Kind == "mulesoft.asset" {
		w.message = fmt.Sprintf("Asset %s not found", e.Facts.ID)
	}
	bad := e.Violations
	if e.Code == api.Malformed && len(bad) == 0 {
		bad = []api.Violation{{Rule: api.Other, Text: e.Message}}
	}
	details := api.Object{}
	if w.status == http.StatusBadRequest && len(bad) > 0 {
		errs := []byte{'['}
		for i := range bad {
			if i > 0 {
				errs = append(errs, ',')
			}
			path, text := complaint(&bad[i])
			errs = api.Object{{Name: "path", Value: api.Quote(path)}, {Name: "message", Value: api.Quote(text)}}.Append(errs)
		}
		details.Set("errors", append(errs, ']'))
	}
	body := api.Object{
		{Name: "status", Value: strconv.AppendInt(nil, int64(w.status), 10)},
		{Name: "message", Value: api.Quote(w.message)},
		{Name: "details", Value: details.JSON()},
	}
	return api.Answer{Status: w.status, Media: "application/json", Body: body.JSON()}
}

// complaint is the place of a violation, [0].role, and what is wrong there.
func complaint(v *api.Violation) (path, text string) {
	path = api.FieldPath(v.Path, nil)
	what := cmp.Or(path, "body")
	if v.Text != "" {
		return path, v.Text
	}
	switch v.Rule {
	case api.Required:
		return path, what + " is required"
	case api.Type:
		types, _ := v.Want.([]string)
		return path, what + " must be of type " + strings.Join(types, " or ")
	case api.Choice:
		choices, _ := v.Want.([]any)
		allowed := make([]string, len(choices))
		for i, c := range choices {
			allowed[i] = fmt.Sprint(c)
		}
		return path, what + " must be one of " + strings.Join(allowed, ", ")
	case api.MinLength:
		return path, what + " must not be empty"
	case api.Reference:
		return path, what + " names no user of the organization"
	}
	return path, what + " is not valid"
}
