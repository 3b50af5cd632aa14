package testkit_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// recorder is a test that fails without failing this one. It tells, as testing does, in which line it failed.
type recorder struct {
	name    string
	dir     string
	skipped bool

	mu       sync.Mutex
	helpers  map[string]bool
	cleanups []func()
	texts    []string
	lines    []string // file:line of each failure
	logs     []string
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	return &recorder{name: t.Name(), dir: t.TempDir(), helpers: map[string]bool{}}
}

// record lets a test run to its end, cleanups included.
func record(t *testing.T, do func(*recorder)) *recorder {
	t.Helper()
	r := newRecorder(t)
	r.run(do)
	return r
}

func (r *recorder) run(do func(*recorder)) {
	step := func(f func()) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			f()
		}()
		<-done
	}
	step(func() { do(r) })
	for _, f := range slices.Backward(r.cleanups) {
		step(f)
	}
}

func (r *recorder) Name() string { return r.name }

func (r *recorder) Skipped() bool { return r.skipped }

func (r *recorder) ArtifactDir() string { return r.dir }

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *recorder) Helper() {
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	f, _ := runtime.CallersFrames(pc[:]).Next()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.helpers[f.Function] = true
}

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.texts) > 0
}

func (r *recorder) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func (r *recorder) Errorf(format string, args ...any) { r.fail(fmt.Sprintf(format, args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.fail(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (r *recorder) fail(text string) {
	pcs := make([]uintptr, 50)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = append(r.texts, text)
	for {
		f, more := frames.Next()
		if !r.helpers[f.Function] || !more {
			r.lines = append(r.lines, fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line))
			return
		}
	}
}

// said is all that was failed with.
func (r *recorder) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.texts, "\n")
}

// here is file:line of the caller.
func here() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}
