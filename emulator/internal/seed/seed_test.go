package seed_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/schema"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/store"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

const schemas = `{"$id": "https://zoo.invalid/zoo.json", "$defs": {
	"Zoo":    {"type": "object", "required": ["name"], "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}, "open": {"type": "boolean", "default": true}, "facts": {"type": "object"}, "created_at": {"type": "string", "format": "date-time"}}, "additionalProperties": false},
	"Animal": {"type": "object", "required": ["name"], "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}, "legs": {"type": "integer"}, "tag": {"type": "string"}, "friend": {"type": ["string", "null"]}, "created_at": {"type": "string", "format": "date-time"}}, "additionalProperties": false}
}}`

// zoo is the kinds of a zoo, and what judges documents of them.
func zoo(t testing.TB) (*store.Catalog, seed.Checker) {
	t.Helper()
	set, err := schema.Load(fstest.MapFS{"zoo/zoo.json": {Data: []byte(schemas)}}, "zoo", nil)
	if err != nil {
		t.Fatal(err)
	}
	vendor := &api.Vendor{Name: "zoo", Check: set.Check}
	vendor.Dialect.Stamp = func(at time.Time) []byte { return []byte(at.Format(`"2006-01-02T15:04:05.000Z"`)) }
	kinds := []*api.Resource{
		{Kind: "zoo.zoo", Schema: "Zoo", Updated: "-", Vendor: vendor},
		{
			Kind: "zoo.animal", Schema: "Animal", Updated: "-", Vendor: vendor,
			Indexes: []api.Index{
				{Name: "zoo", To: "zoo.zoo", Gone: api.Die},
				{Name: "tag", Path: "tag", Unique: true},
				{Name: "friend", Path: "friend", To: "zoo.animal", Gone: api.Detach},
			},
			Born: func(_ *api.Call, d *api.Draft) error {
				if d.Str("name") == "Ape" {
					panic("the ape is loose")
				}
				return nil
			},
		},
	}
	for _, r := range kinds {
		shape, err := set.Shape(r.Schema)
		if err != nil {
			t.Fatal(err)
		}
		r.Link(shape)
	}
	catalog, err := store.NewCatalog(kinds)
	if err != nil {
		t.Fatal(err)
	}
	return catalog, func(r *api.Resource, o api.Object) ([]api.Violation, error) {
		body, err := api.Parse(o.JSON())
		if err != nil {
			return nil, err
		}
		return set.Check(r.Schema, body.JSON)
	}
}

// grow gives the documents of a fixture as text, a line each, by kind and order of birth.
func grow(t testing.TB, fixture string, seedOf uint64) (string, error) {
	t.Helper()
	catalog, check := zoo(t)
	f, err := seed.Read("zoo.yaml", []byte(fixture))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	_, err = world.Grow(catalog, "zoo", seedOf, func(tx api.Tx) error {
		err := f.Grow(t.Context(), tx, seedOf, check)
		for _, kind := range []string{"zoo.zoo", "zoo.animal"} {
			for d := range tx.All(kind) {
				fmt.Fprintf(&out, "%s %v %s\n", kind, d.In, d.JSON)
			}
		}
		return err
	})
	return out.String(), err
}

const herd = `
now: 2026-01-01T00:00:00Z
documents:
  - kind: zoo.zoo
    document: {id: 00000000-0000-4000-8000-000000000001, name: City Zoo}
    has:
      - {kind: zoo.animal, count: %d, document: {name: "{animal}"%s, legs: "{number:0,8}"}}
      - {kind: zoo.animal, document: {name: Leo, friend: "@zoo.animal[0]"}}
%s`

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	one, err := grow(t, fmt.Sprintf(herd, 20, "", ""), 42)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := grow(t, fmt.Sprintf(herd, 20, "", ""), 42)
	if one != two {
		t.Errorf("the same seed grew\n%s\nand\n%s", one, two)
	}
	other, _ := grow(t, fmt.Sprintf(herd, 20, "", ""), 43)
	if one == other {
		t.Error("another seed grew the same")
	}
	if !strings.Contains(one, `"legs":`) || strings.Contains(one, `"legs":"`) {
		t.Errorf("legs are no numbers:\n%s", one)
	}
}

// What is nested in a record and lives elsewhere can speak of it.
func TestAround(t *testing.T) {
	t.Parallel()
	const nested = `
documents:
  - {kind: zoo.zoo, document: {id: 00000000-0000-4000-8000-000000000001, name: City Zoo}}
  - kind: zoo.zoo
    count: 2
    document: {name: "{uuid}"}
    has:
      - {kind: zoo.animal, in: [00000000-0000-4000-8000-000000000001], document: {name: "@around.name", tag: "@around"}}
  - {kind: zoo.animal, in: [00000000-0000-4000-8000-000000000001], document: {name: %s}}
`
	got, err := grow(t, fmt.Sprintf(nested, "Leo"), 42)
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(?m)^zoo\.zoo .*"id":"([^"]*)","name":"([^"]*)"`)
	zoos := said.FindAllStringSubmatch(got, -1)
	if len(zoos) != 3 {
		t.Fatalf("got %d zoos, want 3:\n%s", len(zoos), got)
	}
	for _, z := range zoos[1:] {
		if !strings.Contains(got, `"name":"`+z[2]+`","tag":"`+z[1]+`"`) {
			t.Errorf("no animal speaks of %s, %s:\n%s", z[1], z[2], got)
		}
	}
	if _, err := grow(t, fmt.Sprintf(nested, `"@around.name"`), 42); err == nil {
		t.Error("a record that is nested in nothing spoke of what is around it")
	}
}

// One more record, of the same kind behind or of another anywhere, and one more field change no value that was there.
func TestMoreChangesNothingElse(t *testing.T) {
	t.Parallel()
	lines := func(s string) map[string]bool {
		out := map[string]bool{}
		for l := range strings.Lines(s) {
			out[l] = true
		}
		return out
	}
	before, err := grow(t, fmt.Sprintf(herd, 20, "", ""), 42)
	if err != nil {
		t.Fatal(err)
	}
	for name, fixture := range map[string]string{
		"one more of many": fmt.Sprintf(herd, 21, "", ""),
		"a record behind":  fmt.Sprintf(herd, 20, "", "  - {kind: zoo.zoo, document: {name: Other}}\n"),
		"another field":    fmt.Sprintf(herd, 20, `, tag: "{uuid}"`, ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, err := grow(t, fixture, 42)
			if err != nil {
				t.Fatal(err)
			}
			if name == "another field" {
				after = dropTags(after)
			}
			now := lines(after)
			for l := range lines(before) {
				if !now[l] {
					t.Errorf("gone or changed: %s", l)
				}
			}
		})
	}
}

func dropTags(s string) string {
	var out strings.Builder
	for l := range strings.Lines(s) {
		if i := strings.Index(l, `"tag":"`); i >= 0 {
			l = l[:i] + l[i+len(`"tag":"",`)+36:]
		}
		out.WriteString(l)
	}
	return out.String()
}

// What is drawn for one of many and is taken already is drawn again.
func TestCollisionsAreDrawnAgain(t *testing.T) {
	t.Parallel()
	const many = `
documents:
  - {kind: zoo.zoo, document: {id: 00000000-0000-4000-8000-000000000001, name: City Zoo}}
  - {kind: zoo.animal, in: [00000000-0000-4000-8000-000000000001], count: 9, document: {name: x, tag: "{number:1,12}"}}
`
	got, err := grow(t, many, 42)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got, `"tag"`); n != 9 {
		t.Errorf("got %d animals, want 9", n)
	}
}

func TestFaultsNameTheirPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ fixture, want string }{
		{"documents:\n  - {kind: zoo.zebra}\n", `zoo.yaml:2:6: no kind "zoo.zebra"`},
		{"documents:\n  - {kind: zoo.zoo, document: {nam: x}}\n", "zoo.yaml:2:32: zoo.zoo: name is missing"},
		{"documents:\n  - kind: zoo.zoo\n    document:\n      name: x\n      opne: true\n", "zoo.yaml:5:13: zoo.zoo: there is no member opne"},
		{"documents:\n  - kind: zoo.zoo\n    document:\n      name: 7\n", "zoo.yaml:4:13: zoo.zoo: name: want string"},
		{"documents:\n  - kind: zoo.zoo\n    document: {name: x, id: nope}\n", "zoo.yaml:3:29: zoo.zoo: id: want a uuid"},
		{"documents:\n  - {kind: zoo.animal, document: {name: x}}\n", "zoo.yaml:2:6: zoo.animal lives in a zoo.zoo: nest it under has, or say in"},
		{"documents:\n  - {kind: zoo.animal, in: [x], document: {name: x}}\n", `zoo.yaml:2:29: no zoo.zoo "x"`},
		{"documents:\n  - {kind: zoo.zoo, document: {name: \"@zoo.zoo[3]\"}}\n", `zoo.yaml:2:38: @zoo.zoo[3]: there is no such document before this one`},
		{"documents:\n  - {kind: zoo.zoo, count: -1}\n", "zoo.yaml:2:28: count: want a whole number from 0 to 1000000"},
		{
			"documents:\n  - {kind: zoo.zoo, count: 1000, has: [{kind: zoo.animal, count: 1000}]}\n",
			"zoo.yaml:2:3: these are more than 1000000 documents: lower the counts",
		},
		{"documents:\n  - {kind: zoo.zoo, documnet: {}}\n", `zoo.yaml:2:21: unknown member "documnet"; a record has kind, document, count, in and has`},
		{"documnets: []\n", `zoo.yaml:1:1: unknown member "documnets"; a fixture has now, include and documents`},
		{"now: yesterday\n", "zoo.yaml:1:6: now: want an RFC 3339 instant such as 2026-01-01T00:00:00Z, in the years 1678 to 2261"},
		{"now: 9999-01-01T00:00:00Z\n", "zoo.yaml:1:6: now: want an RFC 3339 instant such as 2026-01-01T00:00:00Z, in the years 1678 to 2261"},
		{"documents: [\n", "zoo.yaml:1:12: sequence end token ']' not found"},
		{"- 1\n", "zoo.yaml:1:1: a fixture is a mapping with the member documents"},
		{"a: 1\na: 2\n", `zoo.yaml:2:1: mapping key "a" already defined at [1:1]`},
		{
			"documents:\n  - {kind: zoo.zoo, document: {id: 00000000-0000-4000-8000-000000000001, name: a}}\n  - {kind: zoo.zoo, document: {id: 00000000-0000-4000-8000-000000000001, name: b}}\n",
			`zoo.yaml:3:6: zoo.zoo: conflict: zoo.zoo "00000000-0000-4000-8000-000000000001" exists already`,
		},
		{"documents:\n  - {kind: zoo.zoo, document: {name: x}, has: [{kind: zoo.animal, document: {name: Ape}}]}\n", "zoo.yaml:2:49: zoo.animal: panic: the ape is loose"},
	} {
		if _, err := grow(t, tt.fixture, 42); err == nil || err.Error() != tt.want {
			t.Errorf("%s\n got %v\nwant %s", tt.fixture, err, tt.want)
		}
	}
}
