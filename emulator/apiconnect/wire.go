package apiconnect

import (
	"net/url"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// form writes what clients see of a document: what is stored, the constants of its type and the addresses that follow
// from where it lives.
type form struct {
	c   *api.Call
	d   *api.Doc
	out []byte
}

func newForm(c *api.Call, d *api.Doc, kind string, to []byte) *form {
	to = append(append(append(to, `{"type":"`...), kind...), `","api_version":"2.0.0"`...)
	return &form{c: c, d: d, out: to}
}

// done writes the last parts and returns what was written.
func (f *form) done(last ...func()) []byte {
	for _, write := range last {
		write()
	}
	f.out = append(f.out, '}')
	return f.out
}

// keep shows stored members that there are.
func (f *form) keep(names ...string) {
	for _, name := range names {
		if v := f.d.Raw(name); v != nil {
			f.set(name, v)
		}
	}
}

// name begins a member.
func (f *form) name(name string) { f.out = api.AppendName(f.out, name) }

func (f *form) set(name string, value []byte) {
	f.name(name)
	f.out = append(f.out, value...)
}

func (f *form) text(name, value string) {
	f.name(name)
	f.out = api.AppendString(f.out, value)
}

// url shows an address below the base.
func (f *form) url(name string, path ...string) {
	f.name(name)
	f.address(base, path...)
}

// address writes a URL on this server.
func (f *form) address(base string, path ...string) {
	f.out = api.AppendText(append(f.out, '"'), f.c.Origin)
	f.out = api.AppendText(f.out, base)
	for _, p := range path {
		f.out = api.AppendText(f.out, p)
	}
	f.out = append(f.out, '"')
}

// at writes the URL of a document.
func (f *form) at(d *api.Doc) { f.address(base, path(d)) }

// times shows when the document was made and changed.
func (f *form) times() { f.keep("created_at", "updated_at") }

// place shows the org that the document lives in.
func (f *form) place() { f.url("org_url", "/orgs/", f.d.In[2]) }

// consumer shows the same under its other name.
func (f *form) consumer() { f.url("consumer_org_url", "/orgs/", f.d.In[2]) }

func (f *form) catalog() {
	f.name("catalog_url")
	f.address("/api/catalogs/", f.d.In[0], "/", f.d.In[1])
}

// self shows where the document itself is.
func (f *form) self() { f.url("url", path(f.d)) }

// tasks shows the open approval task, if there is one.
func (f *form) tasks() {
	list := []byte(`[]`)
	if id := f.d.Str("task"); id != "" {
		list = object.Texts(f.c.URL(inCatalog(f.d.In, "/tasks/"+id)))
	}
	f.set("task_urls", list)
}

// urls shows the addresses of documents.
func (f *form) urls(name string, docs []*api.Doc) {
	f.name(name)
	f.out = append(f.out, '[')
	for i, d := range docs {
		if i > 0 {
			f.out = append(f.out, ',')
		}
		f.at(d)
	}
	f.out = append(f.out, ']')
}

// each gives the strings of a stored array.
func each(d *api.Doc, member string) []string {
	return object.Strings(d.Get(member))
}

// docs are the documents of a kind that a stored array names and that there are.
func docs(s *api.Scope, kind string, ids []string) []*api.Doc {
	var out []*api.Doc
	for _, id := range ids {
		if d := s.Tx.Get(kind, id); d != nil {
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
