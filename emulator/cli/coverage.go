package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// coverageReport is the part of the admin API's report that is printed.
type coverageReport struct {
	Total   coverageTotal
	Vendors []coverageTotal
	Never   []string `json:"never_called"`
}

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
				return usage("%.1f %% of the operations were called; --min wants %.1f %%", report.Total.Percent, least)
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
	path, header := "/coverage", http.Header{}
	if world == "" && !strings.Contains(url, "/_world/") {
		path += "?worlds=all"
	}
	if world != "" {
		header.Set("Portico-World", world)
	}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	var report coverageReport
	err := getAdmin(ctx, url, path, header, &report)
	if err == nil && report.Total.Operations == 0 {
		err = fmt.Errorf("what answers at %s is not an emulator: it reports no operations", url)
	}
	return &report, err
}

func printCoverage(r *coverageReport, to io.Writer) {
	rows := [][]string{{"VENDOR", "OPERATIONS", "CALLED", "STATUSES SEEN", "CALLS"}}
	for _, v := range append(r.Vendors, r.Total) {
		rows = append(rows, []string{
			cmp.Or(v.Title, "all"), strconv.Itoa(v.Operations), fmt.Sprintf("%d (%.1f %%)", v.Called, v.Percent),
			fmt.Sprintf("%d of %d", v.Seen, v.Statuses), strconv.Itoa(v.Calls),
		})
	}
	_, _ = io.WriteString(to, styleOf(to).table(rows))
	if len(r.Never) > 0 {
		_, _ = fmt.Fprintf(to, "\nnever called:\n  %s\n", strings.Join(r.Never, "\n  "))
	}
}
