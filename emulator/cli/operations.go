package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

func operationsCommand() *cobra.Command {
	var vendor, format string
	cmd := &cobra.Command{
		Use:   "operations",
		Short: "List what is emulated, and what is known to be missing",
		Long: `List the operations that are emulated, how many of those that each vendor documents they are, and what is known to be
missing. Companions are further operations that real clients need. No server is needed.`,
		Example: `  portico operations
  portico operations --vendor konnect
  portico operations --format json | jq -r '.[] | select(.companion) | .id'`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			operations, err := app.Operations(vendor)
			if err != nil {
				return usage("--vendor: %s", err)
			}
			if format == "json" {
				return printJSON(cmd.OutOrStdout(), operations)
			}
			return printOperations(cmd.OutOrStdout(), operations, vendor)
		},
	}
	cmd.Flags().StringVar(&vendor, "vendor", "", "only those of one `vendor`")
	choice(cmd.Flags(), &format, "format", "form of the list, `table|json`", "table", "json")
	_ = cmd.RegisterFlagCompletionFunc("vendor", completeVendor)
	return cmd
}

func printOperations(to io.Writer, operations []app.Operation, vendor string) error {
	rows := [][]string{{"OPERATION", "METHOD", "PATH", "SUMMARY"}}
	for _, op := range operations {
		summary := op.Summary
		if op.Companion {
			summary = "(companion) " + summary
		}
		rows = append(rows, []string{op.ID, op.Method, op.Path, summary})
	}
	s := styleOf(to)
	var text strings.Builder
	text.WriteString(s.table(rows) + "\n")
	vendors, err := app.Vendors()
	if err != nil {
		return err
	}
	var counts [][]string
	var documented, emulated, companions int
	count := func(name string, documented, missing, companions int) {
		counts = append(counts, []string{name, fmt.Sprintf("%d of %d documented operations", documented-missing, documented), fmt.Sprintf("%d companions", companions)})
	}
	for _, v := range vendors {
		if vendor != "" && v.Name != vendor {
			continue
		}
		count(v.Name, v.Documented, len(v.Missing), v.Companions)
		documented, emulated, companions = documented+v.Documented, emulated+v.Documented-len(v.Missing), companions+v.Companions
	}
	if len(counts) > 1 {
		count("together", documented, documented-emulated, companions)
	}
	text.WriteString(s.columns(counts))
	text.WriteString(gaps(s, vendors, vendor))
	_, err = io.WriteString(to, text.String())
	return err
}

// gaps is the list of what is known to be missing, of a vendor or of all.
func gaps(s style, vendors []app.Vendor, vendor string) string {
	var text strings.Builder
	for _, v := range vendors {
		for _, id := range v.Missing {
			if vendor == "" || v.Name == vendor {
				fmt.Fprintf(&text, "  %s.%s is not emulated\n", v.Name, id)
			}
		}
	}
	for _, g := range app.Gaps() {
		if vendor == "" || g.Vendor == strings.ReplaceAll(vendor, "-", "") {
			fmt.Fprintf(&text, "  %s:%d: %s\n", g.File, g.Line, g.Text)
		}
	}
	if text.Len() == 0 {
		return "no known gaps\n"
	}
	return "\n" + s.bold("known gaps") + "\n" + text.String()
}
