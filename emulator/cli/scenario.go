package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

func scenarioCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenario",
		Short: "List, show and check scenarios",
		Long: `List, show and check scenarios: scripts of what goes wrong and when, and of what is expected of a client. A scenario is
started by portico serve --scenario, by a test, or by the admin API. No server is needed here.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("portico scenario wants one of list, show, check")
			}
			return usage("portico scenario has no command %q%s", args[0], suggestion("", cmd.SuggestionsFor(args[0])))
		},
		RunE: func(*cobra.Command, []string) error { return nil },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(scenarioList(), scenarioShow(), scenarioCheck())
	return cmd
}

func scenarioList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the built-in scenarios",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := app.Scenarios()
			if err != nil {
				return err
			}
			rows := [][]string{{"SCENARIO", "VENDORS", "SUMMARY"}}
			for _, s := range all {
				rows = append(rows, []string{s.Name, strings.Join(s.Vendors, ","), s.Summary})
			}
			_, err = io.WriteString(cmd.OutOrStdout(), styleOf(cmd.OutOrStdout()).table(rows))
			return err
		},
	}
}

func scenarioShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "Print the file of a scenario, to read it or to begin one's own",
		Example: `  portico scenario show rate-limit-storm > mine.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("portico scenario show wants one scenario; portico scenario list lists them")
			}
			return nil
		},
		ValidArgsFunction: completeScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := app.Scenario(args[0])
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(s.Text)
			return err
		},
	}
}

func scenarioCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Check files of scenarios",
		Long: `Check scenario files: each is read and started in a world of its own, which creates its documents. Errors have file, line
and column. For an operation or a word that does not exist, the nearest one is suggested.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("portico scenario check wants a file or more")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var bad []string
			for _, file := range args {
				if err := app.CheckScenario(file); err != nil {
					bad = append(bad, err.Error())
					continue
				}
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), file+": ok"); err != nil {
					return err
				}
			}
			if len(bad) == 0 {
				return nil
			}
			for _, line := range bad[:len(bad)-1] {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "portico: "+line)
			}
			return errors.New(bad[len(bad)-1])
		},
	}
}

func completeScenario(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all, _ := app.Scenarios()
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name + "\t" + s.Summary
	}
	return names, cobra.ShellCompDirectiveDefault
}
