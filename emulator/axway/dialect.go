package axway

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// dialect is API Manager's words. The order of checks is inferred: who calls, what the path names, whether the caller may,
// and only then what was sent (docs/vendors/axway.md).
var dialect = api.Dialect{
	Checks:     []api.Check{authenticate, rest.Locate, authorize, rest.Query, media, rest.Body},
	Read:       read,
	Ask:        ask,
	Parameters: parameters,
	Write:      write,
	Fail:       fail,
	Writes:     byCookie,
	Stamp:      func(t time.Time) []byte { return strconv.AppendInt(nil, t.UnixMilli(), 10) },
}

// refusal is what a client reads of one: the status, a code which is the status or 102, and a text.
type refusal struct {
	status, code int
	message      string
}

// words are those of each code. Clients match parts of the texts that were recorded: those of 401, 404 and 409.
var words = map[api.Code]refusal{
	api.Malformed:    {http.StatusBadRequest, 102, ""},
	api.Invalid:      {http.StatusBadRequest, 102, ""},
	api.Unauthorized: {http.StatusUnauthorized, 102, "Authorization required"},
	api.Forbidden:    {http.StatusForbidden, http.StatusForbidden, "You do not have permission to access this resource"},
	api.NotFound:     {http.StatusNotFound, 102, "The entity could not be found.  Please refresh your session."},
	api.NoRoute:      {http.StatusNotFound, 102, "The entity could not be found.  Please refresh your session."},
	api.NoMethod:     {http.StatusMethodNotAllowed, http.StatusMethodNotAllowed, "Method not allowed"},
	api.NotAccepted:  {http.StatusNotAcceptable, http.StatusNotAcceptable, "Not acceptable"},
	api.Conflict:     {http.StatusConflict, 102, "resource already exists"},
	api.TooLarge:     {http.StatusRequestEntityTooLarge, http.StatusRequestEntityTooLarge, "Request entity too large"},
	api.TooLong:      {http.StatusRequestURITooLong, http.StatusRequestURITooLong, "Request URI too long"},
	api.Media:        {http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType, "Unsupported media type"},
	api.RateLimited:  {http.StatusTooManyRequests, http.StatusTooManyRequests, "Too many requests"},
	api.Timeout:      {http.StatusGatewayTimeout, http.StatusGatewayTimeout, "Gateway timeout"},
	api.Unavailable:  {http.StatusServiceUnavailable, http.StatusServiceUnavailable, "Service unavailable"},
	api.Internal:     {http.StatusInternalServerError, http.StatusInternalServerError, "Internal server error"},
}

func unknownAPI(id string) error {
	return &api.Error{
		Code: api.NotFound, Message: "no axway.api " + strconv.Quote(id), Facts: api.Facts{Kind: "axway.api", ID: id},
		Vendor: refusal{http.StatusNotFound, http.StatusNotFound, "Unknown API"},
	}
}

func invalidToken() error {
	return &api.Error{
		Code: api.Forbidden, Message: "the header CSRF-Token is missing, or not the session's",
		Vendor: refusal{http.StatusForbidden, http.StatusForbidden, "Invalid CSRF token"},
	}
}

// bad is a 400 that says something.
func bad(format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return &api.Error{Code: api.Invalid, Message: text, Vendor: refusal{http.StatusBadRequest, 102, text}}
}

// breaks is a 400 about one member.
func breaks(text string, path ...string) error {
	return api.Refuse(api.Violation{Path: path, Rule: api.Other, Text: text})
}

// fail is an envelope with one entry, as every recorded one has.
func fail(c *api.Call, e *api.Error) api.Answer {
	r, ok := e.Vendor.(refusal)
	if !ok {
		if r, ok = words[e.Code]; !ok {
			r = words[api.Internal]
		}
		if r.message == "" {
			r.message = complaint(e)
		}
	}
	body := strconv.AppendInt([]byte(`{"errors":[{"code":`), int64(r.code), 10)
	body = api.AppendString(append(body, `,"message":`...), r.message)
	a := write(c, api.Answer{Status: r.status, Media: "application/json", Body: append(body, `}]}`...)})
	if r.status == http.StatusUnauthorized && !cookied(c) {
		a.Header = http.Header{"Www-Authenticate": {`Basic realm="API Manager"`}}
	}
	return a
}

// complaint names every field that is wrong.
func complaint(e *api.Error) string {
	if e.Code == api.Malformed || len(e.Violations) == 0 {
		return e.Message
	}
	parts := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		name := strings.Join(v.Path, ".")
		switch want, _ := v.Want.(string); v.Rule {
		case api.Reference:
			parts[i] = fmt.Sprintf("%s: no such %s", name, strings.TrimPrefix(want, "axway."))
		case api.Pattern:
			parts[i] = fmt.Sprintf("%s: want %s", name, patterns[name])
		default:
			parts[i] = v.Plain()
		}
	}
	return strings.Join(parts, "; ")
}

// patterns say in words what the schemas say in regular expressions.
var patterns = map[string]string{
	"name": "more than spaces",
	"cert": "a certificate between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----",
}

// write adds the headers that answers bear: a correlation id, and within a session its token, which clients pick up
// wherever they see it. Scripts look for the names as the vendor writes them, so letter case is kept.
func write(c *api.Call, a api.Answer) api.Answer {
	a.Mark = api.Line{Name: "X-CorrelationID", Value: correlation(c)}
	if s, ok := c.Notes.(*api.Doc); ok {
		h := http.Header{"CSRF-Token": {s.Str("token")}}
		maps.Copy(h, a.Header)
		a.Header = h
	}
	return a
}

func correlation(c *api.Call) string {
	a, b := api.Mix(c.Seed, c.Number), api.Mix(c.Number, c.Seed)
	var room [16]byte
	binary.BigEndian.PutUint64(room[:], a)
	binary.BigEndian.PutUint32(room[8:], uint32(b)) //nolint:gosec // any 32 bits do
	return "Id-" + hex.EncodeToString(room[:12]) + " 0"
}
