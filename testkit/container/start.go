package container

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"

	"github.com/portico-emulator/portico/testkit"
	"github.com/portico-emulator/portico/testkit/internal/setup"
)

const (
	imageVariable   = "PORTICO_IMAGE"
	requireVariable = "PORTICO_REQUIRE_DOCKER"
)

func init() { //nolint:gochecknoinits // as database drivers do: testkit must not link testcontainers
	setup.Register("container", func(t setup.TB, s setup.Settings) string {
		t.Helper()
		whole, ok := t.(TB)
		if !ok {
			t.Fatalf("portico: PORTICO_MODE=container needs a *testing.T or what embeds one; this is a %T", t)
		}
		return start(whole, s)
	})
}

// TB is the part of testing.TB that Start needs.
type TB interface {
	testkit.TB
	Failed() bool
	Logf(format string, args ...any)
	Skipf(format string, args ...any)
}

// Start runs portico in Docker until the test ends. It does what testkit.Start does, with the same options except
// Prove. The image is DefaultImage, or the one that PORTICO_IMAGE names.
//
// Where no engine answers, the test is skipped, unless PORTICO_REQUIRE_DOCKER is 1: then it fails. When the test fails,
// its log has the container's.
func Start(t TB, opts ...testkit.Option) *testkit.Portico {
	t.Helper()
	s := setup.Of(opts...)
	return testkit.At(t, start(t, s), setup.Adopt(s))
}

// start runs a container that ends with the test, and returns the emulator's URL.
func start(t TB, s setup.Settings) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*within)
	defer cancel()
	img := cmp.Or(os.Getenv(imageVariable), DefaultImage)
	custom, err := customizers(s)
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	engine(ctx, t, img)
	c, err := Run(ctx, img, custom...)
	t.Cleanup(func() {
		if err := testcontainers.TerminateContainer(c); err != nil {
			t.Errorf("portico: the container does not end: %v", err)
		}
	})
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			c.logTo(t)
		}
	})
	url, err := c.BaseURL(ctx)
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	return url
}

// customizers returns the settings as options of Run, without the scenarios, which testkit starts.
func customizers(s setup.Settings) ([]testcontainers.ContainerCustomizer, error) {
	if s.Prove {
		return nil, errors.New("the option Prove is for an emulator in the test's process, not for one in a container")
	}
	out := []testcontainers.ContainerCustomizer{
		testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.WithEnv(s.Environment()),
	}
	if file, err := os.Stat(s.Fixture); err == nil && file.Mode().IsRegular() { // any other name is for portico to judge
		out = append(out, WithFixtureFile(s.Fixture))
	}
	return out, nil
}

// engine skips the test where no engine answers, or fails it where one has to, and fails it where the image is missing.
func engine(ctx context.Context, t TB, img string) {
	t.Helper()
	present, err := look(ctx, img)
	switch {
	case err != nil && os.Getenv(requireVariable) == "1":
		t.Fatalf("portico: no Docker engine answers, and %s is set: %v", requireVariable, err)
	case err != nil:
		t.Skipf("portico: no Docker engine answers (%v); %s=1 makes that a failure", err, requireVariable)
	case !present && img != "" && !strings.Contains(img, "/"):
		t.Fatalf("portico: there is no image %s: build it in portico's repository by: make image IMAGE=%s; or name another one by %s", img, img, imageVariable)
	}
}

// look asks the engine whether it has an image.
func look(ctx context.Context, img string) (present bool, err error) {
	defer func() {
		if p := recover(); p != nil { // testcontainers' answer to a machine without an engine
			err = fmt.Errorf("%v", p)
		}
	}()
	engine, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return false, err
	}
	defer engine.Close() //nolint:errcheck // nothing was sent
	_, err = engine.ImageInspect(ctx, img)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// logTo writes the container's log into the test's.
func (c *Container) logTo(t TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	said, err := c.said(ctx)
	if err != nil {
		t.Logf("portico: the container's log cannot be read: %v", err)
		return
	}
	t.Logf("portico: the container's log:\n%s", said)
}
