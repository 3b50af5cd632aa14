// Package heap limits what the inputs of a fuzz target may cost: the time of one, and the memory that stays live after many.
// It serves tests only.
package heap

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Most is how many bytes may be live, and Patience how long one input may take.
const (
	Most     = 64 << 20
	Patience = 10 * time.Second
)

var inputs atomic.Int64

// Input is called first for each input. The process ends with the stacks of all goroutines if the test is not over within
// Patience. While go test fuzzes, the test fails if more than Most bytes are live after the first input, the hundredth, the
// thousandth and every ten thousandth; the number of bytes is added to the file that PORTICO_FUZZ_HEAP names, a line each.
func Input(t testing.TB) {
	t.Helper()
	hang := time.AfterFunc(Patience, func() {
		debug.SetTraceback("all")
		panic(fmt.Sprintf("%s: no end within %s", t.Name(), Patience))
	})
	t.Cleanup(func() { hang.Stop() })
	n := inputs.Add(1)
	if flag.Lookup("test.fuzz").Value.String() == "" || n != 1 && n != 100 && n != 1000 && n%10_000 != 0 {
		return
	}
	bytes := live()
	if file := os.Getenv("PORTICO_FUZZ_HEAP"); file != "" {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // whoever fuzzes names the file
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		_, _ = fmt.Fprintln(f, bytes)
	}
	if bytes > Most {
		t.Fatalf("after %d inputs %d bytes are live, want at most %d; this input alone may not be the cause", n, bytes, Most)
	}
}

// live is how many bytes are left after a collection, without those that package internal/fuzz allocated: the mutator
// reserves up to 100 MB for inputs. Profiles are samples, but none misses what is so large.
func live() uint64 {
	runtime.GC()
	runtime.GC() // a profile shows what was live at the end of the collection before the last
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	n, _ := runtime.MemProfile(nil, false)
	records := make([]runtime.MemProfileRecord, n+100)
	n, _ = runtime.MemProfile(records, false)
	bytes := m.HeapAlloc
	for _, r := range records[:min(n, len(records))] {
		frames := runtime.CallersFrames(r.Stack())
		frame, more := frames.Next()
		for more && strings.HasPrefix(frame.Function, "runtime.") {
			frame, more = frames.Next()
		}
		if strings.HasPrefix(frame.Function, "internal/fuzz.") {
			bytes -= min(bytes, uint64(r.InUseBytes())) //nolint:gosec // never negative
		}
	}
	return bytes
}
