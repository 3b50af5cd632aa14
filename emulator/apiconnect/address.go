package apiconnect

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// base is where the API is mounted, as paths in bodies and tokens write it, too.
const base = "/consumer-api"

// Bounds of names and titles, in characters.
const (
	maxName  = 255
	maxTitle = 1023
)

// inCatalog is the provider's address of something in a catalog.
func inCatalog(in []string, tail string) string { return strings.Join(provided(in, tail), "") }

func provided(in []string, tail string) []string {
	return []string{"/api/catalogs/", in[0], "/", in[1], tail}
}

// path is where a document is shown, below the base. What lives elsewhere has no path of its own.
func path(d *api.Doc) string {
	var room [8]string
	return strings.Join(steps(d, room[:0]), "")
}

// steps appends the parts of such a path.
func steps(d *api.Doc, to []string) []string {
	in := func(i int) string { return d.In[i] }
	kind := strings.TrimPrefix(d.Res.Kind, "apiconnect.")
	switch d.Res.Kind {
	case kindRole, kindMember, kindMemberInvitation, kindPaymentMethod, kindBilling:
		return append(to, "/orgs/", d.Owner(), "/", kind, "s/", d.ID)
	case kindApp:
		return append(to, "/apps/", in(2), "/", d.ID)
	case kindCredential, kindSubscription:
		return append(to, "/apps/", in(2), "/", in(3), "/", kind, "s/", d.ID)
	case kindUser:
		return append(to, "/user-registries/", d.Owner(), "/users/", d.ID)
	case kindUserRegistry:
		return append(to, "/user-registries/", d.ID)
	}
	return append(to, "/", kind, "s/", d.ID)
}

// byNameOrID is how nearly everything in a path is named. Letter case counts in names alone.
var byNameOrID = []string{"id", "name"}

// find is what a segment of a URL in a request names within an owner, or nil.
func find(c *api.Call, kind string, owner *api.Doc, segment string) *api.Doc {
	return rest.Lookup(c, api.Ref{Kind: kind, By: byNameOrID}, owner, segment)
}

// segments are the parts of a URL in a request, below the base: absolute with any host, from the base on, or bare. A
// world's prefix does not count.
func segments(text string) []string {
	if _, after, ok := strings.Cut(text, "://"); ok {
		_, after, _ = strings.Cut(after, "/")
		text = "/" + after
	}
	for _, start := range []string{base + "/", "/api/catalogs/"} {
		if at := strings.Index(text, start); at >= 0 && (at == 0 || strings.HasPrefix(text, "/_world/")) {
			text = text[at:]
			break
		}
	}
	text = strings.TrimPrefix(text, base)
	if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, "?#") {
		return nil
	}
	parts := strings.Split(text[1:], "/")
	for i, p := range parts {
		if p = unescaped(p); p == "" {
			return nil
		}
		parts[i] = unescaped(p)
	}
	return parts
}

// noURL says that a text is no address of the wanted kind.
func noURL(field, what string) error {
	return api.Refuse(api.Violation{Path: []string{field}, Rule: api.Other, Text: "is the URL of no " + what})
}

// productAt is the product that a URL names, or nil where there is none. It may stand as /products/{id}, as
// /products/{name}/{version} and in the provider's form.
func productAt(c *api.Call, catalog *api.Doc, field, text string) (*api.Doc, error) {
	p := segments(text)
	if len(p) > 4 && p[0] == "api" && p[1] == "catalogs" {
		if other := catalogNamed(c, p[2], p[3]); other == nil || other.ID != catalog.ID {
			return nil, nil //nolint:nilnil // of another catalog is as good as none
		}
		p = p[4:]
	}
	switch {
	case len(p) == 2 && p[0] == "products" && api.IsUUID(p[1]):
		if d := c.Tx.Get(kindProduct, strings.ToLower(p[1])); d != nil && d.Owner() == catalog.ID {
			return d, nil
		}
	case len(p) == 3 && p[0] == "products" && !api.IsUUID(p[1]):
		return c.Tx.Find(kindProduct, "version", api.Key(catalog.ID, p[1], p[2])), nil
	default:
		return nil, noURL(field, "product")
	}
	return nil, nil //nolint:nilnil // there is none
}

// typeAt is the application type that a URL names.
func typeAt(c *api.Call, catalog *api.Doc, field, text string) (*api.Doc, error) {
	if p := segments(text); len(p) == 2 && p[0] == "application-types" {
		if d := find(c, kindApplicationType, catalog, p[1]); d != nil {
			return d, nil
		}
	}
	return nil, noURL(field, "application type")
}

// orgAt is the org that a URL names.
func orgAt(c *api.Call, catalog *api.Doc, text string) *api.Doc {
	if p := segments(text); len(p) == 2 && p[0] == "orgs" {
		return find(c, kindOrg, catalog, p[1])
	}
	return nil
}

// userAt is the user that a URL names.
func userAt(c *api.Call, catalog *api.Doc, text string) *api.Doc {
	if p := segments(text); len(p) == 4 && p[0] == "user-registries" && p[2] == "users" {
		if registry := find(c, kindUserRegistry, catalog, p[1]); registry != nil {
			return rest.Lookup(c, userRef, registry, p[3])
		}
	}
	return nil
}

// rolesAt are the ids of the roles that URLs name, each once. They must be of the org.
func rolesAt(c *api.Call, org *api.Doc, field string, urls []string) ([]string, error) {
	var ids []string
	var bad []api.Violation
	for i, text := range urls {
		at := []string{field, strconv.Itoa(i)}
		p := segments(text)
		var role *api.Doc
		if len(p) == 4 && p[0] == "orgs" && p[2] == "roles" {
			if owner := find(c, kindOrg, catalogOf(c, org), p[1]); owner != nil && owner.ID == org.ID {
				role = find(c, kindRole, org, p[3])
			}
		}
		if role == nil {
			bad = append(bad, api.Violation{Path: at, Rule: api.Other, Text: "is the URL of no role of the org"})
			continue
		}
		ids = once(ids, role.ID)
	}
	if bad != nil {
		return nil, api.Refuse(bad...)
	}
	return ids, nil
}

func once(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// slug is a title as a name: lower case without accents, everything but letters and digits as dashes.
func slug(title string) string {
	var b strings.Builder
	b.Grow(min(len(title), maxName))
	dash := false
	if strings.IndexFunc(title, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		title = norm.NFKD.String(strings.ToLower(title))
	}
	for _, r := range title {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			dash = true
		}
		if b.Len() >= maxName {
			break
		}
	}
	return b.String()
}

// cut is the first n characters of a text.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// name gives a draft the name or the title that it lacks. A name that is derived and taken gets a number; one that was
// given is left to collide.
func name(c *api.Call, d *api.Draft) error {
	if d.Null("name") && d.Null("title") {
		return api.Refuse(api.Violation{Path: []string{"title"}, Rule: api.Other, Text: "is required where there is no name"})
	}
	if d.Null("title") {
		d.SetString("title", d.Str("name"))
	}
	if d.Null("name") {
		wanted := slug(d.Str("title"))
		if wanted == "" || api.IsUUID(wanted) {
			kind := strings.ReplaceAll(strings.TrimPrefix(d.Res.Kind, "apiconnect."), "-", "_")
			wanted = kind + "-" + strings.ReplaceAll(d.Str("id"), "-", "")[:8]
		}
		d.SetString("name", free(c, d, wanted))
	}
	return nil
}

// free is a name that nothing in the draft's place has.
func free(c *api.Call, d *api.Draft, wanted string) string {
	out := wanted
	for n := 1; c.Tx.Find(d.Res.Kind, "name", api.Key(d.Owner(), out)) != nil; n++ {
		tail := "-" + strconv.Itoa(n)
		out = cut(wanted, maxName-len(tail)) + tail
	}
	return out
}

// derived is the id of something that is always born along with an owner: it follows from the owner's, so that a fixture
// and an export find it again whatever was born before.
func derived(owner, what string) string {
	return api.UUID(api.Mix(api.Hash(owner), api.Hash(what)), api.Mix(api.Hash(what), api.Hash(owner)))
}

// secret is 32 hexadecimal digits that nothing else has.
func secret(c *api.Call) string { return strings.ReplaceAll(c.NewID(), "-", "") }

// quotedSecret is the same as JSON.
func quotedSecret(c *api.Call) []byte {
	out := append(make([]byte, 0, 34), '"')
	id := c.NewID()
	for i := range len(id) {
		if id[i] != '-' {
			out = append(out, id[i])
		}
	}
	return append(out, '"')
}
