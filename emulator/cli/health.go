package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// healthWithin is how long an emulator may take to say that it is well.
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
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+app.AdminBase+"/health", http.NoBody)
	if err != nil {
		return usage("--url: %s", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no emulator answers at %s: %w", url, cause(err))
	}
	defer func() { _ = answer.Body.Close() }()
	var told struct{ Status, Version string }
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&told)
	if err != nil || answer.StatusCode != http.StatusOK || told.Status != "ok" {
		return fmt.Errorf("what answers at %s is no healthy emulator: %s", url, answer.Status)
	}
	_, err = fmt.Fprintf(to, "ok: portico %s at %s\n", told.Version, url)
	return err
}

// cause is what went wrong without the method and the URL, which the message has.
func cause(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

func urlFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "url", defaultURL, "`URL` of the emulator, with a world's prefix if one is meant")
}

// cleanURL is a base URL without a slash at its end.
func cleanURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", usage("--url %s: want a URL such as %s", text, defaultURL)
	}
	return strings.TrimRight(text, "/"), nil
}
