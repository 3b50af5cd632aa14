package emulator_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/portico-emulator/portico/emulator"
)

// BenchmarkStateCreate compares a create of an emulator with a state file with that of one without.
func BenchmarkStateCreate(b *testing.B) {
	r := &races[slices.IndexFunc(races, func(r race) bool { return r.vendor == "konnect" && r.what == "write" })]
	kept := start(b, emulator.Config{State: filepath.Join(b.TempDir(), "world.state")})
	ratio, took := compete(b, r, start(b, emulator.Config{}), kept)
	b.ReportMetric(ratio, "of-memory")
	b.ReportMetric(took, "µs/call")
}

// BenchmarkStateOpen opens a file of 100,000 commits, each of a document of its own, so that there is nothing to leave out.
func BenchmarkStateOpen(b *testing.B) {
	const commits = 100_000
	config := emulator.Config{Journal: new(0), State: filepath.Join(b.TempDir(), "world.state"), StateLimit: 1 << 40}
	e := start(b, config)
	for i := range commits {
		call(b, e, http.MethodPost, "/v2/portals", fmt.Sprintf(`{"name":"Portal %d"}`, i), http.StatusCreated)
	}
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(config.State)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
	for b.Loop() {
		e, err := emulator.New(config)
		if err != nil {
			b.Fatal(err)
		}
		if got := e.State().Commits; got != commits {
			b.Fatalf("got %d commits, want %d", got, commits)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
