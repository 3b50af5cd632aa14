package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// A scenario is a script of trouble, and knows what it expects of a client: a test that ends well has met it.
func TestScenarios(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, still)
	for name, teamsToMake := range map[string][]string{
		"rate-limit-storm":     {"Gold", "Silver", "Bronze"}, // 429 with Retry-After for twenty seconds of the world's clock
		"lost-create-response": {"Gold"},                     // a second team of that name would be the client's fault
		"half-applied-batch":   {"1", "2", "3", "4", "5"},
		"eventual-consistency": {"Gold"},
		"flaky-network":        {"Gold", "Silver"},
		"malformed-payload":    {"Gold"},
		"gateway-outage":       {"Gold"}, // pages of a proxy, for a minute
		"maintenance-window":   {"Gold"}, // half an hour, which a nightly run can wait
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := p.World(t)
			partners(w, "approved", "ann@example.com")
			w.Advance(time.Minute) // reads that lag see what was there before
			w.Snapshot("before")
			w.Scenario(name)
			if err := syncIn(t, w).Run(t.Context(), teams(teamsToMake...)); err != nil {
				t.Fatal(err)
			}
			d := w.Diff("before")
			if n := len(teamsToMake); len(d.Of("konnect.team").Added) != n || len(d.Of("konnect.team-member").Added) != n || d.Len() != 2*n {
				t.Errorf("got %s, want %d new teams with a member each", d, n)
			}
		})
	}
}

// Konnect makes the portal, and its answer never arrives. The second attempt is refused, and the portal is there.
func TestPortalMadeUnheard(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	w.Fault(testkit.Fault{On: "konnect.create-portal", Times: 1, Stage: "after", Give: testkit.Give{Wire: "reset"}})
	if err := syncIn(t, w).Run(t.Context(), teams("Gold")); err != nil {
		t.Fatal(err)
	}
	w.Calls("konnect.create-portal").Times(2)
	w.Calls("konnect.create-portal").Status(http.StatusConflict).Once()
	if got := len(w.Diff("").Of("konnect.portal").Added); got != 1 {
		t.Errorf("got %d new portals, want one", got)
	}
}

func TestMemberPutUnheard(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	partners(w, "approved", "ann@example.com")
	w.Fault(testkit.Fault{On: "konnect.add-developer-to-portal-team", Times: 1, Stage: "after", Give: testkit.Give{Gateway: 504}})
	if err := syncIn(t, w).Run(t.Context(), teams("Gold")); err != nil {
		t.Fatal(err)
	}
	w.Calls("konnect.add-developer-to-portal-team").Status(http.StatusConflict).Once()
}

// What somebody else has deleted in the meantime, or an attempt whose answer was lost, is deleted.
func TestTeamDeletedBefore(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	portal := partners(w, "approved")
	team := w.Put("konnect.team", map[string]any{"name": "Old"}, testkit.In(portal))
	w.Fault(testkit.Fault{
		On: "konnect.delete-portal-team", When: &testkit.When{Path: map[string]string{"teamId": team.ID}},
		Times: 1, Stage: "after", Give: testkit.Give{Error: "unavailable", RetryAfter: testkit.Duration(time.Hour)},
	})
	if err := syncIn(t, w).Run(t.Context(), teams()); err != nil {
		t.Fatal(err)
	}
	w.Calls("konnect.delete-portal-team").Status(http.StatusNotFound).Once()
	if got, want := w.Now(), time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("it asked again at %s, want %s, when Retry-After said", got, want)
	}
}

// A refusal that stands is told at once, and in words that help.
func TestRefused(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, still)
	for name, c := range map[string]struct {
		token    string
		settings map[string]any
		want     string
	}{
		"expired":         {"expired", nil, "401 Unauthorized"},
		"revoked":         {"revoked", nil, "is the token current?"},
		"may do nothing":  {"nobody", nil, "403 Forbidden"},
		"may only read":   {"viewer", nil, "+ portal Partners: POST /portals: 403 Forbidden"},
		"unknown setting": {"admin", map[string]any{"isPublic": true}, `isPublic: "isPublic" is not allowed`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := p.World(t)
			s := syncIn(t, w)
			s.Konnect.Token = w.Token("konnect", c.token)
			err := s.Run(t.Context(), Wanted{Portal: "Partners", Settings: c.settings})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			w.Calls("").AtMost(2) // a list, and the call that is refused: none is repeated
			w.Diff("").Empty()
		})
	}
}

// A token of the world's own, and the day after its last one.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	const token = "kpat_example-ends-at-noon"
	w.Put("konnect.token", map[string]any{"name": "nightly", "token": token, "expires_at": w.Now().Add(3 * time.Hour)})
	s := syncIn(t, w)
	s.Konnect.Token = token
	if err := s.Run(t.Context(), teams("Gold")); err != nil {
		t.Fatal(err)
	}
	w.Advance(24 * time.Hour)
	err := s.Run(t.Context(), teams("Gold"))
	if !refused(err, http.StatusUnauthorized) {
		t.Errorf("got %v, want 401", err)
	}
}

// An answer that never comes is not waited for: the client's own timeout ends the attempt, and the next one is answered.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	partners(w, "approved", "ann@example.com")
	f := w.Fault(testkit.Fault{On: "konnect.list-portal-developers", Times: 1, Give: testkit.Give{Wire: "hang"}})
	s := syncIn(t, w)
	s.Konnect.HTTP.Timeout = 2 * time.Second
	if err := s.Run(t.Context(), teams("Gold")); err != nil {
		t.Fatal(err)
	}
	if f.Fired() != 1 {
		t.Errorf("the fault acted on %d calls, want one", f.Fired())
	}
	w.Calls("konnect.list-portal-developers").Status(http.StatusOK).Once()
	w.Calls("konnect.add-developer-to-portal-team").Once()
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, still)
	for name, c := range map[string]struct {
		after testkit.Duration
		calls int
		want  string
	}{
		"after some attempts":                 {0, tries, "gave up at attempt 8: GET /portals?page[size]=100&page[number]=1: 503 Service Unavailable"},
		"when it would have to wait too long": {testkit.Duration(time.Hour), 1, "gave up at attempt 1: GET /portals?page[size]=100&page[number]=1: 503 Service Unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := p.World(t)
			w.Fault(testkit.Fault{On: "konnect.list-portals", Give: testkit.Give{Error: "unavailable", RetryAfter: c.after}})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			err := syncIn(t, w).Run(ctx, teams("Gold"))
			if !refused(err, http.StatusServiceUnavailable) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			w.Calls("").Times(c.calls)
		})
	}
}

// Whoever presses Ctrl-C does not want to wait for Retry-After.
func TestIsStopped(t *testing.T) {
	t.Parallel()
	w := testkit.Start(t, still)
	w.Fault(testkit.Fault{On: "konnect.list-portals", Give: testkit.Give{Error: "rate-limited", RetryAfter: testkit.Duration(time.Hour)}})
	s := syncIn(t, w)
	ctx, stop := context.WithCancel(t.Context())
	s.Konnect.Wait = func(ctx context.Context, d time.Duration) error {
		stop()
		return sleep(ctx, d) // the true one
	}
	if err := s.Run(ctx, teams("Gold")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was stopped", err)
	}
	w.Calls("").Once()
}
