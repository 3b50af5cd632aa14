package seed_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

const city = "documents:\n- {kind: zoo.zoo, document: {id: 00000000-0000-4000-8000-000000000001, name: City Zoo}}\n"

// What a fixture describes has bounds, and an error says where they are crossed.
func TestFixturesAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000)
	members := make([]string, 1001)
	for i := range members {
		members[i] = fmt.Sprintf("m%d: 1", i)
	}
	for name, tt := range map[string]struct{ fixture, want string }{
		"bytes by count": {
			"documents:\n- {kind: zoo.zoo, count: 1000, document: {name: " + long + "}}\n",
			"zoo.yaml:2:49: the documents are together more than 1 MiB: lower the counts",
		},
		"bytes by reference": {
			"documents:\n- {kind: zoo.zoo, document: {name: " + long + "}}\n- {kind: zoo.zoo, count: 1000, document: {name: \"@zoo.zoo[0].name\"}}\n",
			"zoo.yaml:3:49: the documents are together more than 1 MiB: lower the counts",
		},
		"bytes by template": {
			"documents:\n- {kind: zoo.zoo, count: 1000, document: {name: \"{lettern:10000}\"}}\n",
			"zoo.yaml:2:49: the documents are together more than 1 MiB: lower the counts",
		},
		"bytes by alias": {
			"documents:\n- {kind: zoo.zoo, document: {name: [&a " + long + strings.Repeat(", *a", 1000) + "]}}\n",
			"zoo.yaml:2:40: the documents are together more than 1 MiB: lower the counts", // of what the alias stands for
		},
		"bytes of an export": {
			"documents:\n  zoo.zoo:\n  - {_id: x, id: x, name: [&a " + long + strings.Repeat(", *a", 1000) + "]}\n",
			"zoo.yaml:3:6: the documents are together more than 1 MiB: lower the counts",
		},
		"a slug": {
			"documents:\n- {kind: zoo.zoo, document: {id: " + long + ", name: \"" + strings.Repeat("{slug:id}", 1000) + "\"}}\n",
			"zoo.yaml:2:100042: the templates of this value make more than 64 KiB",
		},
		"a slug of nothing": {
			"documents:\n- {kind: zoo.zoo, document: {id: " + strings.Repeat("é", 50_000) + ", name: \"" + strings.Repeat("{slug:id}", 1000) + "\"}}\n",
			"zoo.yaml:2:50042: the templates of this value make more than 64 KiB",
		},
		"bytes read by references": {
			"documents:\n- {kind: zoo.zoo, document: {name: x, facts: {a: " + long + ", b: y}}}\n" +
				"- {kind: zoo.zoo, count: 1000, document: {name: \"@zoo.zoo[0].facts.b\"}}\n",
			"zoo.yaml:3:49: the documents are together more than 1 MiB: lower the counts",
		},
		"members": {
			"documents:\n- {kind: zoo.zoo, document: {" + strings.Join(members, ", ") + "}}\n",
			"zoo.yaml:2:30: document: want at most 1000 members",
		},
		"a kind": {
			"documents:\n- {kind: zoo." + long + "}\n",
			"zoo.yaml:2:4: kind: want one such as konnect.portal, got \"zoo." + long + "\"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := grow(t, tt.fixture, 42); err == nil || err.Error() != tt.want {
				t.Errorf("got %.300v, want %.300s", err, tt.want)
			}
		})
	}
}

// counting counts the walks over all documents of a kind.
type counting struct {
	api.Tx
	walks int
}

func (c *counting) All(kind string) iter.Seq[*api.Doc] {
	c.walks++
	return c.Tx.All(kind)
}

// A reference by number finds its document without a walk over all, however births and references take turns, and finds the
// one that such a walk would find.
func TestReferencesByNumber(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(city)
	const in = "in: [00000000-0000-4000-8000-000000000001]"
	for i := range 300 {
		// By time of birth their order is another one.
		fmt.Fprintf(&b, "- {kind: zoo.animal, %s, document: {name: a%d, created_at: \"20%02d-01-01T00:00:00Z\"}}\n", in, 2*i, 99-i%100)
		fmt.Fprintf(&b, "- {kind: zoo.animal, %s, document: {name: a%d, friend: \"@zoo.animal[%d]\"}}\n", in, 2*i+1, i*7%(2*i+1))
	}
	f, err := seed.Read("zoo.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	catalog, check := zoo(t)
	_, err = world.Grow(catalog, "zoo", 42, func(tx api.Tx) error {
		counted := &counting{Tx: tx}
		if err := f.Grow(t.Context(), counted, 42, check); err != nil {
			return err
		}
		if counted.walks > 1 {
			t.Errorf("got %d walks over all animals, want one", counted.walks)
		}
		at := 0
		for d := range tx.All("zoo.animal") {
			if want := fmt.Sprintf("a%d", at); d.Str("name") != want {
				t.Fatalf("animal %d: got %s, want %s", at, d.JSON, want)
			}
			if i := at / 2; at%2 == 1 {
				friend := tx.Get("zoo.animal", d.Str("friend"))
				if want := fmt.Sprintf("a%d", i*7%(2*i+1)); friend == nil || friend.Str("name") != want {
					t.Errorf("animal %d: got the friend %v, want %s", at, friend, want)
				}
			}
			at++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Growing stops when whoever waits for it goes away: of records, and of an export.
func TestGrowingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, fixture := range map[string]string{
		"records": "documents:\n- {kind: zoo.zoo, count: 1000, document: {name: x}, has: [{kind: zoo.animal, count: 10, document: {name: y}}]}\n",
		"nested":  "documents:\n- {kind: zoo.zoo, document: {name: x}, has: [{kind: zoo.animal, count: 1000, document: {name: y}}]}\n",
		"export":  "documents:\n  zoo.zoo:\n" + strings.Repeat("  - {_id: x, id: x, name: x}\n", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := seed.Read("zoo.yaml", []byte(fixture))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			catalog, check := zoo(t)
			judged := 0
			_, err = world.Grow(catalog, "zoo", 42, func(tx api.Tx) error {
				return f.Grow(ctx, tx, 42, func(r *api.Resource, o api.Object) ([]api.Violation, error) {
					if judged++; judged == 5 {
						cancel()
					}
					if r.Kind == "zoo.zoo" && name == "export" {
						return nil, nil
					}
					return check(r, o)
				})
			})
			if !errors.Is(err, context.Canceled) || judged != 5 {
				t.Errorf("got %v after %d documents, want the context's end after 5", err, judged)
			}
		})
	}
}

// A panic while an export is read back is an error with its place.
func TestPanicOfAnExport(t *testing.T) {
	t.Parallel()
	f, err := seed.Read("zoo.yaml", []byte("documents:\n  zoo.zoo:\n  - {_id: x, id: x, name: x}\n"))
	if err != nil {
		t.Fatal(err)
	}
	catalog, _ := zoo(t)
	_, err = world.Grow(catalog, "zoo", 42, func(tx api.Tx) error {
		return f.Grow(t.Context(), tx, 42, func(*api.Resource, api.Object) ([]api.Violation, error) { panic("no judge") })
	})
	if want := "zoo.yaml:3:6: panic: no judge"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
