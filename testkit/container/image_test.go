package container_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	dockercontainer "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
	"go.yaml.in/yaml/v4"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit"
	"github.com/portico-emulator/portico/testkit/container"
	"github.com/portico-emulator/portico/testkit/internal/suite"
)

// closed is how docs/container.md and compose.yaml say to run it: nothing to write to, no rights to use.
var closed = testcontainers.WithHostConfigModifier(func(host *dockercontainer.HostConfig) {
	host.ReadonlyRootfs = true
	host.CapDrop = []string{"ALL"}
	host.SecurityOpt = []string{"no-new-privileges"}
})

func engine(t *testing.T) *testcontainers.DockerClient {
	t.Helper()
	engine, err := testcontainers.NewDockerClientWithOpts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// The image says what it is, and runs as nobody.
func TestImage(t *testing.T) {
	t.Parallel()
	img := image(t)
	told, err := engine(t).ImageInspect(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	c := told.Config
	if c.User != "65532:65532" {
		t.Errorf("user: got %q, want a number that is not root's", c.User)
	}
	if _, ok := c.ExposedPorts["4780/tcp"]; !ok || len(c.ExposedPorts) != 1 {
		t.Errorf("ports: got %v, want 4780", c.ExposedPorts)
	}
	if got := strings.Join(append(slices.Clone(c.Entrypoint), c.Cmd...), " "); got != "/portico serve" {
		t.Errorf("command: got %q", got)
	}
	if c.Healthcheck == nil || !slices.Equal(c.Healthcheck.Test, []string{"CMD", "/portico", "health"}) {
		t.Errorf("health check: got %+v", c.Healthcheck)
	}
	for name, want := range map[string]string{
		"title": "portico", "description": "An emulator", "source": "https://github.com/portico-emulator/portico",
		"documentation": "docs/container.md", "licenses": "Apache-2.0", "version": emulator.Version, "revision": "", "created": "",
	} {
		if got, ok := c.Labels["org.opencontainers.image."+name]; !ok || !strings.Contains(got, want) {
			t.Errorf("label %s: got %q, want %q", name, got, want)
		}
	}
}

// With a root that cannot be written and no rights at all it lives and finds itself healthy. Where it could write, it
// leaves no file behind.
func TestClosed(t *testing.T) {
	t.Parallel()
	for name, how := range map[string][]testcontainers.ContainerCustomizer{"closed": {closed}, "open": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := run(t, append(how, testcontainers.WithAdditionalWaitStrategy(wait.ForHealthCheck()))...)
			base, err := c.BaseURL(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Run("suite", func(t *testing.T) {
				suite.Run(t, testkit.At(t, base))
			})
			diff, err := engine(t).ContainerDiff(t.Context(), c.GetContainerID(), client.ContainerDiffOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(diff.Changes) > 0 {
				t.Errorf("files changed: %v", diff.Changes)
			}
		})
	}
}

// A volume takes what --state keeps, though the root cannot be written.
func TestState(t *testing.T) {
	t.Parallel()
	volume := fmt.Sprintf("portico-test-%d", time.Now().UnixNano())
	c, err := container.Run(t.Context(), image(t), closed, testcontainers.WithMounts(testcontainers.VolumeMount(volume, "/state")),
		testcontainers.WithEnv(map[string]string{"PORTICO_STATE": "/state/portico.db"}))
	testcontainers.CleanupContainer(t, c, testcontainers.RemoveVolumes(volume))
	if err != nil {
		t.Fatal(err)
	}
	create := func(name string) int { // asked without the testkit, which would look for the world at the end, where it was
		url, err := c.URL(t.Context(), "konnect")
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/portals", strings.NewReader(`{"name":"`+name+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer kpat_portico-admin")
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := create("Kept"); got != http.StatusCreated {
		t.Fatalf("got %d, want 201", got)
	}
	if err := c.Stop(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Container.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := create("Kept"); got != http.StatusConflict {
		t.Errorf("the same name after it ran again: got %d, want 409", got)
	}
}

// SIGTERM ends it at once, with 0.
func TestStops(t *testing.T) {
	t.Parallel()
	c := run(t)
	began := time.Now()
	if err := c.Stop(t.Context(), new(10*time.Second)); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	state, err := c.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if state.ExitCode != 0 || took > 5*time.Second {
		t.Errorf("got exit code %d after %s, want 0 at once", state.ExitCode, took)
	}
}

// compose.yaml says of the image what the Dockerfile says, and closes what it can.
func TestCompose(t *testing.T) {
	t.Parallel()
	dockerfile, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Image       string
			Ports       []string
			Environment map[string]string
			ReadOnly    bool     `yaml:"read_only"`
			CapDrop     []string `yaml:"cap_drop"`
			SecurityOpt []string `yaml:"security_opt"`
			Healthcheck struct {
				Test        []string
				Interval    string
				Timeout     string
				StartPeriod string `yaml:"start_period"`
				Retries     int
			}
		}
	}
	if err := yaml.Load(text, &file, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	s, ok := file.Services["portico"]
	if !ok || len(file.Services) != 1 {
		t.Fatalf("got %v, want the service portico", file.Services)
	}
	if want := `HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["` + strings.Join(s.Healthcheck.Test[1:], `", "`) + `"]`; !strings.Contains(string(dockerfile), "\n"+want+"\n") {
		t.Errorf("the Dockerfile has no %s", want)
	}
	if !strings.Contains(string(dockerfile), "\nEXPOSE 4780\n") || !slices.Equal(s.Ports, []string{"127.0.0.1:4780:4780"}) {
		t.Errorf("ports: got %v, want the Dockerfile's, on the loopback interface", s.Ports)
	}
	if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) {
		t.Errorf("got read_only %t, cap_drop %v, security_opt %v", s.ReadOnly, s.CapDrop, s.SecurityOpt)
	}
	if s.Image != "${PORTICO_IMAGE:-portico:dev}" {
		t.Errorf("image: got %s", s.Image)
	}
	for name := range s.Environment {
		if !strings.HasPrefix(name, "PORTICO_") || !strings.Contains(s.Environment[name], "${"+name+":-") {
			t.Errorf("environment: got %s=%s, want what the caller's environment says", name, s.Environment[name])
		}
	}
}
