package experiencehub

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// dialect is API Experience Hub's words. The order of checks is inferred (docs/vendors/experience-hub.md).
var dialect = api.Dialect{
	Checks:     []api.Check{authenticate, syntax, rest.Locate, authorize, media, rest.Body},
	Read:       mulesoft.ReadForm,
	Parameters: parameters,
	Fail:       fail,
	Stamp:      api.StampAs("2006-01-02T15:04:05Z"),
}

func authenticate(c *api.Call) error {
	if c.Op.Needs == mulesoft.Anyone {
		return nil
	}
	return mulesoft.Authenticate(c, api.Bearer(c.Header("Authorization")))
}

// plain are path parameters that are any text; the others are UUIDs.
var plain = map[string]bool{"groupId": true, "assetId": true, "groupMappingName": true, "orgId": true}

// Bounds of lists.
const (
	usualPage  = 250 // and the largest: the ceiling that the API for portals' consumers documents
	longestAsk = 128
)

// syntax judges path, query and headers, and reports all that is wrong with them at once.
func syntax(c *api.Call) error {
	var bad []api.Violation
	for i, p := range c.Op.Params {
		switch {
		case plain[p.Name]:
		case api.IsUUID(c.Args[i]):
			c.Args[i] = strings.ToLower(c.Args[i])
		default:
			bad = append(bad, api.Violation{Source: "path", Path: []string{p.Name}, Rule: api.Format, Want: "uuid"})
		}
	}
	if c.Op.Query != "" {
		bad = append(bad, query(c)...)
	}
	if c.Op.List != nil {
		c.Ask.Limit = usualPage
		from, key := "x-offset", "X-Offset"
		if c.Op.Method == http.MethodPost {
			from, key = "x-from", "X-From"
		}
		for _, h := range []struct {
			name, key string // as the vendor and as Go write it
			to        *int
		}{{"x-limit", "X-Limit", &c.Ask.Limit}, {from, key, &c.Ask.Offset}} {
			text := c.Header(h.key)
			if text == "" {
				continue
			}
			n, err := strconv.ParseInt(text, 10, 32)
			if err != nil || n < 0 {
				bad = append(bad, api.Violation{Source: "header", Path: []string{h.name}, Rule: api.Minimum, Want: 0})
				continue
			}
			*h.to = int(n)
		}
		c.Ask.Limit = min(c.Ask.Limit, usualPage)
	}
	if len(bad) > 0 {
		return api.Refuse(bad...)
	}
	return nil
}

func query(c *api.Call) []api.Violation {
	var bad []api.Violation
	if utf8.RuneCountInString(c.Param("searchTerm")) > longestAsk {
		bad = append(bad, api.Violation{Source: "query", Path: []string{"searchTerm"}, Rule: api.MaxLength, Want: longestAsk})
	}
	if text := c.Param("isActive"); c.Op.Query == "CommunityUserQuery" && c.Query.Has("isActive") && text != "true" && text != "false" {
		bad = append(bad, api.Violation{Source: "query", Path: []string{"isActive"}, Rule: api.Type, Want: []string{"boolean"}})
	}
	return bad
}

// paged marks the rows that read paging headers.
var paged = &api.List{Paged: true}

// parameters documents the paging headers.
func parameters(op *api.Operation) []map[string]any {
	if op.List == nil {
		return nil
	}
	from := "x-offset"
	if op.Method == http.MethodPost {
		from = "x-from"
	}
	whole := func(usual int) map[string]any {
		return map[string]any{"type": "integer", "format": "int32", "minimum": 0, "default": usual}
	}
	return []map[string]any{
		{"name": "x-limit", "in": "header", "description": "Most results to give; more than 250 count as 250.", "schema": whole(usualPage)},
		{"name": from, "in": "header", "description": "Results to skip.", "schema": whole(0)},
	}
}

// authorize asks for the permission that the row needs, in the organization that holds the connection.
func authorize(c *api.Call) error {
	if c.Op.Base == mulesoft.AccountsBase {
		return nil
	}
	who := mulesoft.Caller(c)
	rights := []string{mulesoft.OrganizationAdministrator, mulesoft.HubAdministrator, mulesoft.PortalAdministrator}
	if c.Op.Needs == mulesoft.UsersApprover {
		rights = append(rights, mulesoft.UsersApprover)
	}
	if !who.Holds("", rights...) {
		e := api.Fail(api.Forbidden, "%s is not %s", c.Caller.Name, c.Op.Needs)
		e.Facts = api.Facts{Caller: c.Caller.Name, Right: c.Op.Needs}
		return e
	}
	org := organization(c)
	if !who.Belongs(c.Tx, org) {
		return api.Fail(api.Forbidden, "The caller %s is no member of the organization %s", c.Caller.Name, org)
	}
	if conn := c.Owner("mulesoft.connection"); conn != nil && !reaches(who, org, conn) {
		return api.Fail(api.Forbidden, "The connection belongs to the organization %s", conn.Str("organizationId"))
	}
	return nil
}

// organization is the one that the call is about: the caller's root, or the one that the header names.
func organization(c *api.Call) string {
	if id := c.Header("X-Anypnt-Org-Id"); id != "" {
		return strings.ToLower(id)
	}
	return mulesoft.Caller(c).Root
}

// reaches tells whether a connection is an organization's: the root's are those of its business groups, too.
func reaches(who *mulesoft.Who, org string, conn *api.Doc) bool {
	return conn.Owner() == who.Root && (org == who.Root || org == conn.Str("organizationId"))
}

// media wants JSON where there is a body, and takes a form where a token is asked for.
func media(c *api.Call) error {
	declared := c.Header("Content-Type")
	if c.Op.Body == "" || declared == "" || c.Op.Optional && !c.Sends {
		return nil
	}
	kind, _, err := mime.ParseMediaType(declared)
	if err == nil && (kind == "application/json" || kind == mulesoft.Form && c.Op.Base == mulesoft.AccountsBase) {
		return nil
	}
	return api.Fail(api.Media, "Content type %s is not supported", declared)
}
