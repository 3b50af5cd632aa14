// Command sync makes a Konnect developer portal what a file says: the portal with its settings, its teams, who belongs to
// them. Whoever belongs to a team and waits for approval is approved. A second run finds nothing to do.
//
//	KONNECT_TOKEN=kpat_… sync --dry-run portal.json
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Getenv("KONNECT_TOKEN"), os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "sync:", err)
		os.Exit(1)
	}
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, token string, out io.Writer) error {
	flags := flag.NewFlagSet("sync", flag.ContinueOnError)
	flags.SetOutput(out)
	base := flags.String("url", "https://us.api.konghq.com/v2", "`address` of the Portal Management API")
	dry := flags.Bool("dry-run", false, "say what would change, and change nothing")
	timeout := flags.Duration("timeout", 10*time.Second, "how long to wait for one answer")
	within := flags.Duration("within", 5*time.Minute, "when to give up")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("want one file, got %d: see sync --help", flags.NArg())
	}
	if token == "" {
		return errors.New("no token: set KONNECT_TOKEN to a personal (kpat_) or system-account (spat_) access token")
	}
	want, err := read(flags.Arg(0))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *within)
	defer cancel()
	k := &Konnect{Base: *base, Token: token, HTTP: &http.Client{Timeout: *timeout}, Wait: sleep}
	s := &Sync{Konnect: k, Out: out, Dry: *dry}
	if err := s.Run(ctx, want); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d changes\n", s.Changes)
	return err
}

func read(name string) (want Wanted, err error) {
	data, err := os.ReadFile(name) //nolint:gosec // whoever runs it names the file
	if err != nil {
		return want, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err = d.Decode(&want)
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		err = fmt.Errorf("line %d: %w", 1+bytes.Count(data[:wrong.Offset], []byte("\n")), err)
	}
	if err == nil && want.Portal == "" {
		err = errors.New(`no portal: say which one, as in {"portal": "Partners"}`)
	}
	if err != nil {
		return want, fmt.Errorf("%s: %w", name, err)
	}
	return want, nil
}
