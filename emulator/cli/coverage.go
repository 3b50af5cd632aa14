package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// coverageReport is the part of the admin API's report that is printed.
type coverageReport struct {
	Total   coverageTotal
	Vendors []coverageTotal
	Never   []string `json:"never_called"`
	Error   struct{ Message string }
}

// maxReport is the longest report that is read, in bytes.
const maxReport = 64 << 20

type coverageTotal struct {
	Title              string
	Operations, Called int
	Percent            float64
	Statuses           int
	Seen               int `json:"statuses_seen"`
	Calls              int
}

func coverageCommand() *cobra.Command {
	var url, token, world string
	var least float64
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Tell which operations a running emulator was asked; exit 2 if too few",
		Long: `Tell which of the vendors' documented operations a running emulator was asked since it started, in all its worlds or in
one, and list those that it never was. With --min the exit code is 2 where fewer percent were called.`,
		Example: `  portico coverage --url http://127.0.0.1:4780 --min 80
  portico coverage --world default
  curl http://127.0.0.1:4780/_portico/coverage?format=html > coverage.html`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			url, err := cleanURL(url)
			if err != nil {
				return err
			}
			report, err := fetchCoverage(cmd.Context(), url, token, world)
			if err != nil {
				return err
			}
			printCoverage(report, cmd.OutOrStdout())
			if report.Total.Percent < least {
				return usage("%.1f %% of the operations were called, %.1f %% are wanted", report.Total.Percent, least)
			}
			return nil
		},
	}
	urlFlag(cmd, &url)
	cmd.Flags().Func("min", "`percent` of the operations that must have been called", func(value string) error {
		var err error
		if least, err = strconv.ParseFloat(value, 64); err != nil || !(least >= 0 && least <= 100) { // NaN is neither
			return errors.New("want a percentage from 0 to 100")
		}
		return nil
	})
	cmd.Flags().StringVar(&world, "world", "", "only this `world` (default all, unless the URL has a world's prefix)")
	cmd.Flags().StringVar(&token, "admin-token", "", "bearer `token` of the admin API, if it needs one")
	return cmd
}

func fetchCoverage(ctx context.Context, url, token, world string) (*coverageReport, error) {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	path := app.AdminBase + "/coverage"
	if world == "" && !strings.Contains(url, "/_world/") {
		path += "?worlds=all"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+path, http.NoBody)
	if err != nil {
		return nil, usage("--url: %s", err)
	}
	if world != "" {
		request.Header.Set("Portico-World", world)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no emulator answers at %s: %w", url, cause(err))
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxReport))
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", cause(err))
	}
	var report coverageReport
	err = json.Unmarshal(data, &report)
	switch {
	case err == nil && report.Error.Message != "":
		return nil, fmt.Errorf("%s answers %d: %s", url, answer.StatusCode, report.Error.Message)
	case err != nil || answer.StatusCode != http.StatusOK || report.Total.Operations == 0:
		return nil, fmt.Errorf("what answers at %s is no emulator: %s", url, answer.Status)
	}
	return &report, nil
}

func printCoverage(r *coverageReport, to io.Writer) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "VENDOR\tOPERATIONS\tCALLED\tSTATUSES SEEN\tCALLS")
	for _, v := range append(r.Vendors, r.Total) {
		title := v.Title
		if title == "" {
			title = "all"
		}
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d (%.1f %%)\t%d of %d\t%d\n", title, v.Operations, v.Called, v.Percent, v.Seen, v.Statuses, v.Calls)
	}
	_ = w.Flush()
	if len(r.Never) == 0 {
		return
	}
	_, _ = fmt.Fprintln(to, "\nnever called:")
	for _, id := range r.Never {
		_, _ = fmt.Fprintln(to, "  "+id)
	}
}
