//go:build unix

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSpecialFiles are files that have no end, or that nobody writes: none is waited for.
func TestSpecialFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, link, large := filepath.Join(dir, "pipe"), filepath.Join(dir, "link"), filepath.Join(dir, "large")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 256<<20+1); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, want string }{
		{"serve --fixture /dev/zero", "fixture: read /dev/zero: is a device; want a regular file"},
		{"serve --fixture " + link, "fixture: read " + link + ": is a device; want a regular file"},
		{"serve --fixture " + pipe, "fixture: read " + pipe + ": is a pipe; want a regular file"},
		{"serve --fixture " + dir, "fixture: read " + dir + ": is a directory; want a regular file"},
		{"serve --fixture " + large, "fixture: read " + large + ": is larger than 256 MiB"},
		{"serve --scenario /dev/zero", "scenario: read /dev/zero: is a device; want a regular file"},
		{"serve --scenario " + pipe, "scenario: read " + pipe + ": is a pipe; want a regular file"},
		{"scenario check /dev/zero", "scenario: read /dev/zero: is a device; want a regular file"},
		{"scenario check " + pipe, "scenario: read " + pipe + ": is a pipe; want a regular file"},
		{"scenario check " + large, "scenario: read " + large + ": is larger than 1 MiB"},
		{"scenario show " + pipe, "scenario: read " + pipe + ": is a pipe; want a regular file"},
		{"replay /dev/zero", "read /dev/zero: is a device; want a regular file"},
		{"replay " + pipe, "read " + pipe + ": is a pipe; want a regular file"},
		{"replay " + large, "read " + large + ": is larger than 256 MiB"},
		{"serve --tls-listen 127.0.0.1:0 --tls-cert /dev/zero --tls-key x", "--tls-cert /dev/zero: is a device; want a regular file"},
		{"serve --tls-listen 127.0.0.1:0 --tls-cert " + pipe + " --tls-key x", "--tls-cert " + pipe + ": is a pipe; want a regular file"},
	} {
		t.Run(strings.ReplaceAll(tt.args, dir, ""), func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(tt.args)
			if args[0] == "serve" {
				args = append(args, "--listen", "127.0.0.1:0")
			}
			code, stdout, stderr := do(t, nil, args...)
			if want := "portico: " + tt.want + "\n"; code != 1 || stdout != "" || stderr != want {
				t.Errorf("got %d %s%s, want 1 %s", code, stdout, stderr, want)
			}
		})
	}
}

// TestHostileTemplates are templates that ran out of memory or printed a stack: each is a line with its place.
func TestHostileTemplates(t *testing.T) {
	t.Parallel()
	for i, tt := range []struct{ template, want string }{
		{"{hexuint:400000000000}", "{hexuint:400000000000}: bitSize: want a whole number from 0 to 10000"},
		{"{lettern:18446744073709551615}", "{lettern:18446744073709551615}: count: want a whole number from 0 to 10000"},
		{"{creditcardnumber:visa,[123456789012345678901]}", "{creditcardnumber:visa,[123456789012345678901]}: strings: negative Repeat count"},
	} {
		fixture, scenario := filepath.Join(t.TempDir(), "f.yaml"), filepath.Join(t.TempDir(), "s.yaml")
		documents := "documents:\n  - kind: konnect.portal\n    document:\n      name: '" + tt.template + "'\n"
		for name, text := range map[string]string{fixture: documents, scenario: "name: s\n" + documents} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			args []string
			at   string
		}{
			{[]string{"serve", "--listen", "127.0.0.1:0", "--fixture", fixture}, fixture + ":4:13: "},
			{[]string{"serve", "--listen", "127.0.0.1:0", "--scenario", scenario}, scenario + ":5:13: "},
			{[]string{"scenario", "check", scenario}, scenario + ":5:13: "},
		} {
			t.Run(fmt.Sprint(i, c.args[0], c.args[len(c.args)-2]), func(t *testing.T) {
				t.Parallel()
				code, stdout, stderr := do(t, nil, c.args...)
				if want := "portico: " + c.at + tt.want + "\n"; code != 1 || stdout != "" || stderr != want {
					t.Errorf("got %d %s%s, want 1 %s", code, stdout, stderr, want)
				}
			})
		}
	}
}
