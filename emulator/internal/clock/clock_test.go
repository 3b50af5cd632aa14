package clock_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/clock"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

// A clock shows the instant to which it is set, at any place of its range, frozen and running alike; any other instant is
// refused.
func TestRange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // real time stands still
		for _, c := range []struct {
			now  string
			fits bool
		}{
			{"1677-12-31T23:59:59.999999999Z", false},
			{"1678-01-01T00:00:00+01:00", false},
			{"1678-01-01T00:00:00Z", true},
			{"1700-01-01T00:00:00.000000001Z", true},
			{"1734-01-01T00:00:00Z", true},
			{"2026-03-01T09:00:00+02:00", true},
			{"2261-12-31T23:59:59.999999999Z", true},
			{"2262-01-01T00:00:00Z", false},
			{"2261-12-31T23:59:59-01:00", false},
			{"0001-01-01T00:00:00Z", false},
			{"9999-12-31T23:59:59Z", false},
		} {
			if got := clock.Fits(at(c.now)); got != c.fits {
				t.Errorf("Fits(%s): got %t", c.now, got)
			}
			for _, frozen := range []bool{true, false} {
				s, err := clock.From(clock.Reading{Now: at(c.now), Frozen: frozen})
				if !c.fits {
					if !errors.Is(err, clock.ErrRange) {
						t.Errorf("%s, frozen %t: got %v, want a refusal", c.now, frozen, err)
					}
					continue
				}
				var k clock.Clock
				k.Become(s)
				if got := k.Read(); err != nil || !got.Now.Equal(at(c.now)) || got.Frozen != frozen || got.Now.Location() != time.UTC {
					t.Errorf("%s, frozen %t: got %v, error %v", c.now, frozen, got, err)
				}
			}
		}
	})
}

// A clock that runs goes on from where it was set, and stands still at the end of its range.
func TestRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := func(now string) *clock.Clock {
			s, err := clock.From(clock.Reading{Now: at(now)})
			if err != nil {
				t.Fatal(err)
			}
			var k clock.Clock
			k.Become(s)
			return &k
		}
		old, end := set("1700-01-01T00:00:00Z"), set("2261-12-31T23:59:00Z")
		<-time.After(30 * time.Second)
		if got := end.Now(); !got.Equal(at("2261-12-31T23:59:30Z")) {
			t.Errorf("got %s", got)
		}
		<-time.After(24*time.Hour - 30*time.Second)
		if got := old.Now(); !got.Equal(at("1700-01-02T00:00:00Z")) {
			t.Errorf("got %s", got)
		}
		if got := end.Now(); !got.Equal(at("2261-12-31T23:59:59.999999999Z")) {
			t.Errorf("got %s, want the end of the range", got)
		}
		if _, err := clock.From(end.Read()); err != nil {
			t.Errorf("what a clock shows is refused: %v", err)
		}
	})
}

// Moves that lead out of the range are refused, however many lead there, and change nothing.
func TestMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const century = 100 * 365 * 24 * time.Hour
		for _, frozen := range []bool{true, false} {
			for _, by := range []time.Duration{century, -century, 292 * 365 * 24 * time.Hour, -292 * 365 * 24 * time.Hour} {
				s, err := clock.From(clock.Reading{Now: at("2000-01-01T00:00:00Z"), Frozen: frozen})
				want := at("2000-01-01T00:00:00Z")
				for range 5 {
					var k clock.Clock
					k.Become(s)
					if got := k.Now(); !got.Equal(want) {
						t.Fatalf("frozen %t, by %s: got %s, want %s", frozen, by, got, want)
					}
					var next clock.State
					if next, err = s.Moved(by); err != nil {
						break
					}
					s, want = next, want.Add(by)
				}
				if !errors.Is(err, clock.ErrRange) || clock.Fits(want.Add(by)) {
					t.Errorf("frozen %t, by %s: stopped at %s with %v", frozen, by, want, err)
				}
			}
		}
		moved, err := clock.State{}.Moved(time.Hour)
		var k clock.Clock
		k.Become(moved)
		if got := time.Until(k.Now()); err != nil || got != time.Hour {
			t.Errorf("real time moved by an hour: got %s, error %v", got, err)
		}
	})
}

// A clock that runs is the same again by how far it is from real time, where a duration is long enough for that.
func TestShift(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now string
		ok  bool
	}{{"1678-01-01T00:00:00Z", false}, {"1800-01-01T00:00:00Z", true}, {"2200-01-01T00:00:00Z", true}} {
		s, err := clock.From(clock.Reading{Now: at(c.now)})
		by, ok := s.Shift()
		if err != nil || ok != c.ok || ok && clock.Shifted(by) != s {
			t.Errorf("%s: got %s, %t, error %v", c.now, by, ok, err)
		}
	}
	if by, ok := (clock.State{}).Shift(); by != 0 || !ok || clock.Shifted(0) != (clock.State{}) {
		t.Errorf("real time: got %s, %t", by, ok)
	}
}
