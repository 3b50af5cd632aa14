package cli

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

func openapiCommand() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "openapi VENDOR",
		Short: "Print the OpenAPI 3.1 document of a vendor, or of the admin API (portico)",
		Example: `  portico openapi konnect > konnect.json
  portico openapi portico --url http://ci:4780`,
		Args:              oneVendor,
		ValidArgsFunction: completeVendor,
		RunE: func(cmd *cobra.Command, args []string) error {
			url, err := cleanURL(url)
			if err != nil {
				return err
			}
			out, err := app.OpenAPI(args[0], url)
			if err != nil {
				return usage("%s", err)
			}
			return printJSON(cmd.OutOrStdout(), json.RawMessage(out))
		},
	}
	urlFlag(cmd, &url)
	return cmd
}
