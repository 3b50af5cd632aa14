package konnect

import (
	"bytes"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

var developers = &api.Resource{
	Kind: "konnect.developer", Schema: "StoredDeveloper", Newest: true,
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade},
		{Name: "email", Path: "email", Within: "portal", Unique: true, CaseInsensitive: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		portal := s.Tx.Get("konnect.portal", d.Owner())
		if err := requirePrivate(portal, "developers"); err != nil {
			return err
		}
		status := "pending"
		if portal.Bool("auto_approve_developers") {
			status = "approved"
		}
		d.Default("status", api.Quote(status))
		return nil
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		n := c.Tx.Count("konnect.application", "developer", d.ID)
		return splice(to, d.JSON, strconv.AppendInt([]byte(`"application_count":`), int64(n), 10))
	},
}

// requirePrivate refuses what a public portal cannot have. Konnect has no operation that creates it; fixtures and the state API
// are checked alike.
func requirePrivate(portal *api.Doc, what string) error {
	if portal.Bool("is_public") {
		return api.Refuse(api.Violation{Path: []string{}, Rule: api.Other, Text: "a public portal cannot have " + what})
	}
	return nil
}

// splice appends a document with further members, as JSON, before created_at, or at its end if it has none there.
func splice(to, doc, members []byte) []byte {
	at := bytes.LastIndex(doc, []byte(`,"created_at"`))
	if at < 0 {
		at = len(doc) - 1
	}
	to = append(append(to, doc[:at]...), ',')
	return append(append(to, members...), doc[at:]...)
}
