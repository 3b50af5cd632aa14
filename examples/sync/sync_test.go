package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// still lets the clock of a test's world stand still, so that nothing but the test moves it.
var still = testkit.Clock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))

// syncIn is what is tested, pointed at a world as it would be at Konnect: by base URL and token. Guard fails a test that
// would call the real one. Where the program would wait, the world's clock moves on, and the test does not wait.
func syncIn(t *testing.T, w *testkit.Portico) *Sync {
	t.Helper()
	return &Sync{Out: t.Output(), Konnect: &Konnect{
		Base:  w.URL("konnect"),
		Token: w.Token("konnect", "admin"), // or viewer, nobody, expired, revoked
		HTTP:  &http.Client{Transport: testkit.Guard(t, nil), Timeout: time.Minute},
		Wait: func(_ context.Context, d time.Duration) error {
			w.Advance(d)
			return nil
		},
	}}
}

// partners puts a portal and some who signed up there into a world. Put does what no call of Konnect's API can.
func partners(w *testkit.Portico, status string, emails ...string) (portal string) {
	portal = w.Put("konnect.portal", map[string]any{"name": "Partners"}).ID
	for _, email := range emails {
		w.Put("konnect.developer", map[string]any{"email": email, "full_name": "Somebody", "status": status}, testkit.In(portal))
	}
	return portal
}

func teams(names ...string) Wanted {
	want := Wanted{Portal: "Partners", Teams: []Team{}}
	for _, name := range names {
		want.Teams = append(want.Teams, Team{Name: name, Members: []string{"ann@example.com"}})
	}
	return want
}

// From the command line to the portal, with the file that lies here. Start gives the test a world of its own, so that all
// tests run at the same time and none sees what another does: in this process, or where PORTICO_MODE says.
func TestWholeProgram(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"--url", w.URL("konnect"), "portal.json"}, w.Token("konnect", "admin"), &out); err != nil {
		t.Fatal(err)
	}
	want := `+ portal Partners
+ team Gold
  ann@example.com has not signed up yet
  bob@example.com has not signed up yet
+ team Silver
  cy@example.com has not signed up yet
3 changes
`
	if out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
	w.Calls("konnect.create-portal").Status(http.StatusCreated).With("$.display_name", "Partner APIs").Once()
	w.Calls("konnect.create-portal-team").Body(map[string]string{"name": "Silver", "description": "What is stable"}).Once()
	if d := w.Diff(""); len(d.Added) != 3 || d.Len() != 3 {
		t.Errorf("got %s, want a portal and two teams more", d)
	}
}

func TestAllThatCanChange(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	portal := partners(w, "approved", "bob@example.com", "cy@example.com", "dan@example.com")
	w.Put("konnect.developer", map[string]any{"email": "Ann@Example.com", "full_name": "Ann", "status": "pending"}, testkit.In(portal))
	gold := w.Put("konnect.team", map[string]any{"name": "Gold", "description": "Few"}, testkit.In(portal))
	w.Put("konnect.team", map[string]any{"name": "Old"}, testkit.In(portal))
	for _, d := range w.Documents("konnect.developer") {
		var is struct{ Email string }
		if err := d.Into(&is); err != nil {
			t.Fatal(err)
		}
		if is.Email == "bob@example.com" || is.Email == "dan@example.com" {
			w.Put("konnect.team-member", map[string]any{"developer": d.ID}, testkit.In(portal, gold.ID))
		}
	}
	s := syncIn(t, w)
	var out bytes.Buffer
	s.Out = &out
	err := s.Run(t.Context(), Wanted{
		Portal:   "Partners",
		Settings: map[string]any{"rbac_enabled": true, "description": "For partners", "is_public": false},
		Teams:    []Team{{Name: "Gold", Description: "Many", Members: []string{"ann@example.com", "bob@example.com", "cy@example.com"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `~ portal Partners: description, rbac_enabled
~ team Gold: description
~ developer ann@example.com: approved
+ team Gold: ann@example.com
+ team Gold: cy@example.com
- team Gold: dan@example.com
- team Old
`
	if out.String() != want || s.Changes != 7 {
		t.Errorf("got %d changes:\n%s\nwant:\n%s", s.Changes, out.String(), want)
	}
	// What it says is one thing, what became of the portal another.
	if got := len(w.Diff("").Of("konnect.team-member").Added); got != 3 {
		t.Errorf("got %d new members, want three", got)
	}
	w.Calls("konnect.update-developer").Status(http.StatusOK).With("$.status", "approved").Once()
	w.Calls("konnect.update-portal").Body(map[string]any{"rbac_enabled": true, "description": "For partners"}).Once()
	w.Calls("konnect.delete-portal-team").Status(http.StatusNoContent).Once()
}

// Whoever runs it every night wants the second run to change nothing.
func TestTwice(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	partners(w, "pending", "ann@example.com", "bob@example.com")
	want := teams("Gold", "Silver")
	want.Settings = map[string]any{"display_name": "Partner APIs", "labels": map[string]any{"env": "test"}}
	want.Teams[0].Members = []string{"ann@example.com", "ANN@example.com", "bob@example.com"}
	if err := syncIn(t, w).Run(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	w.Snapshot("first")
	writes := w.Calls("").Method("POST").Count()
	again := syncIn(t, w)
	if err := again.Run(t.Context(), want); err != nil || again.Changes != 0 {
		t.Errorf("got %d changes, %v, want none", again.Changes, err)
	}
	w.Diff("first").Empty()
	w.Calls("").Method("POST").Times(writes)
	w.Calls("").Method("PATCH").Times(3)                                // the portal, ann and bob: all by the first run
	w.Calls("konnect.add-developer-to-portal-team").Status(409).Never() // ann is there twice in the file, and is put in once
}

// Start is one emulator for all rows of a table, World a world for each of them.
func TestDryRun(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, still)
	for name, exists := range map[string]bool{"of what is there": true, "of a new portal": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := p.World(t)
			if exists {
				partners(w, "pending", "ann@example.com")
			}
			w.Snapshot("before")
			var said [2]bytes.Buffer
			for i, dry := range []bool{true, false} {
				s := syncIn(t, w)
				s.Out, s.Dry = &said[i], dry
				if err := s.Run(t.Context(), teams("Gold", "Silver")); err != nil {
					t.Fatal(err)
				}
				if dry {
					w.Diff("before").Empty()
				}
			}
			if said[0].String() != said[1].String() || !strings.Contains(said[0].String(), "+ team Silver\n") {
				t.Errorf("got %s, want what the true run says: %s", said[0].String(), said[1].String())
			}
		})
	}
}

// The one who signed up first is the last of the last page.
func TestManyDevelopers(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	emails := []string{"ann@example.com"}
	for i := range 2 * pageSize {
		emails = append(emails, fmt.Sprintf("dev%d@example.com", i))
	}
	partners(w, "approved", emails...)
	if err := syncIn(t, w).Run(t.Context(), teams("Gold")); err != nil {
		t.Fatal(err)
	}
	w.Calls("konnect.list-portal-developers").Status(http.StatusOK).Times(3)
	w.Calls("konnect.add-developer-to-portal-team").Status(http.StatusCreated).Once()
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"no portal":      {`{"teams": []}`, "no portal"},
		"unknown member": {`{"portal": "A", "team": []}`, `unknown field "team"`},
		"no JSON":        {"{\n\"portal\": \"A\",\n}", "line 3: invalid character"},
		"wrong kind":     {`{"portal": "A", "teams": "Gold"}`, "cannot unmarshal string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "portal.json")
			if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := read(file)
			if err == nil || !strings.HasPrefix(err.Error(), file+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s: … %s", err, file, c.want)
			}
		})
	}
}
