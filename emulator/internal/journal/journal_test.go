package journal_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/journal"
)

func entry(n int, body []byte) *journal.Entry {
	return &journal.Entry{ID: strconv.Itoa(n), Number: uint64(n), Method: "POST", URL: "/x", Path: "/x", Body: body}
}

func ids(entries []*journal.Entry) string {
	out := ""
	for _, e := range entries {
		out += e.ID + " "
	}
	return out
}

func TestRing(t *testing.T) {
	t.Parallel()
	j := journal.New(3, nil)
	for n := range 5 {
		j.Record(entry(n+1, nil))
	}
	entries, dropped := j.Entries()
	if got, want := fmt.Sprint(ids(entries), dropped), "5 4 3 2"; got != want {
		t.Errorf("got %q, want %q: the newest first, two dropped", got, want)
	}
	j.Clear()
	if entries, dropped = j.Entries(); len(entries) != 0 || dropped != 0 {
		t.Errorf("cleared, got %s %d", ids(entries), dropped)
	}
	if n, bytes := j.Size(); n != 0 || bytes != 0 {
		t.Errorf("cleared, got %d entries of %d bytes", n, bytes)
	}
	none := journal.New(0, nil)
	none.Record(entry(1, nil))
	if entries, dropped = none.Entries(); len(entries) != 0 || dropped != 1 {
		t.Errorf("a journal of nothing keeps %s and dropped %d", ids(entries), dropped)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	const kb, mb = 1 << 10, 1 << 20
	long := entry(1, make([]byte, 65*kb))
	long.Answer = make([]byte, 64*kb)
	j := journal.New(100_000, nil)
	j.Record(long)
	if len(long.Body) != 64*kb || long.Length != 65*kb || len(long.Answer) != 64*kb {
		t.Errorf("bodies of 65 and 64 KiB are kept as %d of %d and %d bytes", len(long.Body), long.Length, len(long.Answer))
	}
	body := make([]byte, 60*kb)
	for n := range 1000 {
		j.Record(entry(n, body))
	}
	n, bytes := j.Size()
	if bytes > 16*mb || bytes < 15*mb {
		t.Errorf("a world keeps %d entries of %d bytes, want nearly 16 MiB", n, bytes)
	}

	var budget journal.Budget
	var all []*journal.Journal
	for range 40 {
		all = append(all, journal.New(100_000, &budget))
	}
	quiet := journal.New(1000, &budget)
	quiet.Record(entry(1, body))
	for _, j := range all {
		for n := range 300 {
			j.Record(entry(n, body))
			if got := budget.Bytes(); got > 256*mb {
				t.Fatalf("all worlds keep %d bytes, want at most 256 MiB", got)
			}
		}
	}
	if n, _ := quiet.Size(); n != 1 {
		t.Error("a quiet world lost its only entry to the busy ones")
	}
	last, _ := all[39].Entries()
	if len(last) < 100 || last[0].ID != "299" {
		t.Errorf("the last world keeps %d entries", len(last))
	}
	for _, j := range append(all, quiet) {
		j.Close()
		j.Record(entry(1, body)) // a call that was under way
	}
	if got := budget.Bytes(); got != 0 {
		t.Errorf("all worlds are gone and keep %d bytes", got)
	}
}

func TestManyHeadersCount(t *testing.T) {
	t.Parallel()
	e := entry(1, nil)
	e.Header = journal.Header{{Name: "X-Long", Value: string(make([]byte, 60<<10))}}
	j := journal.New(10, nil)
	j.Record(e)
	if _, bytes := j.Size(); bytes < 60<<10 {
		t.Errorf("an entry with a header of 60 KiB counts as %d bytes", bytes)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	j := journal.New(2, nil)
	j.Record(entry(1, nil))
	w := j.Watch()
	var wg sync.WaitGroup
	const writers, each = 4, 200
	for range writers {
		wg.Go(func() {
			for n := range each {
				j.Record(entry(n+2, nil))
			}
		})
	}
	wg.Wait()
	entries, missed, ok := w.Next(t.Context())
	if len(entries) != writers*each || missed != 0 || !ok {
		t.Errorf("got %d entries, %d missed, %t: want all since the watch began, whatever the ring keeps", len(entries), missed, ok)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, ok := w.Next(ended); ok {
		t.Error("a watch outlives its context")
	}
	for n := range 10_050 {
		j.Record(entry(n, nil))
	}
	if entries, missed, _ := w.Next(t.Context()); len(entries) != 10_000 || missed != 50 {
		t.Errorf("got %d entries and %d missed, want 10000 and 50", len(entries), missed)
	}
	j.Close()
	if _, _, ok := w.Next(t.Context()); ok {
		t.Error("a watch outlives its world")
	}
	w.Stop()
	if _, _, ok := j.Watch().Next(t.Context()); ok {
		t.Error("a world that is gone can be watched")
	}
}
