package emulator_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
)

var soakFor = flag.Duration("soak", 3*time.Second, "how long TestSoak calls")

const (
	connections = 64
	worldCount  = 100
)

// faulty are worlds in which calls go wrong on purpose. Their names sort as all others.
var faulty = []string{"w-0", "w-1", "w-2", "w-3"}

var rules = []string{
	`{"name":"reset","on":"konnect.*","odds":0.2,"give":{"wire":"reset"}}`,
	`{"name":"cut","on":"apiconnect.*","odds":0.2,"give":{"wire":"truncate"}}`,
	`{"name":"busy","on":"axway.*","odds":0.2,"give":{"error":"unavailable"}}`,
	`{"name":"slow","on":"e*.*","odds":0.1,"give":{"delay":{"uniform":["1ms","20ms"]}}}`,
}

// soaking is a run of many clients against one server.
type soaking struct {
	t     *testing.T
	s     *served
	calls *calls

	clients []*http.Client

	made, unmade, broken, busy, left atomic.Int64

	mu      sync.Mutex
	classes [6]int
	took    []time.Duration
	wrong   []string
}

// worker is one client with one connection.
type worker struct {
	soak    *soaking
	no      int
	client  *http.Client
	url     string
	rand    *rand.Rand
	calls   int
	classes [6]int
	took    []time.Duration
}

func (w *worker) fail(format string, args ...any) {
	w.soak.mu.Lock()
	defer w.soak.mu.Unlock()
	if len(w.soak.wrong) < 20 {
		w.soak.wrong = append(w.soak.wrong, fmt.Sprintf(format, args...))
	}
}

type got struct {
	status int
	body   string
}

// call sends a request into a world, or into none of its own, and judges what any answer must be.
func (w *worker) call(s step, world string) got {
	w.calls++
	ctx := context.Background()
	impatient := world != "" && w.rand.IntN(200) == 0
	if impatient { // a client that goes away
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(w.rand.IntN(2000))*time.Microsecond)
		defer cancel()
	}
	path := s.path
	byHeader := w.rand.IntN(2) == 0
	if world != "" && !byHeader {
		path = "/_world/" + world + path
	}
	var content io.Reader = http.NoBody
	if s.body != "" {
		content = strings.NewReader(s.body)
	}
	r, err := http.NewRequestWithContext(ctx, s.method, w.url+path, content)
	if err != nil {
		w.fail("%s %s: %v", s.method, path, err)
		return got{}
	}
	r.Header = s.header.Clone()
	if world != "" && byHeader {
		r.Header.Set("Portico-World", world)
	}
	began := time.Now()
	res, err := w.client.Do(r)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	w.took = append(w.took, time.Since(began))
	wrongIsWanted := slices.Contains(faulty, world)
	switch {
	case err == nil:
	case impatient && errors.Is(err, context.DeadlineExceeded):
		w.soak.left.Add(1)
		return got{}
	case wrongIsWanted:
		w.soak.broken.Add(1)
		return got{}
	default:
		w.fail("%s %s in %s: %v", s.method, path, world, err)
		return got{}
	}
	w.classes[res.StatusCode/100]++
	switch {
	case res.StatusCode == http.StatusServiceUnavailable && wrongIsWanted:
		w.soak.busy.Add(1)
	case res.StatusCode >= 500, res.Header.Get("Portico-Error") == "unknown-world":
		w.fail("%s %s in %s: got %d %.300s", s.method, path, world, res.StatusCode, body)
	}
	return got{res.StatusCode, string(body)}
}

// run calls until the time is over.
func (w *worker) run(until time.Time) {
	for time.Now().Before(until) {
		world := fmt.Sprintf("w-%d", w.rand.IntN(worldCount))
		if w.rand.IntN(10) == 0 {
			world = faulty[w.rand.IntN(len(faulty))]
		}
		switch n := w.rand.IntN(100); {
		case n < 45:
			w.call(w.pick(w.soak.calls.steps), world)
		case n < 60:
			w.call(w.pick(w.soak.calls.lists), world)
		case n < 95:
			w.life(world)
		case n < 98:
			w.admin(world)
		case n < 99:
			w.brief(world)
		default:
			w.watch(world)
		}
	}
	w.soak.mu.Lock()
	defer w.soak.mu.Unlock()
	for i, n := range w.classes {
		w.soak.classes[i] += n
	}
	w.soak.took = append(w.soak.took, w.took...)
}

// watch follows the events of a world for a moment and goes.
func (w *worker) watch(world string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/_world/"+world+"/_portico/events", http.NoBody)
	if err != nil {
		w.fail("events of %s: %v", world, err)
		return
	}
	if res, err := w.client.Do(r); err == nil {
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
}

// standing is what a process holds.
type standing struct {
	goroutines int
	heap       uint64 // bytes that are live
}

// settled hangs up, waits until no more goroutines run than wanted, or for a while no fewer, and tells what is held then.
func (s *soaking) settled(want int) standing {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for least, since := runtime.NumGoroutine(), time.Now(); least > want && time.Since(since) < 2*time.Second; <-tick.C {
		for _, c := range s.clients { // again and again: a connection is idle only once a call that was given up has ended
			c.CloseIdleConnections()
		}
		if n := runtime.NumGoroutine(); n < least {
			least, since = n, time.Now()
		}
	}
	runtime.GC()
	runtime.GC() // what pools held goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return standing{runtime.NumGoroutine(), m.HeapAlloc}
}

// TestSoak has 64 clients call all vendors in a hundred worlds at a time, over HTTP, HTTPS and HTTP/2: life stories, recorded requests,
// the admin API, clients that go away, faults. No call may fail that was not meant to; then every count is counted again, every reference
// looked up, and the process must hold what it held before. It counts goroutines, so it is alone.
func TestSoak(t *testing.T) {
	s := serveBoth(t, emulator.Config{Journal: new(200)})
	warm := &soaking{t: t, s: s, calls: loadCalls(t)}
	warm.worlds()
	warm.play(time.Now().Add(time.Second)) // schemas are compiled
	warm.end()
	before := warm.settled(0)

	soak := &soaking{t: t, s: s, calls: warm.calls}
	soak.worlds()
	began := time.Now()
	soak.play(began.Add(*soakFor))
	took := time.Since(began)
	speed := soak.speed(took)
	for _, one := range append(warm.wrong, soak.wrong...) {
		t.Error(one)
	}
	soak.faults()
	counted := soak.check()
	peak := soak.settled(before.goroutines)
	soak.end()
	after := soak.settled(before.goroutines)
	if after.goroutines > before.goroutines {
		t.Errorf("goroutines: %d before, %d after\n%s", before.goroutines, after.goroutines, stacks())
	}
	const slack = 4 << 20
	if after.heap > before.heap+slack {
		t.Errorf("live heap: %d bytes before, %d after", before.heap, after.heap)
	}
	if n := speed.calls; n < 500 || soak.made.Load() < 50 || soak.unmade.Load() < 20 {
		t.Errorf("got %d calls, %d objects made, %d deleted", n, soak.made.Load(), soak.unmade.Load())
	}
	t.Log(soak.table(took, speed, before, peak, after, counted))
}

// speed is how many calls there were, and how long they took.
type speed struct {
	calls    int
	rate     float64 // a second
	p50, p99 time.Duration
}

// speed sums up how long each call took, and forgets it: the record is not what the server holds.
func (s *soaking) speed(took time.Duration) speed {
	slices.Sort(s.took)
	n := len(s.took)
	out := speed{calls: n, rate: float64(n) / took.Seconds()}
	if n > 0 {
		out.p50, out.p99 = s.took[n/2], s.took[n*99/100]
	}
	s.took = nil
	return out
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func mb(n uint64) float64 { return float64(n) / (1 << 20) }

func stacks() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}

// worlds makes the worlds, and has calls go wrong in a few.
func (s *soaking) worlds() {
	s.t.Helper()
	for i := range worldCount {
		call(s.t, s.s, http.MethodPost, "/_portico/worlds", fmt.Sprintf(`{"name":"w-%d"}`, i), http.StatusCreated)
	}
	for _, world := range faulty {
		for _, rule := range rules {
			call(s.t, s.s, http.MethodPost, "/_world/"+world+"/_portico/faults", rule, http.StatusCreated)
		}
	}
}

// end deletes the worlds.
func (s *soaking) end() {
	s.t.Helper()
	for i := range worldCount {
		call(s.t, s.s, http.MethodDelete, fmt.Sprintf("/_portico/worlds/w-%d", i), "", http.StatusNoContent)
	}
	call(s.t, s.s, http.MethodPost, "/_portico/reset", "", http.StatusNoContent)
	call(s.t, s.s, http.MethodDelete, "/_portico/requests", "", http.StatusNoContent)
	if worlds := gjson.Parse(call(s.t, s.s, http.MethodGet, "/_portico/worlds", "", http.StatusOK)).Array(); len(worlds) != 1 {
		s.t.Errorf("got %d worlds at the end, want one", len(worlds))
	}
}

// play runs the clients. One in eight speaks HTTP/2, one HTTPS.
func (s *soaking) play(until time.Time) {
	var wg sync.WaitGroup
	for no := range connections {
		secure, two := no%8 < 2, no%8 == 0
		w := &worker{soak: s, no: no, client: s.s.client(s.t, two), url: s.s.url(secure), rand: chance(no)}
		if !secure {
			w.client.Transport.(*http.Transport).MaxConnsPerHost = 1
		}
		s.clients = append(s.clients, w.client)
		wg.Go(func() { w.run(until) })
	}
	wg.Wait()
}
