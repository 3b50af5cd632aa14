package apiconnect

import (
	"net/url"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// form builds what clients see of a document: what is stored, the constants of its type and the addresses that follow
// from where it lives.
type form struct {
	c      *api.Call
	d      *api.Doc
	stored api.Object
	out    api.Object
}

func newForm(c *api.Call, d *api.Doc, kind string) *form {
	f := &form{c: c, d: d, stored: d.Object(), out: make(api.Object, 0, 24)}
	f.text("type", kind)
	f.text("api_version", "2.0.0")
	return f
}

// keep shows stored members that there are.
func (f *form) keep(names ...string) {
	for _, name := range names {
		if v := f.stored.Raw(name); v != nil {
			f.set(name, v)
		}
	}
}

func (f *form) set(name string, value []byte) {
	f.out = append(f.out, api.Member{Name: name, Value: value})
}

func (f *form) text(name, value string) { f.set(name, api.Quote(value)) }

// url shows an address below the base.
func (f *form) url(name, path string) { f.text(name, f.c.URL(base+path)) }

// times shows when the document was made and changed.
func (f *form) times() { f.keep("created_at", "updated_at") }

// place shows the org that the document lives in.
func (f *form) place() { f.url("org_url", "/orgs/"+f.d.In[2]) }

// consumer shows the same under its other name.
func (f *form) consumer() { f.url("consumer_org_url", "/orgs/"+f.d.In[2]) }

func (f *form) catalog() { f.text("catalog_url", f.c.URL(inCatalog(f.d.In, ""))) }

// self shows where the document itself is.
func (f *form) self() { f.url("url", path(f.d)) }

// tasks shows the open approval task, if there is one.
func (f *form) tasks() {
	list := []byte(`[]`)
	if id := f.stored.Str("task"); id != "" {
		list = texts(f.c.URL(inCatalog(f.d.In, "/tasks/"+id)))
	}
	f.set("task_urls", list)
}

// urls shows the addresses of documents.
func (f *form) urls(name string, docs []*api.Doc) {
	list := make([]string, len(docs))
	for i, d := range docs {
		list[i] = f.c.URL(base + path(d))
	}
	f.set(name, texts(list...))
}

// texts is a JSON array of strings.
func texts(list ...string) []byte {
	out := []byte{'['}
	for i, s := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = api.AppendString(out, s)
	}
	return append(out, ']')
}

// each gives the strings of a stored array.
func each(d *api.Doc, member string) []string {
	var out []string
	for _, e := range d.Get(member).Array() {
		out = append(out, e.String())
	}
	return out
}

// docs are the documents of a kind that a stored array names and that there are.
func docs(c *api.Call, kind string, ids []string) []*api.Doc {
	var out []*api.Doc
	for _, id := range ids {
		if d := c.Tx.Get(kind, id); d != nil {
			out = append(out, d)
		}
	}
	return out
}

// unescaped is a segment of a path as it is meant.
func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
