package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// process is portico serve as a process.
type process struct {
	url    string
	cmd    *exec.Cmd
	stdout io.Reader
	stderr bytes.Buffer
}

// start runs portico serve until it says that it listens.
func start(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	s := &process{cmd: portico(t, env, append([]string{"serve"}, args...)...)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = &s.stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	ready, err := lines.ReadString('\n')
	if err != nil {
		_ = s.cmd.Wait()
		t.Fatalf("no ready line: %v\n%s", err, s.stderr.String())
	}
	s.stdout = lines
	m := regexp.MustCompile(`^portico listening on (http://127\.0\.0\.1:\d+)\n$`).FindStringSubmatch(ready)
	if m == nil {
		t.Fatalf("the first line is %q", ready)
	}
	s.url = m[1]
	return s
}

// stop ends the server by a signal and gives all that it printed after the ready line.
func (s *process) stop(t *testing.T, signal os.Signal) (stdout, stderr string) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(s.stdout)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("after %s: %v, want exit 0", signal, err)
	}
	return string(rest), s.stderr.String()
}

func get(t *testing.T, url string, header ...string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(data)
}

func TestServe(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "--listen", "127.0.0.1:0")
	code, stdout, stderr := do(t, nil, "health", "--url", s.url+"/")
	if want := "ok: portico " + app.Version + " at " + s.url + "\n"; code != 0 || stdout != want || stderr != "" {
		t.Errorf("health: exit %d, %q, %q; want %q", code, stdout, stderr, want)
	}
	code, _, stderr = do(t, nil, "health", "--url", s.url+"/_world/none")
	want := "portico: " + s.url + "/_world/none answers 404: there is no world \"none\"; create it with POST /_portico/worlds {\"name\": ...}\n"
	if code != 1 || stderr != want {
		t.Errorf("health of another world: exit %d, %q, want %q", code, stderr, want)
	}
	if _, body := get(t, s.url+"/_portico/worlds/default"); !strings.Contains(body, `"seed":42,"fixture":"small"`) || !strings.Contains(body, `"frozen":false`) {
		t.Errorf("the default world is %s", body)
	}
	stdout, stderr = s.stop(t, syscall.SIGTERM)
	if !strings.Contains(stderr, "level=INFO msg=stopped\n") {
		t.Errorf("log: %s", stderr)
	}
	vendors, err := app.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vendors {
		if !regexp.MustCompile(`(?m)^` + v.Title + ` +` + s.url + v.Base + ` +\S+: \S+`).MatchString(stdout) {
			t.Errorf("no line for %s in\n%s", v.Name, stdout)
		}
	}
	if !strings.Contains(stdout, "admin API: "+s.url+"/_portico\n") || strings.Contains(stdout, "\x1b") {
		t.Errorf("got\n%s", stdout)
	}
}

func TestServeSuggestsWhatWorks(t *testing.T) {
	t.Parallel()
	e, err := app.New(app.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l, err := listen(ctx, "--listen", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- e.Serve(ctx, l) }()
	var text bytes.Buffer
	if err := greet(&text, e, reachable("http", l.Addr()), "", true); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^try: +curl -H '([^']+)' (\S+)$`).FindStringSubmatch(text.String())
	if m == nil {
		t.Fatalf("nothing to try in\n%s", text.String())
	}
	if status, body := get(t, m[2], m[1]); status != http.StatusOK {
		t.Errorf("%s: got %d %s", m[0], status, body)
	}
	if !strings.Contains(text.String(), "/_portico  (needs the admin token as bearer)\n") {
		t.Errorf("got\n%s", text.String())
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestServeFlags(t *testing.T) {
	t.Parallel()
	env := []string{
		"PORTICO_LISTEN=0.0.0.0:0", "PORTICO_EXPOSE=1", "PORTICO_SEED=7", "PORTICO_FIXTURE=empty", "PORTICO_LOG_FORMAT=json", "PORTICO_LOG_LEVEL=",
		"PORTICO_CLOCK=2026-03-01T10:00:00+01:00", "PORTICO_AUTH=strict",
	}
	s := start(t, env, "--seed", "0", "--log-level", "debug")
	if _, body := get(t, s.url+"/_portico/worlds/default"); !strings.Contains(body, `"seed":0,"fixture":"empty","clock":{"now":"2026-03-01T09:00:00Z","frozen":true}`) {
		t.Errorf("the default world is %s", body)
	}
	if status, _ := get(t, s.url+"/v2/portals", "Authorization: Bearer kpat_nobody-knows-it"); status != http.StatusUnauthorized {
		t.Errorf("an unknown credential: got %d, want 401 of a strict emulator", status)
	}
	_, stderr := s.stop(t, os.Interrupt)
	var messages []string
	for line := range strings.Lines(stderr) {
		var entry struct{ Level, Msg, Path string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("log line %q: %v", line, err)
		}
		messages = append(messages, strings.TrimSpace(entry.Level+" "+entry.Msg+" "+entry.Path))
	}
	for _, want := range []string{
		"WARN the admin API is open to everyone who can reach the port; --admin-token closes it",
		"DEBUG request /_portico/worlds/default", "DEBUG request /v2/portals", "INFO stopped",
	} {
		if !strings.Contains("\n"+strings.Join(messages, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("log: got %q, want among them %q", messages, want)
		}
	}
}

func TestServeWithToken(t *testing.T) {
	t.Parallel()
	s := start(t, []string{"PORTICO_ADMIN_TOKEN=s3cret"}, "--listen", "localhost:0")
	for _, c := range []struct {
		path   string
		header []string
		status int
	}{
		{"/_portico/state", nil, 401},
		{"/_portico/state", []string{"Authorization: Bearer s3cret"}, 200},
		{"/_portico/health", nil, 200},
	} {
		if status, body := get(t, s.url+c.path, c.header...); status != c.status {
			t.Errorf("%s %q: got %d %s, want %d", c.path, c.header, status, body, c.status)
		}
	}
	stdout, _ := s.stop(t, syscall.SIGTERM)
	if strings.Contains(stdout, "s3cret") || !strings.Contains(stdout, "(needs the admin token as bearer)") {
		t.Errorf("got\n%s", stdout)
	}
}
