// Package container runs portico in Docker by testcontainers: for a Go test by Start, which gives the same Portico as
// testkit.Start does, and for everything else by Run, the way that testcontainers' own modules go.
//
// Importing it also makes PORTICO_MODE=container known to testkit.Start. It knows of the image no more than its port and
// its variables; the emulator inside is the command `portico serve`.
package container

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/portico-emulator/portico/emulator"
)

// DefaultImage is what `make image` builds.
const DefaultImage = "portico:dev"

const (
	port = "4780/tcp" // inside the container

	// A start takes about a third of a second, so that testcontainers' own 100 ms between looks would be felt.
	every  = 5 * time.Millisecond
	within = 30 * time.Second
)

// Container is portico in a container.
type Container struct {
	testcontainers.Container
}

// Run starts portico from an image, such as DefaultImage, and returns when it answers, or after half a minute. Options are
// those of this package and of testcontainers. The container is returned even with an error, if there is one by then, so
// that testcontainers.TerminateContainer can end it in any case. The error holds what portico said.
func Run(ctx context.Context, img string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	all := append([]testcontainers.ContainerCustomizer{
		engineHost(ctx),
		testcontainers.WithExposedPorts(port),
		testcontainers.WithWaitStrategyAndDeadline(within, wait.ForHTTP(emulator.AdminBase+"/health").WithPort(port).WithPollInterval(every)),
	}, opts...)
	started, err := testcontainers.Run(ctx, img, all...)
	var c *Container
	if started != nil {
		c = &Container{started}
	}
	if err != nil {
		return c, fmt.Errorf("run portico from %s: %w%s", img, err, c.lastWords(ctx))
	}
	return c, nil
}

// BaseURL is where the emulator is reached from the test: scheme, host and port, without a slash at the end.
func (c *Container) BaseURL(ctx context.Context) (string, error) {
	url, err := c.PortEndpoint(ctx, port, "http")
	if err != nil {
		return "", fmt.Errorf("portico's port: %w", err)
	}
	return url, nil
}

// URL is where a vendor's API is, such as konnect's, without a slash at the end.
func (c *Container) URL(ctx context.Context, vendor string) (string, error) {
	base, err := c.BaseURL(ctx)
	if err != nil {
		return "", err
	}
	urls, err := c.vendors(ctx, base)
	if err != nil {
		return "", fmt.Errorf("portico's vendors: %w", err)
	}
	url, ok := urls[vendor]
	if !ok {
		return "", fmt.Errorf("no vendor %q: there are %s", vendor, strings.Join(slices.Sorted(maps.Keys(urls)), ", "))
	}
	return url, nil
}

// vendors asks the admin API for the URLs of the vendors by name, with the admin token that the container was started with.
func (c *Container) vendors(ctx context.Context, base string) (map[string]string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+emulator.AdminBase, http.NoBody)
	if err != nil {
		return nil, err
	}
	info, err := c.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	for _, variable := range info.Config.Env {
		if token, ok := strings.CutPrefix(variable, tokenVariable+"="); ok {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var index struct{ Vendors []struct{ Name, URL string } }
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", r.URL, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&index); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, v := range index.Vendors {
		out[v.Name] = v.URL
	}
	return out, nil
}

// AdminURL is where the admin API is, without a slash at the end.
func (c *Container) AdminURL(ctx context.Context) (string, error) {
	url, err := c.BaseURL(ctx)
	return url + emulator.AdminBase, err
}

// lastWords returns why a container did not become ready: its log, which is one line if portico refuses to start.
func (c *Container) lastWords(ctx context.Context) string {
	if c == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	var words string
	if said, err := c.said(ctx); err == nil && said != "" {
		words = "\nit said: " + said
	}
	if state, err := c.State(ctx); err == nil && state.Running {
		if url, err := c.BaseURL(ctx); err == nil {
			words += "\nit runs, but did not answer at " + url + ": if the engine's ports are elsewhere, name the host in TESTCONTAINERS_HOST_OVERRIDE"
		}
	}
	return words
}

// said is the container's log so far.
func (c *Container) said(ctx context.Context) (string, error) {
	logs, err := c.Logs(ctx)
	if err != nil {
		return "", err
	}
	defer logs.Close()
	text, err := io.ReadAll(logs)
	return strings.TrimSpace(string(text)), err
}
