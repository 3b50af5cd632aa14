package emulator_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestFace proves that the package exports at most twelve names, and none whose type names an internal package.
func TestFace(t *testing.T) {
	t.Parallel()
	const most = 12
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.FileExports(file)
		for _, d := range file.Decls {
			names = append(names, declared(t, d)...)
		}
	}
	if len(names) > most || !slices.Contains(names, "New") {
		t.Errorf("exports %d names, want at most %d: %s", len(names), most, strings.Join(names, ", "))
	}
}

// declared returns the package-level names of a declaration without unexported parts, and checks the types in it.
func declared(t *testing.T, d ast.Decl) (names []string) {
	t.Helper()
	types := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if from, ok := s.X.(*ast.Ident); ok && from.Name == "app" {
					t.Errorf("app.%s is internal, but an exported declaration names it", s.Sel.Name)
				}
			}
			return true
		})
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if types(d.Type); d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
				types(s.Type)
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names = append(names, name.Name)
				}
				if s.Type != nil {
					types(s.Type)
				}
			}
		}
	}
	return names
}
