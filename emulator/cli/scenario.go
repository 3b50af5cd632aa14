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
		Long: `List, show and check scenarios: scripts of what goes wrong and when, and of what a client should make of it. One plays
where portico serve --scenario starts it, a test does, or the admin API. No server is needed here.`,
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
				return usage("portico scenario show wants one scenario; portico scenario list tells what there is")
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
		Long: `Check files of scenarios: they are read, and start in a world of their own, in which their documents are born. What is
wrong is told with file, line and column. Operations and words that do not exist are told with the nearest one.`,
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
