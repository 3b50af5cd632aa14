package emulator_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
	"github.com/portico-emulator/portico/fixtures"
)

// form is a way to name an object in a path.
type form struct {
	name  string   // "id", "name"; the same in upper case or encoded
	parts []string // values of the path parameters
	query string   // what has to be in the query, or ""
	some  bool     // only some objects can be named so
}

// finds are the forms of references that say how by a function: all that no index of the table has.
var finds = map[string]func(tx api.Tx, d *api.Doc) []form{
	"apiconnect.member": func(tx api.Tx, d *api.Doc) []form {
		return []form{{name: "user name", parts: []string{tx.Get("apiconnect.user", d.Str("user")).Str("username")}}}
	},
	"apiconnect.associate": func(_ api.Tx, d *api.Doc) []form {
		return []form{
			{name: "id", parts: []string{d.ID}, some: true},
			{name: "id", parts: []string{strings.ToUpper(d.ID)}, some: true},
			{name: "user name", parts: []string{d.Str("username")}, some: true},
		}
	},
	"apiconnect.api-id": func(_ api.Tx, d *api.Doc) []form {
		return []form{{name: "name, with the version in the row", parts: []string{d.Str("name")}, some: true}}
	},
	"axway.id": func(_ api.Tx, d *api.Doc) []form {
		return []form{{name: "query", parts: []string{"none"}, query: "applicationId=" + url.QueryEscape(d.ID)}}
	},
}

// forms are all ways to name a document by a parameter.
func forms(t *testing.T, tx api.Tx, v *api.Vendor, p *api.Param, d *api.Doc) []form {
	t.Helper()
	if p.Ref.Where != nil && !p.Ref.Where(d) {
		return nil
	}
	var out []form
	upper := func(f form, folds []bool) {
		parts := slices.Clone(f.parts)
		for i := range parts {
			if folds[i] && api.IsUUID(parts[i]) {
				parts[i] = strings.ToUpper(parts[i])
			}
		}
		if !slices.Equal(parts, f.parts) {
			out = append(out, form{f.name, parts, f.query, f.some})
		}
	}
	by := p.Ref.By
	if by == nil && p.Ref.Find == nil {
		by = []string{"id"}
	}
	for _, name := range by {
		ix, ok := d.Res.Index(name)
		if !ok {
			f := form{name: name, parts: []string{d.ID}}
			out = append(out, f)
			upper(f, []bool{!d.Res.Exact})
			continue
		}
		f, folds := form{name: name}, []bool{}
		for member := range strings.SplitSeq(ix.Path, ",") {
			f.parts = append(f.parts, d.Str(member))
			folds = append(folds, d.Res.Shape.UUIDs[member])
		}
		out = append(out, f)
		upper(f, folds)
	}
	if p.Ref.Find != nil {
		others := finds[v.Name+"."+p.Name]
		if others == nil {
			t.Fatalf("%s.%s: the table names objects by a function; finds has to list the forms", v.Name, p.Name)
		}
		out = append(out, others(tx, d)...)
	}
	out = slices.DeleteFunc(out, func(f form) bool {
		return slices.Contains(f.parts, "") || p.UUID && !api.IsUUID(f.parts[0])
	})
	if len(out) > 0 {
		letters := form{name: out[0].name, query: out[0].query, some: out[0].some}
		for _, part := range out[0].parts {
			letters.parts = append(letters.parts, encoded(part))
		}
		for i := range out {
			for j := range out[i].parts {
				out[i].parts[j] = url.PathEscape(out[i].parts[j])
			}
		}
		out = append(out, letters)
	}
	return out
}

// encoded is a text with every byte percent-encoded.
func encoded(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02X", text[i])
	}
	return b.String()
}

// ancestor is the document of a kind that another lives in, or nil.
func ancestor(tx api.Tx, d *api.Doc, kind string) *api.Doc {
	for _, id := range slices.Backward(d.In) {
		d = tx.Get(d.Res.Parent(), id)
		if d.Res.Kind == kind {
			return d
		}
	}
	return nil
}

// address is a path to a document, in one of its forms.
type address struct {
	form   string // parameter and form
	path   string
	header string // of IBM's catalog, or ""
	some   bool   // it need not lead there
}

// addresses are the paths of a row that lead to a document, by each form of each parameter that names something.
func addresses(t *testing.T, tx api.Tx, op *api.Operation, d *api.Doc) []address {
	t.Helper()
	type step struct {
		at    int // parameter
		forms []form
	}
	var out []address
	target := -1
	for i, p := range op.Params {
		if p.Ref.Kind != "" {
			target = i
		}
	}
	// One that does not live in what stands before it in the path can be there in any of those.
	owners := [][]*api.Doc{{}}
	for i := range target {
		kind := op.Params[i].Ref.Kind
		if kind == "" {
			continue
		}
		candidates := []*api.Doc{ancestor(tx, d, kind)}
		if candidates[0] == nil {
			candidates = slices.Collect(tx.All(kind))
		}
		var next [][]*api.Doc
		for _, before := range owners {
			for _, one := range candidates {
				next = append(next, append(slices.Clone(before), one))
			}
		}
		owners = next
	}
	for _, line := range owners {
		var steps []step
		line = append(line, d)
		for i := range op.Params[:target+1] {
			if op.Params[i].Ref.Kind != "" {
				steps = append(steps, step{i, forms(t, tx, op.Vendor, &op.Params[i], line[len(steps)])})
			}
		}
		if slices.ContainsFunc(steps, func(s step) bool { return len(s.forms) == 0 }) {
			continue
		}
		for which, s := range steps {
			for i := range s.forms {
				if which < len(steps)-1 && i == 0 {
					continue // the first form of all is that of the last step
				}
				args := make([]string, len(op.Params))
				for j := range args {
					args[j] = "00000000-0000-4000-8000-0000000000aa"
				}
				var query []string
				some := false
				for k, other := range steps {
					f := other.forms[0]
					if k == which {
						f = other.forms[i]
					}
					copy(args[other.at-len(f.parts)+1:], f.parts)
					if f.query != "" {
						query = append(query, f.query)
					}
					some = some || f.some
				}
				path := op.Template()
				for j, p := range op.Params {
					path = strings.Replace(path, "{"+p.Name+"}", args[j], 1)
				}
				if query != nil {
					path += "?" + strings.Join(query, "&")
				}
				out = append(out, address{op.Params[s.at].Name + " by " + s.forms[i].name, path, "", some || len(owners) > 1})
			}
		}
	}
	return out
}

// inCatalogs are addresses in the catalog of a document of IBM's, which a header names by names or ids.
func inCatalogs(tx api.Tx, d *api.Doc, all []address) []address {
	org, catalog := ancestor(tx, d, "apiconnect.provider-org"), ancestor(tx, d, "apiconnect.catalog")
	if org == nil || catalog == nil {
		return all
	}
	for i := range all {
		all[i].header = org.Str("name") + "." + catalog.Str("name")
	}
	other := all[0]
	other.form, other.header = "catalog by id", strings.ToUpper(org.ID+"."+catalog.ID)
	return append(all, other)
}

// about is a rule that acts on calls that address a document: its members are what they are.
func about(t *testing.T, v *api.Vendor, d *api.Doc) *fault.Rule {
	t.Helper()
	members := map[string]json.RawMessage{}
	for name, value := range scalars(d) {
		members["$['"+name+"']"] = value
	}
	text, err := json.Marshal(map[string]any{
		"on": v.Name + ".*", "when": map[string]any{"document": members}, "give": map[string]any{"headers": map[string]string{"Acted": "yes"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	rule, err := fault.Read(text, []string{v.Name + ".x"})
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

// scalars are the members of a document that are one short value.
func scalars(d *api.Doc) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, m := range d.Object() {
		if len(m.Value) < 200 && m.Value[0] != '{' && m.Value[0] != '[' && string(m.Value) != "null" {
			out[m.Name] = m.Value
		}
	}
	return out
}

// pointing is a server over copies of the vendors, in a world of the small fixture, whose rows do nothing but say what
// object their path names. Refusals say so, too.
func pointing(t *testing.T) (*server.Server, *world.World) {
	t.Helper()
	said := func(c *api.Call) http.Header {
		h := http.Header{"Row": {c.Op.Full}, "Object": {"none"}}
		if c.Object != nil {
			h["Object"] = []string{c.Object.Res.Kind + " " + c.Object.ID}
		}
		return h
	}
	p := copied(t, func(v *api.Vendor) {
		for i := range v.Operations {
			op := &v.Operations[i]
			op.Body, op.Query, op.Reply = "", "", ""
			op.Do = func(c *api.Call) (any, error) {
				return api.Answer{Status: http.StatusTeapot, Header: said(c)}, nil
			}
		}
		fail := v.Dialect.Fail
		v.Dialect.Fail = func(c *api.Call, e *api.Error) api.Answer {
			a := fail(c, e)
			h := said(c)
			maps.Copy(h, a.Header)
			a.Header = h
			return a
		}
	})
	fixture, err := seed.Open(fixtures.FS, "small")
	if err != nil {
		t.Fatal(err)
	}
	base, err := world.Grow(p.Catalog, "small", 1, func(tx api.Tx) error {
		return fixture.Grow(t.Context(), tx, 1, func(*api.Resource, api.Object) ([]api.Violation, error) { return nil, nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &server.Server{Plan: p, Store: world.NewSet(), Log: slog.New(slog.DiscardHandler)}
	now := clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w, err := s.Store.Create(world.Options{Name: server.DefaultWorld, Base: base, Seed: 1, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	// An API whose version is called as the last segment of a row that names APIs by their ids.
	for i, version := range []string{"document", "wsdl"} {
		err := w.Update("test", func(tx api.Tx) error {
			like := tx.Find("apiconnect.api", "", "")
			o, id := like.Object(), fmt.Sprintf("abcdef00-0000-4000-8000-00000000000%d", i)
			o.SetString("id", id)
			o.SetString("version", version)
			if err := tx.Put(&api.Doc{Res: like.Res, ID: id, In: like.In, JSON: o.JSON()}); err != nil {
				return err
			}
			product := tx.Find("apiconnect.product", "apis", like.ID)
			o = product.Object()
			o.Set("apis", []byte(strings.Replace(product.Get("apis").Raw, `["`, `["`+id+`","`, 1)))
			return tx.Put(&api.Doc{Res: product.Res, ID: product.ID, In: product.In, JSON: o.JSON()})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, w
}

// unreachable are rows that no administrator may call, whoever else may.
var unreachable = []string{
	"apiconnect.org_invitation_register", "apiconnect.org_invitation_accept",
	"apiconnect.member_invitation_registerOrgScope", "apiconnect.member_invitation_acceptOrgScope",
}

// outcome is what became of a call about a document.
type outcome struct {
	acted bool // the rule about the document did
	same  bool // the document is what the row found
	done  bool // the row was called, so the caller may do what it does
	other bool // another row has answered
	said  string
}

// TestFaultsSeeWhatTheVendorSees addresses every document that a row's path can name, in each form that the table has for
// it: a rule about that document acts on the call, and the document is the one that the row acts on. Who calls does not
// matter.
func TestFaultsSeeWhatTheVendorSees(t *testing.T) {
	t.Parallel()
	for at, v := range vendors(t) {
		if v.Quiet {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s, w := pointing(t)
			v := s.Plan.Vendors[at]
			var admin api.Credential
			ways := make([]map[*api.Doc][]address, len(v.Operations))
			w.View(func(tx api.Tx) {
				admin = v.Credentials(&api.Call{Vendor: v, World: w, Tx: tx, Now: w.Clock.Now()})[0]
				for i := range v.Operations {
					ways[i] = addressed(t, tx, &v.Operations[i])
				}
			})
			rules := map[*api.Doc]*fault.Rule{}
			call := func(op *api.Operation, d *api.Doc, to address, known bool) outcome {
				r := httptest.NewRequest(op.Method, to.path, nil)
				if known {
					r.Header.Set(admin.Header, admin.Value)
				}
				if to.header != "" {
					r.Header.Set("X-IBM-Consumer-Context", to.header)
				}
				if rules[d] == nil {
					rules[d] = about(t, v, d)
				}
				w.Faults.Clear()
				w.Faults.Arm(rules[d], []*api.Operation{op})
				rec := httptest.NewRecorder()
				s.ServeHTTP(rec, r)
				h := rec.Header()
				return outcome{
					h.Get("Acted") == "yes", h.Get("Object") == d.Res.Kind+" "+d.ID, rec.Code == http.StatusTeapot, h.Get("Row") != op.Full,
					fmt.Sprintf("%s %s %s: got %d and %s; the rule about %s %s acted: %s",
						r.Method, to.path, to.header, rec.Code, h.Get("Object"), d.Res.Kind, d.ID, h.Get("Acted")),
				}
			}
			for i := range v.Operations {
				op := &v.Operations[i]
				if ways[i] == nil {
					continue
				}
				found, done := map[string]bool{}, map[string]bool{} // by form
				for d, all := range ways[i] {
					for _, to := range all {
						got := call(op, d, to, true)
						if got.other {
							continue
						}
						if got.acted != got.same || !got.same && !to.some {
							t.Errorf("%s, %s: %s", op.Full, to.form, got.said)
						}
						found[to.form] = found[to.form] || got.same
						done[to.form] = done[to.form] || got.same && got.done
					}
					if got := call(op, d, all[0], false); !got.acted && !got.other && !all[0].some {
						t.Errorf("%s, for nobody: %s", op.Full, got.said)
					}
				}
				if len(found) == 0 {
					t.Errorf("%s: got no document of the small fixture that can be addressed, want one at least", op.Full)
				}
				for form, is := range found {
					if !is || !done[form] && !slices.Contains(unreachable, op.Full) {
						t.Errorf("%s: got no call of the row with %s, want one at least (a document was found: %t)", op.Full, form, is)
					}
				}
			}
		})
	}
}

// addressed are the documents that a row's path can name, each with its addresses; nil where it names none.
func addressed(t *testing.T, tx api.Tx, op *api.Operation) map[*api.Doc][]address {
	t.Helper()
	kind := ""
	for _, p := range op.Params {
		if p.Ref.Kind != "" {
			kind = p.Ref.Kind
		}
	}
	if kind == "" {
		return nil
	}
	out := map[*api.Doc][]address{}
	for d := range tx.All(kind) {
		if all := addresses(t, tx, op, d); len(all) > 0 {
			out[d] = inCatalogs(tx, d, all)
		}
	}
	return out
}
