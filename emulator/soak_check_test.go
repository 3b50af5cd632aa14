package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/api"
)

// checked is how much was checked.
type checked struct{ documents, references, counts int }

// check counts again, in every world, what the store keeps counted, by the documents alone.
func (s *soaking) check() checked {
	s.t.Helper()
	var out checked
	for i := range worldCount {
		name := fmt.Sprintf("w-%d", i)
		world := s.s.World(name)
		world.View(func(tx api.Tx) { s.documents(tx, name, &out) })
		s.shown(name, &out)
	}
	return out
}

func (s *soaking) documents(tx api.Tx, world string, out *checked) {
	s.t.Helper()
	plan, err := emulator.Plan()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range plan.Catalog.Resources() {
		var all []*api.Doc
		keys := make([]map[string]int, len(r.Indexes))
		for i := range keys {
			keys[i] = map[string]int{}
		}
		for d := range tx.All(r.Kind) {
			all = append(all, d)
			s.owned(tx, d, world)
			for i := range r.Indexes {
				for _, key := range keysOf(r, i, d) {
					keys[i][key]++
				}
				out.references += s.refers(tx, &r.Indexes[i], d, world)
			}
		}
		out.documents += len(all)
		if got := tx.Count(r.Kind, "", ""); got != len(all) {
			s.t.Errorf("%s: %s: counted %d, got %d documents", world, r.Kind, got, len(all))
		}
		for i, ix := range r.Indexes {
			for key, n := range keys[i] {
				out.counts++
				if got := tx.Count(r.Kind, ix.Name, key); got != n {
					s.t.Errorf("%s: %s by %s %q: counted %d, got %d documents", world, r.Kind, ix.Name, key, got, n)
				}
				if ix.Unique && n > 1 {
					s.t.Errorf("%s: %s: %d documents have the %s %q", world, r.Kind, n, ix.Name, key)
				}
			}
		}
	}
}

// owned holds that the owners of a document exist, each within the one before it.
func (s *soaking) owned(tx api.Tx, d *api.Doc, world string) {
	s.t.Helper()
	kind := d.Res.Kind
	for i, id := range slices.Backward(d.In) {
		kind = tx.Resource(kind).Parent()
		owner := tx.Get(kind, id)
		if kind == "" || owner == nil {
			s.t.Errorf("%s: %s %s lives in the %s %s, which is not there", world, d.Res.Kind, d.ID, kind, id)
			return
		}
		if !slices.Equal(owner.In, d.In[:i]) {
			s.t.Errorf("%s: %s %s lives in %q, its owner in %q", world, d.Res.Kind, d.ID, d.In, owner.In)
		}
	}
}

// refers holds that what a document refers to exists, unless the kind lets go of it without a trace.
func (s *soaking) refers(tx api.Tx, ix *api.Index, d *api.Doc, world string) int {
	s.t.Helper()
	if ix.To == "" || ix.Path == "" || ix.AllowDangling || ix.Key != nil || ix.OnDelete == api.Keep || strings.Contains(ix.Path, ",") {
		return 0
	}
	n := 0
	for _, to := range values(d, ix.Path) {
		n++
		there := tx.Get(ix.To, to)
		if ix.By != "" {
			there = tx.Find(ix.To, ix.By, to)
		}
		if there == nil {
			s.t.Errorf("%s: %s %s refers by %s to the %s %s, which is not there", world, d.Res.Kind, d.ID, ix.Path, ix.To, to)
		}
	}
	return n
}

func values(d *api.Doc, path string) []string {
	v := gjson.GetBytes(d.JSON, path)
	if v.Type == gjson.Null {
		return nil
	}
	if !v.IsArray() {
		return []string{v.String()}
	}
	var out []string
	for _, e := range v.Array() {
		out = append(out, e.String())
	}
	return out
}

// keysOf are the keys that a document should have in an index: reckoned from its JSON, apart from how the store does it.
func keysOf(r *api.Resource, index int, d *api.Doc) []string {
	ix := &r.Indexes[index]
	var out []string
	switch {
	case ix.Key != nil:
		out = slices.Clone(ix.Key(d))
	case ix.Path == "":
		if len(d.In) > 0 {
			out = []string{d.In[len(d.In)-1]}
		}
	case strings.Contains(ix.Path, ","):
		var parts []string
		for path := range strings.SplitSeq(ix.Path, ",") {
			parts = append(parts, values(d, path)...)
		}
		if len(parts) == strings.Count(ix.Path, ",")+1 {
			out = []string{api.Key(parts...)}
		}
	default:
		out = values(d, ix.Path)
	}
	if ix.CaseInsensitive {
		for i := range out {
			out[i] = strings.ToLower(out[i])
		}
	}
	if ix.Within == "" {
		return out
	}
	outer := slices.IndexFunc(r.Indexes, func(o api.Index) bool { return o.Name == ix.Within })
	within := keysOf(r, outer, d)
	if len(within) == 0 {
		return nil
	}
	for i := range out {
		out[i] = api.Key(within[0], out[i])
	}
	return out
}

// shown holds the counts that vendors show to a recount of the documents.
func (s *soaking) shown(world string, out *checked) {
	s.t.Helper()
	if slices.Contains(faulty, world) { // an answer may still be lost there
		call(s.t, s.s, http.MethodDelete, "/_world/"+world+"/_portico/faults", "", http.StatusNoContent)
	}
	get := func(vendor, path string) gjson.Result {
		h := headers[vendor]
		lines := make([]string, 0, len(h))
		for name := range h {
			lines = append(lines, name+": "+h.Get(name))
		}
		w := ask(s.t, s.s, http.MethodGet, "/_world/"+world+path, "", lines...)
		if w.Code == http.StatusForbidden {
			return gjson.Result{} // the clients gave the right to others
		}
		if w.Code != http.StatusOK {
			s.t.Errorf("%s: %s: got %d %s", world, path, w.Code, w.Body)
		}
		return gjson.ParseBytes(w.Body.Bytes())
	}
	kept := map[string][]gjson.Result{}
	documents := func(kind string) []gjson.Result {
		if all, ok := kept[kind]; ok {
			return all
		}
		kept[kind] = gjson.Parse(ask(s.t, s.s, http.MethodGet, "/_world/"+world+"/_portico/state/"+kind, "").Body.String()).Array()
		return kept[kind]
	}
	count := func(kind string, of func(d gjson.Result) bool) int {
		n := 0
		for _, d := range documents(kind) {
			if of(d) {
				n++
			}
		}
		return n
	}
	in := func(owner string) func(gjson.Result) bool {
		return func(d gjson.Result) bool { return len(d.Get("_in").Array()) > 0 && last(d.Get("_in").Array()) == owner }
	}
	equal := func(what string, got gjson.Result, want int) {
		out.counts++
		if !got.Exists() || int(got.Int()) != want {
			s.t.Errorf("%s: %s: got %s, counted %d", world, what, got.Raw, want)
		}
	}

	portals := get("konnect", "/v2/portals?page%5Bsize%5D=100")
	equal("portals", portals.Get("meta.page.total"), len(documents("konnect.portal")))
	for _, p := range portals.Get("data").Array() {
		id := p.Get("id").Str
		equal("applications of portal "+id, p.Get("application_count"), count("konnect.application", in(id)))
		equal("developers of portal "+id, p.Get("developer_count"), count("konnect.developer", in(id)))
		equal("products of portal "+id, p.Get("published_product_count"), count("konnect.api-product", func(d gjson.Result) bool {
			return slices.ContainsFunc(d.Get("portal_ids").Array(), func(one gjson.Result) bool { return one.Str == id })
		}))
		developers := get("konnect", "/v2/portals/"+id+"/developers?page%5Bsize%5D=100")
		equal("page of developers of portal "+id, developers.Get("meta.page.total"), count("konnect.developer", in(id)))
		for _, d := range developers.Get("data").Array() {
			developer := d.Get("id").Str
			equal("applications of developer "+developer, d.Get("application_count"), count("konnect.application", func(a gjson.Result) bool { return a.Get("developer_id").Str == developer }))
		}
		for _, a := range get("konnect", "/v2/portals/"+id+"/applications?page%5Bsize%5D=100").Get("data").Array() {
			equal("registrations of application "+a.Get("id").Str, a.Get("registration_count"), count("konnect.registration", in(a.Get("id").Str)))
		}
	}
	for _, p := range get("konnect", "/v2/api-products?page%5Bsize%5D=100").Get("data").Array() {
		equal("versions of product "+p.Get("id").Str, p.Get("version_count"), count("konnect.api-product-version", in(p.Get("id").Str)))
	}
	applications := get("axway", "/api/portal/v1.2/applications")
	equal("applications", gjson.Parse(fmt.Sprint(len(applications.Array()))), len(documents("axway.application")))
	for _, a := range applications.Array() {
		id := a.Get("id").Str
		for path, kind := range map[string]string{"apikeys": "axway.api-key", "oauth": "axway.oauth-client", "extclients": "axway.external-client"} {
			listed := get("axway", "/api/portal/v1.2/applications/"+id+"/"+path).Array()
			equal(path+" of application "+id, gjson.Parse(fmt.Sprint(len(listed))), count(kind, in(id)))
		}
	}
	for _, org := range get("apiconnect", "/consumer-api/orgs").Get("results").Array() {
		id := org.Get("id").Str
		for path, kind := range map[string]string{"apps": "apiconnect.app", "members": "apiconnect.member"} {
			if listed := get("apiconnect", "/consumer-api/orgs/"+id+"/"+path); listed.Exists() {
				equal(path+" of organization "+id, listed.Get("total_results"), count(kind, in(id)))
			}
		}
	}
}

func last(list []gjson.Result) string { return list[len(list)-1].Str }

// faults holds what clients saw to what the rules say they did. Who goes away sees nothing.
func (s *soaking) faults() {
	s.t.Helper()
	fired := map[string]int64{}
	for _, world := range faulty {
		for _, rule := range gjson.Parse(call(s.t, s.s, http.MethodGet, "/_world/"+world+"/_portico/faults", "", http.StatusOK)).Array() {
			fired[rule.Get("name").Str] += rule.Get("fired").Int()
		}
	}
	if len(fired) != len(rules) {
		s.t.Errorf("got the rules %v", fired)
	}
	if busy := s.busy.Load(); busy == 0 || busy > fired["busy"] || busy+s.left.Load() < fired["busy"] {
		s.t.Errorf("clients saw %d answers 503, the rule gave %d", busy, fired["busy"])
	}
	if broken := s.broken.Load(); broken == 0 || broken > fired["reset"]+fired["cut"] {
		s.t.Errorf("clients saw %d broken connections, the rules broke %d and %d", broken, fired["reset"], fired["cut"])
	}
}

// table is the figures in Markdown.
func (s *soaking) table(took time.Duration, told speed, before, peak, after standing, c checked) string {
	var b strings.Builder
	b.WriteString("\n| what | |\n| --- | --- |\n")
	for _, row := range [][2]string{
		{"clients, worlds at a time, time", fmt.Sprintf("%d, %d, %.0f s", connections, worldCount, took.Seconds())},
		{"calls", fmt.Sprintf("%d, %.0f a second", told.calls, told.rate)},
		{"time of a call, client and server on the same processors", fmt.Sprintf("p50 %.1f ms, p99 %.1f ms", ms(told.p50), ms(told.p99))},
		{"answers", fmt.Sprintf("2xx %d, 3xx %d, 4xx %d, 5xx %d, each of these by a rule", s.classes[2], s.classes[3], s.classes[4], s.classes[5])},
		{"connections broken by a rule, clients that went away", fmt.Sprintf("%d, %d", s.broken.Load(), s.left.Load())},
		{"calls that failed otherwise", "0"},
		{"objects made, deleted by who made them", fmt.Sprintf("%d, %d", s.made.Load(), s.unmade.Load())},
		{"documents at the end, each in owners that exist", fmt.Sprint(c.documents)},
		{"references that lead somewhere, counts that a recount confirms", fmt.Sprintf("%d, %d", c.references, c.counts)},
		{"goroutines before, after", fmt.Sprintf("%d, %d", before.goroutines, after.goroutines)},
		{"live heap before, with all worlds, after", fmt.Sprintf("%.1f MB, %.1f MB, %.1f MB", mb(before.heap), mb(peak.heap), mb(after.heap))},
	} {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
	}
	return b.String()
}
