package cli

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Started with this in its environment, the test binary is portico.
const bePortico = "BE_PORTICO=1"

// testStateLimit is the environment variable that says how long that portico's state file may become.
const testStateLimit = "TEST_STATE_LIMIT"

func TestMain(m *testing.M) {
	if name, value, _ := strings.Cut(bePortico, "="); os.Getenv(name) == value {
		stateLimit, _ = strconv.ParseInt(os.Getenv(testStateLimit), 10, 64)
		os.Exit(Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// portico is a process that runs the command, in an environment of its own.
func portico(t testing.TB, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{bePortico, "GOCOVERDIR=" + t.TempDir()}, env...)
	return cmd
}

// do runs the command to its end.
func do(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := portico(t, env, args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), complaint.String()
}

// TestRefusals are the mistakes that a command line can hold: one line each, and what to do.
func TestRefusals(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	nobody, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	broken := t.TempDir() + "/broken.yaml"
	if err := os.WriteFile(broken, []byte("documents:\n  - {kind: konnect.portal, document: {name: 7}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		env, args string
		code      int
		want      string
	}{
		{"", "serve --fixture " + broken, 1, broken + ":2:45: konnect.portal: name: want string"},
		{"", "help zebra", 2, `unknown command "zebra"; portico --help lists them`},
		{"", "sevre", 2, `unknown command "sevre"; did you mean serve?`},
		{"", "zebra --listen x", 2, `unknown command "zebra"; portico --help lists them`},
		{"", "serve --lsten x", 2, `unknown flag: --lsten; did you mean --listen?`},
		{"", "serve --zebra", 2, `unknown flag: --zebra; portico --help lists them`},
		{"", "serve -z", 2, `unknown shorthand flag: 'z' in -z; portico --help lists them`},
		{"", "serve now", 2, `portico serve takes no argument, but got "now"`},
		{"", "serve --listen", 2, `flag needs an argument: --listen`},
		{"", "serve --listen 4780", 2, `--listen 4780: want host:port such as 127.0.0.1:4780`},
		{"", "serve --listen 0.0.0.0:0", 2, `--listen 0.0.0.0:0 is open to other machines: add --expose to allow that, or use --listen 127.0.0.1:0`},
		{"", "serve --listen :4780", 2, `--listen :4780 is open to other machines: add --expose to allow that, or use --listen 127.0.0.1:4780`},
		{"", "serve --listen [::]:4780", 2, `--listen [::]:4780 is open to other machines: add --expose to allow that, or use --listen 127.0.0.1:4780`},
		{"PORTICO_LISTEN=192.0.2.1:4780", "serve", 2, `--listen 192.0.2.1:4780 is open to other machines: add --expose to allow that, or use --listen 127.0.0.1:4780`},
		{"", "serve --listen " + taken.Addr().String(), 1, taken.Addr().String() + ` is in use: stop what listens there, or take a free port with --listen 127.0.0.1:0`},
		{"", "serve --expose=perhaps", 2, `--expose perhaps: want true or false`},
		{"", "serve --auth strickt", 2, `--auth strickt: want lenient or strict`},
		{"", "serve --log-level=loud", 2, `--log-level loud: want info, debug, warn or error`},
		{"", "serve --log-format=xml", 2, `--log-format xml: want text or json`},
		{"", "serve --clock noon", 2, `--clock noon: want an RFC 3339 instant such as 2026-03-01T09:00:00Z`},
		{"", "serve --clock 9999-01-01T00:00:00Z", 1, `clock: 9999-01-01T00:00:00Z is not in the years 1678 to 2261`},
		{"", "serve --seed -1", 2, `--seed -1: want a whole number from 0 to 18446744073709551615`},
		{"PORTICO_SEED=1e3", "serve", 2, `PORTICO_SEED=1e3: want a whole number from 0 to 18446744073709551615`},
		{"PORTICO_EXPOSE=x", "serve", 2, `PORTICO_EXPOSE=x: want true or false`},
		{"", "serve --fixture ./nowhere.yaml", 1, `no fixture "./nowhere.yaml": the built-in ones are …, anything else is a file`},
		{"", "serve --fixture smal", 1, `no fixture "smal": the built-in ones are …, anything else is a file; did you mean "small"?`},
		{"", "operations --vendor konect", 2, `--vendor: no vendor "konect"; did you mean "konnect"?`},
		{"", "operations --format xml", 2, `--format xml: want table or json`},
		{"", "openapi", 2, `portico openapi wants one vendor: …`},
		{"", "openapi konect", 2, `no vendor "konect"; did you mean "konnect"?`},
		{"", "openapi konnect --url nowhere", 2, `--url nowhere: want a URL such as http://127.0.0.1:4780`},
		{"", "env", 2, `portico env wants one vendor: …`},
		{"", "env konect", 2, `no vendor "konect"; did you mean "konnect"?`},
		{"", "version 2", 2, `portico version takes no argument, but got "2"`},
		{"", "health --url ftp://x", 2, `--url ftp://x: want a URL such as http://127.0.0.1:4780`},
		{"PORTICO_URL=http://" + nobody.Addr().String(), "health", 1, `no emulator answers at http://` + nobody.Addr().String() + `: dial tcp ` + nobody.Addr().String() + `: …`},
	} {
		t.Run(c.env+" "+c.args, func(t *testing.T) {
			t.Parallel()
			var env []string
			if c.env != "" {
				env = []string{c.env}
			}
			code, stdout, stderr := do(t, env, strings.Fields(c.args)...)
			want := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta("portico: "+c.want+"\n"), "…", ".*") + "$")
			if code != c.code || stdout != "" || !want.MatchString(stderr) {
				t.Errorf("exit %d, stdout %q, stderr\n got %swant portico: %s, exit %d", code, stdout, stderr, c.want, c.code)
			}
		})
	}
}
