package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator"
)

func envCommand() *cobra.Command {
	var url string
	var config emulator.Config
	cmd := &cobra.Command{
		Use:   "env VENDOR",
		Short: "Print the environment variables that point a vendor's clients at portico",
		Long: `Print the environment variables that point a vendor's usual clients at portico, as its administrator. Give the same
--seed and --fixture as to portico serve, since the credential follows from them.`,
		Example: `  eval "$(portico env konnect)"
  portico env konnect --url http://127.0.0.1:4780/_world/mine`,
		Args:              oneVendor,
		ValidArgsFunction: completeVendor,
		RunE: func(cmd *cobra.Command, args []string) error {
			url, err := cleanURL(url)
			if err != nil {
				return err
			}
			if _, err := emulator.Operations(args[0]); err != nil {
				return usage("%s", err)
			}
			e, err := emulator.New(config)
			if err != nil {
				return err
			}
			defer e.Close() //nolint:errcheck // nothing is kept
			variables, err := e.Clients(args[0], url)
			if err != nil {
				return err
			}
			return printVariables(cmd.OutOrStdout(), variables)
		},
	}
	urlFlag(cmd, &url)
	growthFlags(cmd.Flags(), &config)
	return cmd
}

func printVariables(to io.Writer, variables []emulator.Variable) error {
	var text strings.Builder
	for _, v := range variables {
		if v.Why != "" {
			fmt.Fprintf(&text, "# %s\n", strings.Join(strings.Fields(v.Why), " "))
		}
		fmt.Fprintf(&text, "export %s=%s\n", v.Name, quote(v.Value))
	}
	_, err := io.WriteString(to, text.String())
	return err
}
