// Command fuzz runs every fuzz target of the module for its share of the time, a line each, and writes down what came of it.
// It finds the targets in the sources and knows none of them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1) //nolint:gocritic // the signal needs no handling any more
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	total := flags.Duration("total", 10*time.Minute, "time of all targets together, building aside")
	each := flags.Duration("time", 0, "time of each target instead")
	page := flags.String("page", "", "page that the figures are written into")
	keep := flags.Bool("keep", false, "run nothing; copy some of what the last run found to the tests")
	if err := flags.Parse(args); err != nil {
		return err
	}
	targets, err := find(".")
	if err != nil {
		return err
	}
	if pattern := flags.Arg(0); pattern != "" {
		if targets, err = matching(targets, pattern); err != nil {
			return err
		}
	}
	if len(targets) == 0 {
		return errors.New("there are no targets here: run it at the module's root")
	}
	cache, err := filepath.Abs("build/fuzz")
	if err != nil {
		return err
	}
	if *keep {
		return keepAll(targets, cache)
	}
	if *each == 0 {
		*each = (*total / time.Duration(len(targets))).Round(100 * time.Millisecond)
	}
	results, err := tryAll(ctx, targets, cache, *each)
	if err != nil {
		return err
	}
	sum := summary(results)
	fmt.Print("\n", sum)
	if *page != "" && flags.Arg(0) == "" {
		machine := fmt.Sprintf("%d processors", runtime.NumCPU())
		if err := report.Rewrite(*page, "fuzz", report.By("make fuzz", machine)+"\n"+sum); err != nil {
			return err
		}
	}
	for _, r := range results {
		if r.failed {
			return errors.New("inputs that fail are in testdata/fuzz beside the test; go test runs them from now on")
		}
	}
	return nil
}
