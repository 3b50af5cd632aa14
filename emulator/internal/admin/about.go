package admin

import (
	"encoding/json"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/near"
	"github.com/portico-emulator/portico/emulator/internal/openapi"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

func hostOf(c *api.Call) Host { return c.Host.(Host) } //nolint:forcetypeassert // the server is given one

func worldOf(c *api.Call) *world.World { return c.World.(*world.World) } //nolint:forcetypeassert // the server gives one

// Vendors are the vendors of a plan but for the admin plane.
func Vendors(p *server.Plan) []*api.Vendor {
	var out []*api.Vendor
	for _, v := range p.Vendors {
		if v.Name != Name {
			out = append(out, v)
		}
	}
	return out
}

func index(c *api.Call) (any, error) {
	type vendor struct {
		Name  string `json:"name"`
		Title string `json:"title"`
		URL   string `json:"url"`
	}
	type call struct {
		Method  string `json:"method"`
		Path    string `json:"path"`
		Summary string `json:"summary"`
	}
	out := struct {
		Portico string   `json:"portico"`
		Vendors []vendor `json:"vendors"`
		Calls   []call   `json:"calls"`
	}{Portico: hostOf(c).Version(), Vendors: []vendor{}}
	for _, v := range Vendors(hostOf(c).Plan()) {
		out.Vendors = append(out.Vendors, vendor{v.Name, v.Title, c.URL(v.Base)})
	}
	for i := range c.Vendor.Operations {
		op := &c.Vendor.Operations[i]
		out.Calls = append(out.Calls, call{op.Method, op.Template(), op.Summary})
	}
	return out, nil
}

func healthy(c *api.Call) (any, error) {
	return struct {
		Status  string `json:"status"`
		Version string `json:"version"`
	}{"ok", hostOf(c).Version()}, nil
}

// Operation is one row of a vendor's table, as the admin API lists it.
type Operation struct {
	ID        string `json:"id"` // konnect.create-portal
	Vendor    string `json:"vendor"`
	Method    string `json:"method"`
	Path      string `json:"path"` // on the emulator, from the root
	Summary   string `json:"summary"`
	Status    int    `json:"status"` // of success
	Errors    []int  `json:"errors"` // documented
	Companion bool   `json:"companion"`
}

// Operations lists the rows of the vendors, or of the one that is named. It refuses a name that no vendor has.
func Operations(p *server.Plan, vendor string) ([]Operation, error) {
	some, err := chosen(p, vendor)
	if err != nil {
		return nil, err
	}
	out := []Operation{}
	for _, v := range some {
		for i := range v.Operations {
			op := &v.Operations[i]
			out = append(out, Operation{
				ID: op.Full, Vendor: v.Name, Method: op.Method, Path: op.Template(), Summary: op.Summary,
				Status: op.Status, Errors: append([]int{}, op.Errors...), Companion: op.Companion,
			})
		}
	}
	return out, nil
}

// chosen is the vendor of that name, or all of them.
func chosen(p *server.Plan, name string) ([]*api.Vendor, error) {
	all := Vendors(p)
	if name == "" {
		return all, nil
	}
	var names []string
	for _, v := range all {
		if v.Name == name {
			return []*api.Vendor{v}, nil
		}
		names = append(names, v.Name)
	}
	return nil, noVendor(api.Invalid, name, names)
}

func noVendor(code api.Code, name string, names []string) error {
	hint := near.Hint(name, names...)
	if hint == "" {
		hint = "; there are " + strings.Join(names, ", ")
	}
	return api.Fail(code, "no vendor %q%s", name, hint)
}

func listOperations(c *api.Call) (any, error) {
	return Operations(hostOf(c).Plan(), c.Param("vendor"))
}

// OpenAPI describes the operations of a vendor, of the admin plane too, at a server. It refuses a name that no vendor has.
func OpenAPI(p *server.Plan, vendor, url string) ([]byte, error) {
	if v := p.Vendor(vendor); v != nil {
		return openapi.Document(v, p.Schemas[vendor], url)
	}
	var names []string
	for _, v := range p.Vendors {
		names = append(names, v.Name)
	}
	return nil, noVendor(api.NotFound, vendor, names)
}

func document(c *api.Call) (any, error) {
	file := c.Arg("vendor") // a route's parameter is a whole segment
	name, ok := strings.CutSuffix(file, ".json")
	if !ok {
		return nil, api.Fail(api.NotFound, "nothing is at %s; did you mean \"%s.json\"?", c.Request.URL.Path, file)
	}
	out, err := OpenAPI(hostOf(c).Plan(), name, c.URL(""))
	return json.RawMessage(out), err
}

// Credentials lists who may call the vendors, or the one that is named, in a world.
func Credentials(p *server.Plan, w *world.World, vendor string) ([]api.Credential, error) {
	some, err := chosen(p, vendor)
	if err != nil {
		return nil, err
	}
	out := []api.Credential{}
	w.View(func(tx api.Tx) {
		for _, v := range some {
			if v.Credentials == nil {
				continue
			}
			for _, one := range v.Credentials(&api.Call{Vendor: v, World: w, Tx: tx, Now: w.Clock.Now()}) {
				one.Roles = append([]string{}, one.Roles...)
				out = append(out, one)
			}
		}
	})
	return out, nil
}

func listCredentials(c *api.Call) (any, error) {
	return Credentials(hostOf(c).Plan(), worldOf(c), c.Param("vendor"))
}
