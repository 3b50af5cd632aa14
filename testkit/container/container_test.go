package container_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/testcontainers/testcontainers-go"

	"github.com/portico-emulator/portico/testkit"
	"github.com/portico-emulator/portico/testkit/container"
	"github.com/portico-emulator/portico/testkit/internal/suite"
)

// The bodies that pass in the test's process pass in a container, and are answered byte for byte alike.
func TestSuite(t *testing.T) {
	t.Parallel()
	suite.Run(t, container.Start(t))
}

func TestOptions(t *testing.T) {
	t.Parallel()
	suite.Options(t, func(t *testing.T, opts ...testkit.Option) *testkit.Portico {
		t.Helper()
		return container.Start(t, opts...)
	})
}

func TestAlike(t *testing.T) {
	t.Parallel()
	got, want := suite.Transcript(t, container.Start(t)), suite.Transcript(t, testkit.Start(t))
	if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("in this process and in a container it answers differently (-process +container):\n%s", d)
	}
}

// PORTICO_MODE moves testkit.Start into a container.
func TestMode(t *testing.T) {
	t.Setenv("PORTICO_MODE", "container")
	p := testkit.Start(t, testkit.Seed(7))
	if url := p.Base("konnect"); !strings.HasPrefix(url, "http://") || strings.Contains(url, "portico.invalid") {
		t.Errorf("got %s, want an address of this machine", url)
	}
	suite.Run(t, p)
}

// image is the image that the tests are about; without an engine the test ends here, as Start would end it.
func image(t testing.TB) string {
	t.Helper()
	container.Need(t, os.Getenv("PORTICO_IMAGE"))
	return os.Getenv("PORTICO_IMAGE")
}

// run is Run for a test.
func run(t *testing.T, opts ...testcontainers.ContainerCustomizer) *container.Container {
	t.Helper()
	c, err := container.Run(t.Context(), image(t), opts...)
	testcontainers.CleanupContainer(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get asks as the administrator of Konnect, or with another header.
func get(t *testing.T, url string, header ...string) (status int, host string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer kpat_portico-admin")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	r.Host = r.Header.Get("Host")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode, r.Host
}

// The testcontainers way, with every option.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fixture, script := filepath.Join(dir, "my own, \"good\" fixture.yaml"), filepath.Join(dir, "a,b.yaml")
	write(t, fixture, "documents:\n  - {kind: konnect.portal, document: {name: Mine}}\n")
	write(t, script, "name: shut\nsummary: s\nfaults: [{on: konnect.list-portals, give: {error: unavailable}}]\n")
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	c := run(t, container.WithFixtureFile(fixture), container.WithScenarioFile(script), container.WithScenario("rate-limit-storm"),
		container.WithSeed(7), container.WithClock(at), container.WithAdminToken("s3cret"))
	base, err := c.BaseURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := testkit.At(t, base, testkit.AdminToken("s3cret"), testkit.AllowUnusedFaults())
	var export struct{ Seed int }
	if err := json.Unmarshal(p.Export(), &export); err != nil || export.Seed != 7 {
		t.Errorf("got %+v %v, want the seed 7", export, err)
	}
	if got := p.Count("konnect.portal"); got != 1 || !p.Now().Equal(at) {
		t.Errorf("got %d portals at %s, want 1 at %s", got, p.Now(), at)
	}
	url, err := c.URL(t.Context(), "konnect")
	if err != nil || url != base+"/v2" {
		t.Errorf("got %s %v, want %s/v2", url, err, base)
	}
	if status, _ := get(t, url+"/portals"); status != http.StatusServiceUnavailable {
		t.Errorf("the scenario of the file: got %d, want 503", status)
	}
	admin, err := c.AdminURL(t.Context())
	if err != nil || admin != base+"/_portico" {
		t.Errorf("got %s %v, want %s/_portico", admin, err, base)
	}
	if _, err := c.URL(t.Context(), "kong"); err == nil || !strings.Contains(err.Error(), `no vendor "kong": there are apiconnect, axway`) {
		t.Errorf("got %v", err)
	}
	// A name without a dot is a service's of compose; any other could be a page's that was made to lead here.
	for host, want := range map[string]int{"portico:8080": http.StatusOK, "docker.example:8080": http.StatusForbidden} {
		if status, sent := get(t, admin+"/scenarios", "Authorization", "Bearer s3cret", "Host", host); status != want {
			t.Errorf("the admin API as %s: got %d, want %d", sent, status, want)
		}
	}
	if status, _ := get(t, admin+"/scenarios"); status != http.StatusUnauthorized {
		t.Errorf("the admin API without its token: got %d, want 401", status)
	}
}

func TestRunStrict(t *testing.T) {
	t.Parallel()
	c := run(t, container.WithStrict(), container.WithFixture("empty"))
	url, err := c.URL(t.Context(), "konnect")
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, url+"/portals"); status != http.StatusOK {
		t.Errorf("the administrator: got %d, want 200", status)
	}
	if status, _ := get(t, url+"/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"); status != http.StatusNotFound {
		t.Errorf("a portal of the fixture small: got %d, want 404", status)
	}
	if status, _ := get(t, url+"/portals", "Authorization", "Bearer kpat_unknown"); status != http.StatusUnauthorized {
		t.Errorf("a stranger: got %d, want 401", status)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What cannot start says why, and can be ended.
func TestRunFails(t *testing.T) {
	t.Parallel()
	img := image(t)
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	write(t, bad, "documents:\n  - {kind: konnect.portla}\n")
	for name, c := range map[string]struct {
		option testcontainers.ContainerCustomizer
		made   bool
		want   string
	}{
		"fixture file":   {container.WithFixtureFile(bad), true, "it said: portico: /fixture-1-bad.yaml:2:"},
		"fixture":        {container.WithFixture("tiny"), true, `it said: portico: no fixture "tiny": the built-in ones are empty, large, small`},
		"scenario":       {container.WithScenario("storm"), true, "it said: portico: "},
		"missing file":   {container.WithScenarioFile(bad + "x"), false, "scenario file: stat "},
		"folder":         {container.WithFixtureFile(filepath.Dir(bad)), false, "is a folder"},
		"unknown option": {testcontainers.WithEnv(map[string]string{"PORTICO_SEED": "x"}), true, "PORTICO_SEED=x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			got, err := container.Run(t.Context(), img, c.option)
			if err == nil || !strings.Contains(err.Error(), c.want) || (got != nil) != c.made {
				t.Errorf("got %v, %v, want a container: %t, and %q", got, err, c.made, c.want)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s to see that the container has ended", took)
			}
			if err := testcontainers.TerminateContainer(got); err != nil {
				t.Error(err)
			}
		})
	}
}

// recorder is a test that is only listened to.
type recorder struct {
	*testing.T
	cleanups []func()
	failed   bool
	said     []string
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Failed() bool     { return r.failed }

func (r *recorder) Logf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = true
	r.Logf(format, args...)
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// live runs a test's body and its end, and gives all that it said.
func (r *recorder) live(body func()) string {
	done := make(chan struct{})
	go func() {
		defer close(done)
		body()
	}()
	<-done
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
	return strings.Join(r.said, "\n")
}

// A failed test has the container's log; one that passes says nothing.
func TestLog(t *testing.T) {
	t.Parallel()
	image(t)
	failed := &recorder{T: t}
	_, log, ok := strings.Cut(failed.live(func() { container.Start(failed).Put("konnect.portla", nil) }), "the container's log:\n")
	if !ok || !strings.Contains(log, "portico listening on http://127.0.0.1:4780") || !strings.Contains(log, "level=WARN") {
		t.Errorf("got %q, want what portico wrote to both its outputs", failed.said)
	}
	passed := &recorder{T: t}
	if got := passed.live(func() { container.Start(passed) }); got != "" || passed.failed {
		t.Errorf("got %s, want nothing", got)
	}
}

// Start refuses what it cannot do, and says what to do instead.
func TestStartRefuses(t *testing.T) {
	t.Setenv("PORTICO_IMAGE", "portico:nowhere")
	container.Need(t, "")
	r := &recorder{T: t}
	if got := r.live(func() { container.Start(r) }); !strings.Contains(got, "there is no image portico:nowhere: build it in portico's repository by: make image IMAGE=portico:nowhere") {
		t.Errorf("got %s", got)
	}
	r = &recorder{T: t}
	if got := r.live(func() { container.Start(r, testkit.Prove()) }); !strings.Contains(got, "Prove is for an emulator in the test's process") {
		t.Errorf("got %s", got)
	}
}

// Without an engine a test is skipped and says why; where an engine has to be, it fails. The engine's address is read
// once in a process, so this test program runs once more, with no key to open any engine.
func TestWithoutEngine(t *testing.T) {
	t.Parallel()
	again := func(env ...string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestAlike$", "-test.v")
		cmd.Env = append(os.Environ(), "DOCKER_HOST=tcp://127.0.0.1:1", "DOCKER_CERT_PATH="+t.TempDir(), "PORTICO_IMAGE=portico:any")
		cmd.Env = append(cmd.Env, env...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := again("PORTICO_REQUIRE_DOCKER="); err != nil || !strings.Contains(out, "--- SKIP: TestAlike") || !strings.Contains(out, "no Docker engine answers (") {
		t.Errorf("got %v\n%s\nwant a skip that says why", err, out)
	}
	if out, err := again("PORTICO_REQUIRE_DOCKER=1"); err == nil || !strings.Contains(out, "--- FAIL: TestAlike") || !strings.Contains(out, "no Docker engine answers, and PORTICO_REQUIRE_DOCKER is set: ") {
		t.Errorf("got %v\n%s\nwant a failure that says why", err, out)
	}
}
