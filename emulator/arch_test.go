package emulator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/portico-emulator/portico"

// source is a package as go list tells of it. Paths of the module's own packages are shortened: "emulator/konnect", and
// "." for its root.
type source struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// everything is what the package or its tests import.
func (s *source) everything() []string {
	return slices.Concat(s.Imports, s.TestImports, s.XTestImports)
}

// folder tells whether a short path is one of the folders or lies below one.
func folder(path string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") })
}

// vendor tells whether a short path is a vendor's package.
func vendor(path string) bool {
	return folder(path, "emulator") && path != "emulator" && !folder(path, "emulator/internal")
}

func data(path string) bool { return folder(path, "schemas", "fixtures", "scenarios") }

func command(path string) bool { return folder(path, "cmd") }

func core(path string) bool { return folder(path, "emulator/internal") }

// own tells whether an import is of this module. Short paths and the standard library's look alike, so it asks for the
// folders that there are.
func own(path string) bool {
	return folder(path, "cmd", "emulator", "fixtures", "scenarios", "schemas", "testkit")
}

func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !own(path) && !strings.Contains(first, ".")
}

// homes are the only packages that know a third-party module. Tests are left aside: a benchmark may compare.
var homes = map[string]string{
	"github.com/gin-gonic":         "emulator/internal/server",
	"github.com/tidwall/btree":     "emulator/internal/store",
	"github.com/tidwall/buntdb":    "emulator/internal/persist",
	"github.com/santhosh-tekuri":   "emulator/internal/schema",
	"github.com/brianvoe/gofakeit": "emulator/internal/seed",
	"github.com/goccy/go-yaml":     "emulator/internal/yaml",
	"github.com/spf13":             "cmd",
	"github.com/golang-jwt":        "emulator/apiconnect",
	"github.com/containerd":        "testkit/container",
	"github.com/moby":              "testkit/container",
}

// serveTests are the packages that only tests import.
var serveTests = []string{"emulator/internal/fuzz", "emulator/internal/gauge", "emulator/internal/golden", "emulator/internal/probe", "testkit/internal/suite"}

// laws say who may import whom. Each names the imports that it forbids to a package.
var laws = []struct {
	name  string
	binds func(from string) bool
	not   func(from, to string) bool
	tests bool // binds a package's tests, too
}{
	{
		name:  "data folders import only embed",
		binds: data,
		not:   func(_, to string) bool { return to != "embed" },
	},
	{
		name:  "a vendor imports of this module only internal/api, internal/rest, internal/yaml and emulator/mulesoft",
		binds: vendor,
		not: func(_, to string) bool {
			return own(to) && !slices.Contains([]string{"emulator/internal/api", "emulator/internal/rest", "emulator/internal/yaml", "emulator/mulesoft"}, to)
		},
	},
	{
		name:  "only the two MuleSoft vendors share emulator/mulesoft",
		binds: func(from string) bool { return !folder(from, "emulator/experiencehub", "emulator/exchange") },
		not:   func(from, to string) bool { return folder(to, "emulator/mulesoft") && from != "emulator" },
	},
	{
		name:  "core knows no vendor",
		binds: core,
		not: func(from, to string) bool {
			return vendor(to) || to == "emulator" && from != "emulator/internal/probe" // which tries the whole from outside
		},
	},
	{
		name:  "internal/api imports nothing of this module",
		binds: func(from string) bool { return from == "emulator/internal/api" },
		not:   func(_, to string) bool { return own(to) },
	},
	{
		name:  "internal/store imports of this module only internal/api",
		binds: func(from string) bool { return from == "emulator/internal/store" },
		not:   func(_, to string) bool { return own(to) && to != "emulator/internal/api" },
		tests: true,
	},
	{
		name:  "commands reach the emulator only through its public face",
		binds: command,
		not: func(_, to string) bool {
			if own(to) {
				return to != "emulator" && !data(to)
			}
			return !standard(to) && !folder(to, "github.com/spf13")
		},
	},
	{
		name:  "the testkit reaches the emulator only through its public face",
		binds: func(from string) bool { return folder(from, "testkit") },
		not:   func(_, to string) bool { return own(to) && to != "emulator" && !folder(to, "testkit") },
		tests: true,
	},
	{
		name:  "a third-party module has one home, which the table homes names",
		binds: func(string) bool { return true },
		not: func(from, to string) bool {
			for prefix, home := range homes {
				if folder(to, prefix) {
					return !folder(from, home)
				}
			}
			return false
		},
	},
	{
		name:  "only package emulator knows of state files",
		binds: func(from string) bool { return from != "emulator" },
		not:   func(_, to string) bool { return to == "emulator/internal/persist" },
	},
	{
		name:  "only testkit/container imports testcontainers",
		binds: func(from string) bool { return !folder(from, "testkit/container") },
		not:   func(_, to string) bool { return folder(to, "github.com/testcontainers") },
		tests: true,
	},
	{
		name:  "only tests and what serves them import testing",
		binds: func(from string) bool { return !slices.Contains(serveTests, from) },
		not: func(_, to string) bool {
			return folder(to, "testing", "net/http/httptest", "github.com/google/go-cmp") || slices.Contains(serveTests, to)
		},
	},
}

// TestArchitecture holds the laws of who imports whom over every package of the module.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for _, law := range laws {
		t.Run(law.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range packages {
				if !law.binds(p.ImportPath) {
					continue
				}
				imports := p.Imports
				if law.tests {
					imports = p.everything()
				}
				for _, to := range imports {
					if law.not(p.ImportPath, to) {
						t.Errorf("%s imports %s, but %s", p.ImportPath, to, law.name)
					}
				}
			}
		})
	}
}

// list asks go list for the packages of the module.
func list(t *testing.T) []source {
	t.Helper()
	const root = ".."
	look(t, root)
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaint.String())
	}
	var packages []source
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p source
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = short(p.ImportPath)
		for _, imports := range [][]string{p.Imports, p.TestImports, p.XTestImports} {
			for i := range imports {
				imports[i] = short(imports[i])
			}
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list found %d packages; is %s still the module's root?", len(packages), root)
	}
	return packages
}

func short(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

// look opens the module's folders, so that go test knows that the result depends on all of them: a result kept from
// before a change elsewhere would hide it.
func look(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return err
		case path != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		}
		_, err = os.ReadDir(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
