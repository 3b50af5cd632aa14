package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
	"github.com/portico-emulator/portico/emulator/internal/certs"
)

func envCommand() *cobra.Command {
	var url, ca string
	var config app.Config
	cmd := &cobra.Command{
		Use:   "env VENDOR",
		Short: "Print the environment variables that point a vendor's clients at portico",
		Long: `Print the environment variables that point a vendor's usual clients at portico, as its administrator. Give the same
--seed and --fixture as to portico serve, since the credential follows from them.`,
		Example: `  eval "$(portico env konnect)"
  portico env konnect --url http://127.0.0.1:4780/_world/mine
  portico env konnect --url https://127.0.0.1:4781 --ca ca.pem  # of portico serve --tls-listen, --tls-ca-out`,
		Args:              oneVendor,
		ValidArgsFunction: completeVendor,
		RunE: func(cmd *cobra.Command, args []string) error {
			url, err := cleanURL(url)
			if err != nil {
				return err
			}
			if _, err := app.Operations(args[0]); err != nil {
				return usage("%s", err)
			}
			if ca, err = trusted(ca, url); err != nil {
				return err
			}
			e, err := app.New(config)
			if err != nil {
				return err
			}
			defer e.Close() //nolint:errcheck // nothing is kept
			variables, err := e.Clients(args[0], url)
			if err != nil {
				return err
			}
			if ca != "" {
				trust, err := e.Trust(args[0], ca)
				if err != nil {
					return err
				}
				variables = append(variables, trust...)
			}
			return printVariables(cmd.OutOrStdout(), variables)
		},
	}
	urlFlag(cmd, &url)
	cmd.Flags().StringVar(&ca, "ca", "", "`file` with the CA of an https URL, as --tls-ca-out writes it, for clients to trust")
	growthFlags(cmd.Flags(), &config)
	return cmd
}

// trusted is the path of a CA, good in any folder.
func trusted(ca, url string) (string, error) {
	if ca == "" {
		return "", nil
	}
	if !strings.HasPrefix(url, "https:") {
		return "", usage("--ca is for a URL with https, such as --url https://127.0.0.1:4781")
	}
	if err := certs.CheckCA(ca); err != nil {
		return "", fmt.Errorf("--ca %s: %w; portico serve --tls-listen ... --tls-ca-out %[1]s writes it", ca, err)
	}
	return filepath.Abs(ca)
}

func printVariables(to io.Writer, variables []app.Variable) error {
	var text strings.Builder
	for _, v := range variables {
		if v.Why != "" {
			fmt.Fprintf(&text, "# %s\n", strings.Join(strings.Fields(v.Why), " "))
		}
		if v.Name == "" {
			continue
		}
		fmt.Fprintf(&text, "export %s=%s\n", v.Name, quote(v.Value))
	}
	_, err := io.WriteString(to, text.String())
	return err
}
