// Package server puts vendors behind one HTTP port: gin routes, and the one function that carries every request from
// route to state and back. It knows no vendor.
package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/schema"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Plan is a set of vendors, linked and routed. It is made once and serves any number of servers.
type Plan struct {
	Vendors []*api.Vendor
	Schemas map[string]*schema.Set
	Catalog *store.Catalog

	byName map[string]*api.Operation
	engine *gin.Engine
	bases  []base // the longest first
}

type base struct {
	path   string
	vendor *api.Vendor
}

// NewPlan links vendors: parameters to kinds, rows to schemas, routes to rows. Every contradiction is an error.
func NewPlan(schemas fs.FS, vendors ...*api.Vendor) (*Plan, error) {
	p := &Plan{Vendors: vendors, Schemas: map[string]*schema.Set{}, byName: map[string]*api.Operation{}}
	var resources []*api.Resource
	for _, v := range vendors {
		set, err := schema.Load(schemas, v.Name, v.Formats, v.Shares...)
		if err != nil {
			return nil, err
		}
		p.Schemas[v.Name] = set
		v.Check = set.Check
		for _, r := range v.Resources {
			r.Vendor = v
			shape, err := set.Shape(r.Schema)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Kind, err)
			}
			r.Shape = shape
		}
		resources = append(resources, v.Resources...)
	}
	var err error
	if p.Catalog, err = store.NewCatalog(resources); err != nil {
		return nil, err
	}
	for _, v := range vendors {
		if err := describe(schemas, v); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
		for i := range v.Operations {
			if err := p.link(v, &v.Operations[i]); err != nil {
				return nil, fmt.Errorf("%s.%s: %w", v.Name, v.Operations[i].ID, err)
			}
		}
		p.addBases(v)
	}
	sort.SliceStable(p.bases, func(i, j int) bool { return len(p.bases[i].path) > len(p.bases[j].path) })
	return p, p.route()
}

// describe fills in summary, tag, status and documented errors of the rows that leave them out, from the operations that the
// vendor documents.
func describe(schemas fs.FS, v *api.Vendor) error {
	documented, err := schema.Documented(schemas, v.Name)
	if err != nil {
		return err
	}
	for _, o := range documented {
		at := slices.IndexFunc(v.Operations, func(op api.Operation) bool { return op.ID == o.ID })
		if at < 0 {
			continue
		}
		op := &v.Operations[at]
		op.Summary, op.Tag, op.Status = cmp.Or(op.Summary, o.Summary), cmp.Or(op.Tag, o.Tag), cmp.Or(op.Status, o.Status)
		if op.Errors == nil {
			op.Errors = o.Errors
		}
	}
	return nil
}

var parameter = regexp.MustCompile(`\{([^{}:]+)(:uuid)?\}`)

func (p *Plan) link(v *api.Vendor, op *api.Operation) error {
	op.Vendor, op.Full = v, v.Name+"."+op.ID
	if p.byName[op.Full] != nil {
		return errors.New("duplicate operation")
	}
	p.byName[op.Full] = op
	if op.Do == nil {
		return errors.New("the operation has no Do function")
	}
	op.Params = nil
	for _, m := range parameter.FindAllStringSubmatch(op.Path, -1) {
		ref, ok := op.Names[m[1]]
		if !ok {
			ref = v.Names[m[1]]
		}
		if ref.Kind != "" && p.Catalog.Resource(ref.Kind) == nil {
			return fmt.Errorf("{%s} names %s, which is no kind", m[1], ref.Kind)
		}
		op.Params = append(op.Params, api.Param{Name: m[1], UUID: m[2] != "", Ref: ref})
	}
	set := p.Schemas[v.Name]
	for _, name := range []string{op.Query, op.Body, op.Reply} {
		if name != "" && !set.Has(name) {
			return fmt.Errorf("no schema %q", name)
		}
	}
	if op.Query != "" {
		shape, err := set.Shape(op.Query)
		if err != nil {
			return err
		}
		op.Queries = shape
	}
	if op.Body != "" {
		shape, err := set.Shape(op.Body)
		if err != nil {
			return err
		}
		if len(shape.Names) > 0 {
			op.Takes = shape
		}
	}
	op.Known = known(op)
	return nil
}

// known are the query parameters that an operation documents; of one that is an object its members.
func known(op *api.Operation) []string {
	var out []string
	if op.Queries != nil {
		out = append(out, op.Queries.Names...)
	}
	if op.Vendor.Dialect.Parameters == nil {
		return out
	}
	for _, p := range op.Vendor.Dialect.Parameters(op) {
		name, _ := p["name"].(string)
		form, _ := p["schema"].(map[string]any)
		members, _ := form["properties"].(map[string]any)
		for _, m := range slices.Sorted(maps.Keys(members)) {
			out = append(out, name+"["+m+"]")
		}
		if members == nil {
			out = append(out, name)
		}
	}
	return out
}

func (p *Plan) addBases(v *api.Vendor) {
	seen := map[string]bool{}
	for _, path := range append([]string{v.Base}, v.Aliases...) {
		seen[path] = true
		p.bases = append(p.bases, base{path, v})
	}
	for i := range v.Operations {
		if b := v.Operations[i].Base; b != "" && !seen[b] {
			seen[b] = true
			p.bases = append(p.bases, base{b, v})
		}
	}
}

// Operation finds a row by vendor and id: "konnect.create-portal".
func (p *Plan) Operation(name string) *api.Operation { return p.byName[name] }

// Vendor finds a vendor by name, or nil.
func (p *Plan) Vendor(name string) *api.Vendor {
	for _, v := range p.Vendors {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// vendorOf is the vendor under whose base a path lies, or nil. Slashes in front that are one too many do not count.
func (p *Plan) vendorOf(path string) *api.Vendor {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	for _, b := range p.bases {
		if path == b.path || strings.HasPrefix(path, b.path) && path[len(b.path)] == '/' {
			return b.vendor
		}
	}
	return nil
}

// route mounts every row. Rows that share a route are tried in turn, those with typed parameters first.
func (p *Plan) route() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("server: routes: %v", r)
		}
	}()
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.HandleMethodNotAllowed = true
	e.UseRawPath = true
	e.UnescapePathValues = false // it would take a plus for a space
	e.NoRoute(unrouted(api.NoRoute))
	e.NoMethod(unrouted(api.NoMethod))
	type place struct{ method, path string }
	rows := map[place][]*api.Operation{}
	var order []place
	for _, v := range p.Vendors {
		for i := range v.Operations {
			op := &v.Operations[i]
			for _, b := range mounts(v, op) {
				at := place{op.Method, b + positional(b, op.Path)}
				if rows[at] == nil {
					order = append(order, at)
				}
				rows[at] = append(rows[at], op)
			}
		}
	}
	for _, at := range order {
		ops := rows[at]
		sort.SliceStable(ops, func(i, j int) bool { return typed(ops[i]) > typed(ops[j]) })
		if len(ops) > 1 && typed(ops[len(ops)-2]) == 0 {
			return fmt.Errorf("server: %s and %s share the route %s %s", ops[len(ops)-2].Full, ops[len(ops)-1].Full, at.method, at.path)
		}
		e.Handle(at.method, at.path, func(g *gin.Context) {
			x := exchangeOf(g)
			args := make([]string, len(g.Params))
			for i, a := range g.Params {
				args[i] = unescaped(g.Request.URL, a.Value)
			}
			x.handle(g.Request, pick(ops, args), args)
		})
	}
	p.engine = e
	return nil
}

// unescaped returns the value of a path parameter. It is decoded only if the path as sent differs from its decoded form.
func unescaped(u *url.URL, value string) string {
	if u.RawPath == "" {
		return value
	}
	if plain, err := url.PathUnescape(value); err == nil {
		return plain
	}
	return value
}

// unrouted answers and tells gin so, which would add a text of its own.
func unrouted(code api.Code) gin.HandlerFunc {
	return func(g *gin.Context) {
		exchangeOf(g).unknown(g.Request, code)
		g.Writer.WriteHeaderNow()
	}
}

func mounts(v *api.Vendor, op *api.Operation) []string {
	if op.Base != "" {
		return []string{op.Base}
	}
	return append([]string{v.Base}, v.Aliases...)
}

// positional is a template with parameters named by their place, since gin wants one name for a segment of all routes.
func positional(base, path string) string {
	parts := strings.Split(path, "/")
	offset := strings.Count(base, "/")
	for i, s := range parts {
		if strings.HasPrefix(s, "{") {
			parts[i] = ":s" + strconv.Itoa(offset+i)
		}
	}
	return strings.Join(parts, "/")
}

func typed(op *api.Operation) int {
	n := 0
	for _, p := range op.Params {
		if p.UUID {
			n++
		}
	}
	return n
}

// pick is the first row whose typed parameters fit; the last has the fewest.
func pick(ops []*api.Operation, args []string) *api.Operation {
next:
	for _, op := range ops {
		for i, p := range op.Params {
			if p.UUID && !api.IsUUID(args[i]) {
				continue next
			}
		}
		return op
	}
	return nil
}

func exchangeOf(g *gin.Context) *exchange {
	u, _ := g.Writer.(interface{ Unwrap() http.ResponseWriter })
	x, _ := u.Unwrap().(*exchange)
	return x
}
