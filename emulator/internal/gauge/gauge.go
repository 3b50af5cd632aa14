// Package gauge counts the inputs of fuzz targets and watches how much memory stays live behind them. It serves tests only.
package gauge

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// MaxHeap is how many bytes may be live.
const MaxHeap = 64 << 20

// File is the environment variable that names a file for what was measured: inputs and bytes, a line each.
const File = "PORTICO_FUZZ_HEAP"

var inputs atomic.Int64

// Input counts an input. While go test fuzzes, and a process does nothing else, the test fails if more than MaxHeap bytes are
// live after the first input, the hundredth, the thousandth and every ten thousandth.
func Input(t testing.TB) {
	t.Helper()
	n := inputs.Add(1)
	if flag.Lookup("test.fuzz").Value.String() == "" || n != 1 && n != 100 && n != 1000 && n%10_000 != 0 {
		return
	}
	live := live()
	if err := note(os.Getenv(File), n, live); err != nil {
		t.Fatal(err)
	}
	if live > MaxHeap {
		t.Fatalf("after %d inputs %d bytes are live, want at most %d; not the fault of this input alone", n, live, MaxHeap)
	}
}

// live is how many bytes are left after a collection, but for the mutator's own: it sets up to 100 MB aside to write inputs
// into.
func live() uint64 {
	runtime.GC()
	runtime.GC() // profiles tell what was live when the last collection but one had ended
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc - min(mutators(), m.HeapAlloc)
}

// mutators is how many live bytes package internal/fuzz allocated. Profiles are samples, but none misses what is so large.
func mutators() (bytes uint64) {
	n, _ := runtime.MemProfile(nil, false)
	records := make([]runtime.MemProfileRecord, n+100)
	if n, _ = runtime.MemProfile(records, false); n > len(records) {
		return 0
	}
	for _, r := range records[:n] {
		frames := runtime.CallersFrames(r.Stack())
		frame, more := frames.Next()
		for more && strings.HasPrefix(frame.Function, "runtime.") {
			frame, more = frames.Next()
		}
		if strings.HasPrefix(frame.Function, "internal/fuzz.") {
			bytes += uint64(r.InUseBytes()) //nolint:gosec // never negative
		}
	}
	return bytes
}

func note(file string, n int64, live uint64) error {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // whoever measures names the file
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, n, live)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
