package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/portico-emulator/portico/emulator/internal/admin"
	"github.com/portico-emulator/portico/emulator/internal/files"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/scenario"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
	"github.com/portico-emulator/portico/fixtures"
	"github.com/portico-emulator/portico/scenarios"
)

// Scenarios returns the built-in scenarios in order of their names.
var Scenarios = sync.OnceValues(func() ([]*scenario.Scenario, error) {
	p, err := Plan()
	if err != nil {
		return nil, err
	}
	files, err := fs.ReadDir(scenarios.FS, ".")
	if err != nil {
		return nil, err
	}
	words := wordsOf(p, "")
	var out []*scenario.Scenario
	for _, f := range files {
		text, err := fs.ReadFile(scenarios.FS, f.Name())
		if err != nil {
			return nil, err
		}
		one, err := scenario.Read(path.Join("scenarios", f.Name()), text, words)
		if err != nil {
			return nil, err
		}
		if want := strings.TrimSuffix(f.Name(), ".yaml"); one.Name != want {
			return nil, fmt.Errorf("scenarios/%s: the scenario is called %q", f.Name(), one.Name)
		}
		out = append(out, one)
	}
	return out, nil
})

func wordsOf(p *server.Plan, configured string) *scenario.Words {
	names := fixture.Names(fixtures.FS)
	if configured != "" && !slices.Contains(names, configured) {
		names = append(names, configured)
	}
	w := admin.Words(p, names)
	w.Check = Judge
	return w
}

// Scenario returns a built-in scenario by its name, or reads a file. It reports an error in a file with line and column.
func Scenario(name string) (*scenario.Scenario, error) {
	one, _, err := readScenario(name, "")
	return one, err
}

func readScenario(name, configured string) (one *scenario.Scenario, builtin bool, err error) {
	all, err := Scenarios()
	if err != nil {
		return nil, false, err
	}
	names := make([]string, len(all))
	for i, one := range all {
		if one.Name == name {
			return one, true, nil
		}
		names[i] = one.Name
	}
	text, err := files.Read(filepath.Clean(name), server.MaxBody)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, fmt.Errorf("no scenario %q: the built-in ones are %s, anything else is a file%s", name, strings.Join(names, ", "), suggest.Hint(name, names...))
	case err != nil:
		return nil, false, fmt.Errorf("scenario: %w", err)
	}
	p, err := Plan()
	if err != nil {
		return nil, false, err
	}
	one, err = scenario.Read(name, text, wordsOf(p, configured))
	return one, false, err
}

// CheckScenario reads a scenario file and starts it in a world of its own, which creates its documents and resolves its
// references. It reports an error with line and column.
func CheckScenario(name string) error {
	e, err := New(Config{Journal: new(0), Scenarios: []string{name}})
	if err != nil {
		return err
	}
	return e.Close()
}

// startScenario starts a scenario in the default world.
func (e *Emulator) startScenario(name string) error {
	one, builtin, err := readScenario(name, e.config.Fixture)
	if err != nil {
		return err
	}
	world := e.server.Store.World(server.DefaultWorld)
	if !builtin {
		if err := world.Scenarios.Put(one); err != nil {
			return plain(err)
		}
	}
	if e.lived {
		return plain(admin.ResumeScenario(&host{e}, world, one))
	}
	return plain(admin.StartScenario(context.Background(), &host{e}, world, one))
}

// Library returns the built-in scenarios.
func (h *host) Library() []*scenario.Scenario {
	all, _ := Scenarios() // a mistake in one is found by New's tests
	return all
}
