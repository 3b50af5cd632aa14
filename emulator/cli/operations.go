package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	pages "github.com/portico-emulator/portico/docs/vendors"
	"github.com/portico-emulator/portico/emulator/internal/app"
)

func operationsCommand() *cobra.Command {
	var vendor, format string
	cmd := &cobra.Command{
		Use:   "operations",
		Short: "List what is emulated, and what is missing",
		Long: `List the operations that are emulated, how many of those that each vendor documents they are, and what is missing.
Companions are further operations that real clients need. No server is needed.`,
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
	for _, v := range vendors {
		if vendor != "" && v.Name != vendor {
			continue
		}
		items, err := missing(v)
		if err != nil {
			return err
		}
		text.WriteString("\n" + s.bold("What is missing of "+v.Title) + "\n")
		for _, item := range items {
			text.WriteString(wrap("- ", item))
		}
	}
	_, err = io.WriteString(to, text.String())
	return err
}

// missing lists what a vendor has and its emulation has not: documented operations, then the items of the vendor's page.
func missing(v app.Vendor) ([]string, error) {
	page, err := pages.Pages.ReadFile(v.Name + ".md")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range v.Missing {
		out = append(out, v.Name+"."+id+" is not emulated.")
	}
	_, section, _ := strings.Cut(string(page), "\n## What is missing\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, item := range strings.Split("\n"+section, "\n- ")[1:] {
		out = append(out, strings.Join(strings.Fields(item), " "))
	}
	return out, nil
}

// wrap breaks text into lines of at most 120 characters. The first begins with a mark, the others are indented by as much.
func wrap(mark, text string) string {
	var out strings.Builder
	line := mark
	for word := range strings.FieldsSeq(text) {
		if line != mark && len(line)+len(word) > 120 {
			out.WriteString(strings.TrimRight(line, " ") + "\n")
			line = strings.Repeat(" ", len(mark))
			mark = line
		}
		line += word + " "
	}
	return out.String() + strings.TrimRight(line, " ") + "\n"
}
