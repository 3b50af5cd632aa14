package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// healthWithin is how long an emulator may take to answer a question of a command.
const healthWithin = 5 * time.Second

func healthCommand() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a running emulator whether it answers: exit 0 if so, else 1",
		Example: `  portico health
  portico health --url http://127.0.0.1:8080`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			url, err := cleanURL(url)
			if err != nil {
				return err
			}
			return health(cmd.Context(), url, cmd.OutOrStdout())
		},
	}
	urlFlag(cmd, &url)
	return cmd
}

func health(ctx context.Context, url string, to io.Writer) error {
	var report struct{ Status, Version string }
	if err := getAdmin(ctx, url, "/health", nil, &report); err != nil {
		return err
	}
	if report.Status != "ok" {
		return fmt.Errorf("the emulator at %s is not healthy: %s", url, report.Status)
	}
	_, err := fmt.Fprintf(to, "ok: portico %s at %s\n", report.Version, url)
	return err
}

// getAdmin reads a path of the admin API of the emulator at url. The header may be nil.
func getAdmin(ctx context.Context, url, path string, header http.Header, into any) error {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+app.AdminBase+path, http.NoBody)
	if err != nil {
		return usage("--url: %s", err)
	}
	maps.Copy(request.Header, header)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no emulator answers at %s: %w", url, cause(err))
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s: %w", url, cause(err))
	}
	var refusal struct{ Error struct{ Message string } }
	switch err := json.Unmarshal(data, &refusal); {
	case refusal.Error.Message != "":
		return fmt.Errorf("%s answers %d: %s", url, answer.StatusCode, refusal.Error.Message)
	case err == nil && answer.StatusCode == http.StatusOK && json.Unmarshal(data, into) == nil:
		return nil
	}
	return fmt.Errorf("what answers at %s is not an emulator: %s", url, answer.Status)
}

// cause returns the error without method and URL, which the message has already.
func cause(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

func urlFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "url", defaultURL, "`URL` of the emulator, with a world's prefix if one is meant")
}

// cleanURL returns a base URL without the slash at its end.
func cleanURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", usage("--url %s: want a URL such as %s", text, defaultURL)
	}
	return strings.TrimRight(text, "/"), nil
}
