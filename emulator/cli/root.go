// Package cli is the command line of portico: its commands and their flags.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// defaultURL is where portico serve listens by default.
const defaultURL = "http://127.0.0.1:4780"

// usageError is a mistake in how the command was called, as opposed to one that happened while it ran.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usage(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// Run runs the command line args, without the program's name, and returns the exit code.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if rest, ok := strings.CutPrefix(err.Error(), `unknown command "`); ok {
		word, _, _ := strings.Cut(rest, `"`)
		err = unknownCommand(root, word)
	}
	_, _ = fmt.Fprintln(stderr, "portico: "+printable(strings.ReplaceAll(err.Error(), "\n", " ")))
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func unknownCommand(root *cobra.Command, word string) error {
	return usage("unknown command %q%s", word, suggestion("", root.SuggestionsFor(word)))
}

// helpCommand is cobra's but for its answer to a command that there is not.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Tell how a command is used",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmd.Root(), strings.Join(args, " "))
			}
			return about.Help()
		},
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "portico",
		Short: "An emulator of developer-portal APIs",
		Long: `portico emulates the APIs with which companies run their developer portals: one port, several vendors, real state.

Every flag can be given in the environment, too: PORTICO_ and the name of the flag in upper snake case, so --log-level is
PORTICO_LOG_LEVEL. The flag wins.`,
		Example: `  portico serve                      # listen on http://127.0.0.1:4780 with the small data set
  portico operations --vendor konnect
  eval "$(portico env konnect)"      # point a vendor's clients at it`,
		Version:                    app.Version,
		SilenceErrors:              true,
		SilenceUsage:               true,
		DisableSuggestions:         true, // run says them on the same line
		SuggestionsMinimumDistance: 2,
		PersistentPreRunE:          func(cmd *cobra.Command, _ []string) error { return environment(cmd, os.LookupEnv) },
	}
	root.SetVersionTemplate(build() + "\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand())
	root.AddCommand(
		serveCommand(), operationsCommand(), openapiCommand(), envCommand(), healthCommand(), coverageCommand(),
		scenarioCommand(), replayCommand(), versionCommand(),
	)
	return root
}

// environment gives flags that were not given the values that the environment has for them.
func environment(cmd *cobra.Command, lookup func(string) (string, bool)) error {
	var err error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := "PORTICO_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := lookup(name)
		if !ok || value == "" || f.Changed || f.Name == "help" || err != nil {
			return
		}
		if bad := cmd.Flags().Set(f.Name, value); bad != nil {
			err = badValue(name+"="+value, bad)
		}
	})
	return err
}

// badValue says what a flag takes instead of what it was given.
func badValue(given string, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		err = invalid.Unwrap()
	}
	if errors.Is(err, strconv.ErrSyntax) { // of the types of flags, pflag itself reads this one alone
		err = errors.New("want true or false")
	}
	return usage("%s: %s", given, err)
}

func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &invalid):
		return badValue("--"+invalid.GetFlag().Name+" "+invalid.GetValue(), err)
	case !errors.As(err, &unknown):
		return usage("%s", err)
	}
	name := unknown.GetSpecifiedName()
	// cobra suggests names of commands only, so here flags are commands.
	flags := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return usage("%s%s", err, suggestion("--", flags.SuggestionsFor(name)))
}

func suggestion(prefix string, names []string) string {
	if len(names) == 0 {
		return "; portico --help lists them"
	}
	return fmt.Sprintf("; did you mean %s%s?", prefix, names[0])
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no argument, but got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// oneVendor wants the name of a vendor.
func oneVendor(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	names, err := vendorNames()
	if err != nil {
		return err
	}
	return usage("%s wants one vendor: %s", cmd.CommandPath(), strings.Join(names, ", "))
}

func vendorNames() ([]string, error) {
	vendors, err := app.Vendors()
	names := make([]string, len(vendors))
	for i, v := range vendors {
		names[i] = v.Name
	}
	return names, err
}

func completeVendor(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, _ := vendorNames()
	return names, cobra.ShellCompDirectiveNoFileComp
}

// choice makes a flag that takes one of a few words, the first unless it is given.
func choice(flags *pflag.FlagSet, to *string, name, about string, words ...string) {
	*to = words[0]
	flags.Func(name, fmt.Sprintf("%s (default %s)", about, words[0]), func(value string) error {
		for _, w := range words {
			if value == w {
				*to = w
				return nil
			}
		}
		return fmt.Errorf("want %s or %s", strings.Join(words[:len(words)-1], ", "), words[len(words)-1])
	})
}
