package container_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/portico-emulator/portico/emulator"
)

// TestMain builds the image from the code as it is, where there is an engine, unless PORTICO_IMAGE names one: what
// `make image` built last week proves nothing.
func TestMain(m *testing.M) {
	ctx := context.Background()
	tidy, err := prepare(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	tidy()
	os.Exit(code)
}

func prepare(ctx context.Context) (tidy func(), err error) {
	tidy = func() {}
	// Nothing here needs a network, so testcontainers must do without its reaper, which is an image from a registry.
	if err := unlessSet("TESTCONTAINERS_RYUK_DISABLED", "true"); err != nil {
		return tidy, err
	}
	engine, err := testcontainers.NewDockerProvider()
	if err != nil {
		return tidy, nil // the tests tell, by skipping or by failing
	}
	defer engine.Close()
	told, err := engine.Client().Info(ctx, client.InfoOptions{})
	if err != nil {
		return tidy, nil
	}
	// Inside what looks like a container, testcontainers takes the engine for a neighbour. It may run right here.
	if name, err := os.Hostname(); err == nil && name == told.Info.Name {
		if err := unlessSet("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1"); err != nil {
			return tidy, err
		}
	}
	if os.Getenv("PORTICO_IMAGE") != "" {
		return tidy, nil
	}
	img, err := build(ctx, engine)
	if err != nil {
		return tidy, err
	}
	tidy = func() {
		_, _ = engine.Client().ImageRemove(ctx, img, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	}
	return tidy, os.Setenv("PORTICO_IMAGE", img)
}

func unlessSet(name, value string) error {
	return os.Setenv(name, cmp.Or(os.Getenv(name), value))
}

func build(ctx context.Context, engine *testcontainers.DockerProvider) (string, error) {
	dir, err := os.MkdirTemp("", "portico-image-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "build", "portico"), "../../cmd/portico")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(dir, "build", "state"), 0o750); err != nil {
		return "", err
	}
	for _, name := range []string{"Dockerfile", "LICENSE"} {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return "", err
		}
	}
	return engine.BuildImage(ctx, &testcontainers.ContainerRequest{FromDockerfile: testcontainers.FromDockerfile{
		Context: dir, Repo: "portico", Tag: "test", BuildArgs: map[string]*string{"VERSION": new(emulator.Version)},
	}})
}
