// Package openapi reads an OpenAPI 3.1 document off a vendor's table. It knows no vendor and serves nothing.
package openapi

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/schema"
)

// Document describes the operations of a linked vendor at a server, "http://127.0.0.1:4780". Paths start at the server's
// root, since rows may be mounted beside the vendor's base. The same table gives the same bytes.
func Document(v *api.Vendor, set *schema.Set, server string) ([]byte, error) {
	d := &document{vendor: v, components: components{set: set, seen: map[string]bool{}}}
	var out, info api.Object
	out.SetString("openapi", "3.1.0")
	info.SetString("title", v.Title)
	info.SetString("version", v.Version)
	info.SetString("description", d.about())
	out.Set("info", info.JSON())
	out.Set("servers", object.Array(single("url", api.Quote(server))))
	out.Set("tags", object.Array(d.tags()...))
	paths, err := d.paths()
	if err != nil {
		return nil, fmt.Errorf("openapi: %s: %w", v.Name, err)
	}
	out.Set("paths", paths.JSON())
	schemas, err := d.components.all()
	if err != nil {
		return nil, fmt.Errorf("openapi: %s: %w", v.Name, err)
	}
	parts := api.Object{{Name: "schemas", Value: schemas.JSON()}}
	if v.Security != "" {
		parts.Set("securitySchemes", single(scheme, []byte(v.Security)))
	}
	out.Set("components", parts.JSON())
	if v.Security != "" {
		out.Set("security", object.Array(single(scheme, []byte(`[]`))))
	}
	return out.JSON(), nil
}

// scheme is the name of the vendor's one security scheme.
const scheme = "credential"

type document struct {
	vendor     *api.Vendor
	components components
}

func (d *document) about() string {
	text := "Served by portico, an emulator."
	if len(d.vendor.Aliases) > 0 {
		text += fmt.Sprintf(" What is under %s is under %s, too.", d.vendor.Base, strings.Join(d.vendor.Aliases, " and "))
	}
	return text
}

func (d *document) tags() [][]byte {
	var out [][]byte
	seen := map[string]bool{"": true}
	for i := range d.vendor.Operations {
		if tag := d.vendor.Operations[i].Tag; !seen[tag] {
			seen[tag] = true
			out = append(out, single("name", api.Quote(tag)))
		}
	}
	return out
}

// place is a path with the rows that share it. OpenAPI has one item for it, whatever the rows call its parameters.
type place struct {
	path    string
	params  []string
	methods []*method
}

type method struct {
	name string
	rows []*api.Operation // more than one where the form of a parameter decides
}

var parameter = regexp.MustCompile(`\{[^{}]+\}`)

func (d *document) places() []*place {
	var out []*place
	known := map[string]*place{}
	for i := range d.vendor.Operations {
		op := &d.vendor.Operations[i]
		path := op.Template()
		shape := parameter.ReplaceAllString(path, "{}")
		p := known[shape]
		if p == nil {
			p = &place{path: path}
			for _, name := range op.Params {
				p.params = append(p.params, name.Name)
			}
			known[shape] = p
			out = append(out, p)
		}
		p.add(op)
	}
	return out
}

func (p *place) add(op *api.Operation) {
	for _, m := range p.methods {
		if m.name == op.Method {
			m.rows = append(m.rows, op)
			return
		}
	}
	p.methods = append(p.methods, &method{op.Method, []*api.Operation{op}})
}

func (d *document) paths() (api.Object, error) {
	var out api.Object
	for _, p := range d.places() {
		var item api.Object
		for _, m := range p.methods {
			op, err := d.operation(p, m.rows)
			if err != nil {
				return nil, err
			}
			item.Set(strings.ToLower(m.name), op)
		}
		out.Set(p.path, item.JSON())
	}
	return out, nil
}

// single is a JSON object with one member.
func single(name string, value []byte) []byte {
	return api.Object{{Name: name, Value: value}}.JSON()
}
