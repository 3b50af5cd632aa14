package admin

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// Members with a document's id and owners. They are shown with it, and ignored when they are sent back.
const (
	memberID = "_id"
	memberIn = "_in"
)

// inBody is the member of a request that holds the document.
const inBody = "document"

func count(c *api.Call) (any, error) { return worldOf(c).Counts(), nil }

func kindOf(c *api.Call) (*api.Resource, error) {
	kind := c.Arg("kind")
	if r := c.Tx.Resource(kind); r != nil {
		return r, nil
	}
	var kinds []string
	for _, r := range hostOf(c).Plan().Catalog.Resources() {
		kinds = append(kinds, r.Kind)
	}
	return nil, api.Fail(unknownKind, "no kind %q%s", kind, suggest.Hint(kind, kinds...))
}

// stored appends a document as it is stored, with its id and owners.
func stored(d *api.Doc, to []byte) []byte {
	to = append(to, d.JSON[:len(d.JSON)-1]...)
	if len(d.JSON) > len(`{}`) {
		to = append(to, ',')
	}
	to = api.AppendString(append(to, `"_id":`...), d.ID)
	to = append(to, `,"_in":[`...)
	for i, id := range d.In {
		if i > 0 {
			to = append(to, ',')
		}
		to = api.AppendString(to, id)
	}
	return append(to, `]}`...)
}

func listDocuments(c *api.Call) (any, error) {
	r, err := kindOf(c)
	if err != nil {
		return nil, err
	}
	out := json.RawMessage{'['}
	for d := range c.Tx.All(r.Kind) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = stored(d, out)
	}
	return append(out, ']'), nil
}

// find returns the document that the path names. Settings that are not stored yet are their defaults.
func find(c *api.Call) (*api.Doc, error) {
	r, err := kindOf(c)
	if err != nil {
		return nil, err
	}
	id := c.Arg("id")
	if d := rest.Lookup(&c.Scope, api.Ref{Kind: r.Kind}, nil, id); d != nil {
		return d, nil
	}
	if r.Single {
		if owner := rest.Lookup(&c.Scope, api.Ref{Kind: r.Parent()}, nil, id); owner != nil {
			return rest.Settings(&c.Scope, r.Kind, owner), nil
		}
	}
	message := fmt.Sprintf("no %s %q", r.Kind, id)
	switch by := c.Tx.Gone(r.Kind, id); by {
	case "":
	case Name:
		message += "; a call of the admin API deleted it"
	default:
		message += "; request " + by + " deleted it"
	}
	return nil, api.Fail(api.NotFound, "%s", message)
}

func getDocument(c *api.Call) (any, error) {
	d, err := find(c)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(stored(d, nil)), nil
}

// scope returns that in which a document of a kind is created or updated. Its number is one that no request has, so that nothing is
// drawn twice.
func scope(c *api.Call, r *api.Resource) *api.Scope {
	s := c.Scope
	s.Vendor, s.Privileged, s.Number = r.Vendor, true, 1<<63|c.Tx.Counter()
	return &s
}

// judge returns an error if a document breaks rules of its kind's schema. Where is the path of the document in the request.
func judge(c *api.Call, r *api.Resource, document api.Object, where ...string) error {
	c.Notes = r.Shape
	bad, err := hostOf(c).Judge()(r, document)
	if err != nil || len(bad) == 0 {
		return err
	}
	return placed(api.Refuse(bad...), where...)
}

// placed puts the paths of violations below those of the request's own members.
func placed(err error, where ...string) error {
	e := *api.AsError(err)
	e.Violations = slices.Clone(e.Violations)
	for i := range e.Violations {
		e.Violations[i].Path = slices.Concat(where, e.Violations[i].Path)
	}
	return &e
}

func createDocument(c *api.Call) (any, error) {
	r, err := kindOf(c)
	if err != nil {
		return nil, err
	}
	in, err := owners(c, r)
	if err != nil {
		return nil, err
	}
	given := c.Body.Object.Raw(inBody)
	document := bare(given)
	if err := judge(c, r, document, inBody); err != nil {
		return nil, err
	}
	d, err := rest.Insert(scope(c, r), r.Kind, in, document)
	if err != nil {
		return nil, placed(err, inBody)
	}
	return json.RawMessage(stored(d, nil)), nil
}

// bare returns a document without its id and owners.
func bare(document []byte) api.Object {
	o := api.ObjectOf(document)
	o.Delete(memberID)
	o.Delete(memberIn)
	return o
}

// owners reads the owners of a new document: the ids of all of them, or of the innermost one alone.
func owners(c *api.Call, r *api.Resource) ([]string, error) {
	var ids []string
	for _, v := range c.Body.Object.Get("in").Array() {
		ids = append(ids, v.Str)
	}
	refuse := func(format string, args ...any) ([]string, error) {
		return nil, api.Refuse(api.Violation{Path: []string{"in"}, Rule: api.Other, Text: fmt.Sprintf(format, args...)})
	}
	parent := r.Parent()
	switch {
	case parent == "" && len(ids) == 0:
		return nil, nil
	case parent == "":
		return refuse("%s has no parent: leave out \"in\"", r.Kind)
	case len(ids) == 0:
		return refuse("%s belongs to a %s: give its id", r.Kind, parent)
	}
	last := ids[len(ids)-1]
	owner := rest.Lookup(&c.Scope, api.Ref{Kind: parent}, nil, last)
	if owner == nil {
		return refuse("%s belongs to a %s, and there is no %s %q", r.Kind, parent, parent, last)
	}
	in := rest.Inside(owner)
	if len(ids) > 1 && !slices.Equal(ids[:len(ids)-1], owner.In) {
		return refuse("%s %q belongs to %q", parent, last, owner.In)
	}
	return in, nil
}

func updateDocument(c *api.Call) (any, error) {
	old, err := find(c)
	if err != nil {
		return nil, err
	}
	sent := bare(c.Body.JSON)
	members := api.ObjectOf(api.MergePatch(old.JSON, sent.JSON()))
	for _, m := range old.Res.Shape.Defaults { // a removed member gets its default back
		if sent.Has(m.Name) {
			members.Default(m.Name, m.Value)
		}
	}
	if err := sameIdentity(old, members); err != nil {
		return nil, err
	}
	if err := judge(c, old.Res, members); err != nil {
		return nil, err
	}
	d, err := rest.Update(scope(c, old.Res), old, members, sent)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(stored(d, nil)), nil
}

// sameIdentity returns an error if a change would alter the id of the document.
func sameIdentity(old *api.Doc, members api.Object) error {
	for _, name := range []string{old.Res.IDMember(), old.Res.Pair} {
		if name == "" || members.Str(name) == old.Str(name) {
			continue
		}
		return api.Refuse(api.Violation{Path: []string{name}, Rule: api.Other, Text: "identifies the document and cannot change"})
	}
	return nil
}

func deleteDocument(c *api.Call) (any, error) {
	r, err := kindOf(c)
	if err != nil {
		return nil, err
	}
	d, err := find(c)
	switch {
	case err != nil:
		return nil, err
	case c.Tx.Get(r.Kind, d.ID) == nil:
		return nil, api.Fail(api.NotFound, "%s %q is not stored: it has the vendor's defaults", r.Kind, d.ID)
	}
	c.Tx.Delete(d)
	return nil, nil
}
