package axway

import (
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// configs is the one document of settings: the portal's own, which its administrators change elsewhere, and switches of
// the emulation where real clients differ in what they expect.
var configs = &api.Resource{
	Kind: "axway.config", Schema: "StoredConfig", Created: "-", Updated: "-",
	OnCreate: func(_ *api.Scope, d *api.Draft) error {
		d.SetString("id", theConfig)
		return nil
	},
}

// theConfig is the id of the one document.
const theConfig = "config"

// settings are the document, read once.
type settings struct {
	autoApproves, delegated, csrf bool
	quotaInArray                  bool
	custom                        []string
	idle, life                    time.Duration
}

// config is the stored document, or the defaults where it was deleted.
func config(c *api.Call) *api.Doc {
	if d := c.Tx.Get("axway.config", theConfig); d != nil {
		return d
	}
	r := c.Tx.Resource("axway.config")
	return &api.Doc{Res: r, ID: theConfig, JSON: r.Shape.Defaults.JSON()}
}

func configOf(c *api.Call) *settings {
	kept := config(c).Memo(func(d *api.Doc) any {
		s := &settings{
			autoApproves: d.Bool("autoApproveApplications"),
			delegated:    d.Bool("delegateApplicationAdministration"),
			csrf:         d.Bool("csrf"),
			quotaInArray: d.Str("quotaGetShape") == "array",
			idle:         time.Duration(d.Get("sessionIdleTimeoutMillis").Int()) * time.Millisecond,
			life:         time.Duration(d.Get("sessionTimeoutMillis").Int()) * time.Millisecond,
		}
		for _, name := range d.Get("customProperties").Array() {
			if _, standard := standardMembers[name.Str]; !standard {
				s.custom = append(s.custom, name.Str)
			}
		}
		return s
	})
	return kept.(*settings) //nolint:forcetypeassert // settings keep nothing else
}

// getConfig shows what the vendor shows; the emulator's own switches are not among it.
func getConfig(c *api.Call) (any, error) {
	o := config(c).Object()
	for _, name := range []string{"id", "csrf", "quotaGetShape", "customProperties"} {
		o.Delete(name)
	}
	return o, nil
}
