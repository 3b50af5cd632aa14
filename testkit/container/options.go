package container

import (
	"context"
	"encoding/csv"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/testcontainers/testcontainers-go"
)

// Every flag of `portico serve` is a variable, too, so that testcontainers.WithEnv gives those that have no option here.
const (
	seedVariable     = "PORTICO_SEED"
	fixtureVariable  = "PORTICO_FIXTURE"
	scenarioVariable = "PORTICO_SCENARIO"
	authVariable     = "PORTICO_AUTH"
	clockVariable    = "PORTICO_CLOCK"
	tokenVariable    = "PORTICO_ADMIN_TOKEN"

	adminHostVariable = "PORTICO_ADMIN_HOST"
)

// WithSeed sets the seed of all generated data; the default is 42.
func WithSeed(seed uint64) testcontainers.CustomizeRequestOption {
	return variable(seedVariable, strconv.FormatUint(seed, 10))
}

// WithFixture sets the built-in data set that worlds start with: empty, small (the default) or large.
func WithFixture(name string) testcontainers.CustomizeRequestOption {
	return variable(fixtureVariable, name)
}

// WithFixtureFile sets a fixture file of this machine, which is copied into the container.
func WithFixtureFile(path string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		inside, err := copied(req, "fixture", path)
		if err != nil {
			return err
		}
		return variable(fixtureVariable, inside)(req)
	}
}

// WithScenario starts a built-in scenario in the default world. It may be given more than once.
func WithScenario(name string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error { return addScenario(req, name) }
}

// WithScenarioFile starts a scenario file of this machine in the default world; it is copied into the container. It may be
// given more than once.
func WithScenarioFile(path string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		inside, err := copied(req, "scenario", path)
		if err != nil {
			return err
		}
		return addScenario(req, inside)
	}
}

// WithStrict makes vendors refuse credentials that the fixture does not have.
func WithStrict() testcontainers.CustomizeRequestOption { return variable(authVariable, "strict") }

// WithClock stops the clock of worlds at an instant, which must be in the years 1678 to 2261.
func WithClock(at time.Time) testcontainers.CustomizeRequestOption {
	return variable(clockVariable, at.UTC().Format(time.RFC3339Nano))
}

// WithAdminToken sets the bearer token that the admin API then needs.
func WithAdminToken(token string) testcontainers.CustomizeRequestOption {
	return variable(tokenVariable, token)
}

// engineHost lets the admin API answer for the host on which the engine publishes ports. Addresses and names without a dot
// are taken as they are.
func engineHost(ctx context.Context) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		engine, err := testcontainers.NewDockerProvider()
		if err != nil {
			return nil // starting the container reports it
		}
		defer func() { _ = engine.Close() }()
		host, err := engine.DaemonHost(ctx)
		if err != nil || net.ParseIP(host) != nil || !strings.Contains(host, ".") {
			return nil // as above
		}
		return variable(adminHostVariable, host)(req)
	}
}

func variable(name, value string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{name: value})
}

// copied adds a file to those that are copied into the container, and returns its path there. That is in the root folder:
// folders that the engine creates may not be readable for the user who runs portico.
func copied(req *testcontainers.GenericContainerRequest, kind, path string) (string, error) {
	found, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("%s file: %w", kind, err)
	}
	if found.IsDir() {
		return "", fmt.Errorf("%s file: %s is a folder", kind, path)
	}
	inside := fmt.Sprintf("/%s-%d-%s", kind, len(req.Files)+1, filepath.Base(path))
	return inside, testcontainers.WithFiles(testcontainers.ContainerFile{
		HostFilePath: path, ContainerFilePath: inside, FileMode: 0o444,
	})(req)
}

// addScenario adds a scenario to those that are started.
func addScenario(req *testcontainers.GenericContainerRequest, name string) error {
	var list strings.Builder
	w := csv.NewWriter(&list) // as the flag reads it
	if err := w.Write([]string{name}); err != nil {
		return fmt.Errorf("scenario %s: %w", name, err)
	}
	w.Flush()
	value := strings.TrimSuffix(list.String(), "\n")
	if before := req.Env[scenarioVariable]; before != "" {
		value = before + "," + value
	}
	return variable(scenarioVariable, value)(req)
}
