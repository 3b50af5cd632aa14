package testkit_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/testkit"
)

// A snapshot can be gone back to, and what changed since it is told.
func TestDiff(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still).World(t)
	portal := w.Put("konnect.portal", map[string]string{"name": "Partners"})
	old := w.Documents("konnect.team")[0]
	w.Snapshot("before")
	w.Diff("before").Empty()

	changed := w.Change("konnect.portal", portal.ID, map[string]any{"name": "Guests", "description": "d"})
	if changed.ID != portal.ID || !strings.Contains(string(changed.JSON), `"Guests"`) {
		t.Errorf("changed: got %s", changed.JSON)
	}
	w.Delete("konnect.team", old.ID)
	w.Put("konnect.developer", map[string]string{"email": "a@b.example", "full_name": "A B"}, testkit.In(portal.ID))

	d := w.Diff("before").Of("konnect.portal", "konnect.team", "konnect.dev*")
	got := strings.Split(d.String(), "\n")
	for i, l := range got {
		if before, _, ok := strings.Cut(l, " {"); ok {
			got[i] = before
		}
	}
	want := []string{
		"since before: 1 added, 1 removed, 1 changed",
		"    + konnect.developer " + w.Documents("konnect.developer")[w.Count("konnect.developer")-1].ID,
		"    - konnect.team " + old.ID,
		"    ~ konnect.portal " + portal.ID,
		`        replace /name "Guests"`,
		`        replace /description "d"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if d.Len() != 3 || len(d.Added) != 1 || d.Changed[0].Patch[0].Value != "Guests" {
		t.Errorf("got %+v", d)
	}
	if born := w.Diff("").Of("konnect.portal"); len(born.Added) != 1 || born.Len() != 1 {
		t.Errorf("since birth: got %s", born)
	}
	w.Diff("before").Of("axway.*").Empty()
	w.Restore("before")
	w.Diff("before").Empty()
	if n := w.Count("konnect.developer"); n != len(w.Documents("konnect.developer")) {
		t.Errorf("developers: got %d", n)
	}
	r := record(t, func(r *recorder) {
		w := testkit.Start(r)
		w.Put("konnect.portal", map[string]string{"name": "P"})
		w.Diff("").Empty()
		w.Diff("nothing")
	})
	if len(r.texts) != 2 || !strings.HasPrefix(r.texts[0], "documents changed; want none to\nsince birth: 1 added, 0 removed, 0 changed\n    + konnect.portal ") ||
		r.texts[1] != `portico: GET /_portico/diff?from=nothing: no snapshot "nothing" in the world default` {
		t.Errorf("got %q", r.texts)
	}
}

// A world can be carried into another.
func TestExport(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t)
	from, to := p.World(t, still), p.World(t, testkit.Fixture("empty"))
	from.Put("konnect.portal", map[string]string{"name": "Partners"})
	export := from.Export()
	var told struct{ Format int }
	if err := json.Unmarshal(export, &told); err != nil || told.Format != 1 {
		t.Fatalf("got %v, %v", told, err)
	}
	to.Import(export)
	if got, want := to.Count("konnect.portal"), from.Count("konnect.portal"); got != want || !to.Now().Equal(from.Now()) {
		t.Errorf("got %d portals at %s, want %d at %s", got, to.Now(), want, from.Now())
	}
	if n := to.Count("konnect.api-product"); n == 0 {
		t.Error("no products came along")
	}
}
