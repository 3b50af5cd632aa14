package konnect

import (
	"bytes"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

var developers = &api.Resource{
	Kind:   "konnect.developer",
	Schema: "StoredDeveloper",
	Newest: true,
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade},
		{Name: "email", Path: "email", Within: "portal", Unique: true, CaseInsensitive: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		portal := s.Tx.Get("konnect.portal", d.Owner())
		if err := private(portal, "developers"); err != nil {
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
		return splice(to, d.JSON, func(to []byte) []byte {
			to = append(to, `"application_count":`...)
			return strconv.AppendInt(to, int64(c.Tx.Count("konnect.application", "developer", d.ID)), 10)
		})
	},
}

// private refuses what a public portal cannot have. Konnect has no operation that creates it; fixtures and the state
// API obey the same rule.
func private(portal *api.Doc, what string) error {
	if portal.Bool("is_public") {
		return api.Refuse(api.Violation{Path: []string{}, Rule: api.Other, Text: "a public portal cannot have " + what})
	}
	return nil
}

var createdAt = []byte(`,"created_at"`)

// splice appends a document with further members before created_at, or at its end where it has none there.
func splice(to, doc []byte, members func(to []byte) []byte) []byte {
	at := bytes.LastIndex(doc, createdAt)
	if at < 0 {
		at = len(doc) - 1
	}
	to = append(to, doc[:at]...)
	to = members(append(to, ','))
	return append(to, doc[at:]...)
}
