package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

type serveFlags struct {
	listen, auth, logFormat, logLevel string
	expose                            bool
	tls                               tlsFlags
	config                            app.Config
}

// stateLimit is Config.StateLimit. Tests set it to have state files compacted sooner.
var stateLimit int64

func serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the emulator in the foreground",
		Long: `Run the emulator in the foreground, until SIGINT or SIGTERM.

Once it listens it says so in the first line on standard output: portico listening on http://127.0.0.1:4780`,
		Example: `  portico serve
  portico serve --listen 127.0.0.1:0                      # a free port
  portico serve --fixture large --seed 7
  portico serve --fixture ./team.yaml --auth strict
  portico serve --clock 2026-03-01T09:00:00Z              # the clock is stopped
  portico serve --state ./world.state                     # what happens outlives the process
  portico serve --tls-listen 127.0.0.1:4781 --tls-ca-out ca.pem
  PORTICO_ADMIN_TOKEN=s3cret portico serve --listen 0.0.0.0:4780 --expose`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), &f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.listen, "listen", "127.0.0.1:4780", "`host:port` to listen on; port 0 picks a free one")
	flags.BoolVar(&f.expose, "expose", false, "allow listening beyond this machine")
	f.tls.add(flags)
	growthFlags(flags, &f.config)
	choice(flags, &f.auth, "auth",
		"who may call, `lenient|strict`: lenient takes an unknown well-formed credential for the administrator's, strict refuses it",
		"lenient", "strict")
	clockFlag(flags, &f.config.Clock)
	flags.StringVar(&f.config.State, "state", "", "`file` that keeps the default world when the emulator stops (default none)")
	flags.StringSliceVar(&f.config.Scenarios, "scenario", nil, "scenario to start in the default world: a built-in `name`, or a file; repeatable")
	flags.StringVar(&f.config.AdminToken, "admin-token", "", "bearer `token` that the admin API then needs")
	flags.StringSliceVar(&f.config.AdminHosts, "admin-host", nil,
		"`name` of a host under which the admin API answers, besides addresses, localhost and names without a dot; repeatable")
	f.config.Journal = new(app.DefaultJournal)
	number(flags, f.config.Journal, "journal", "calls that each world's journal keeps, a `number`; 0 keeps none", app.DefaultJournal, 0)
	choice(flags, &f.logFormat, "log-format", "form of the log on standard error, `text|json`", "text", "json")
	choice(flags, &f.logLevel, "log-level",
		"what the log holds, `error|warn|info|debug`: debug has a line per request", "info", "debug", "warn", "error")
	return cmd
}

func serve(ctx context.Context, f *serveFlags, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once

	address, err := listenAddress("--listen", f.listen, f.expose)
	if err != nil {
		return err
	}
	secure, err := f.tls.resolve(address, f.expose)
	if err != nil {
		return err
	}
	log := logger(stderr, f.logFormat, f.logLevel)
	f.config.Strict = f.auth == "strict"
	f.config.Log = log
	f.config.StateLimit = stateLimit
	e, err := app.New(f.config)
	if err != nil {
		return err
	}
	defer e.Close() //nolint:errcheck // in what ends before it serves there is nothing to keep
	l, err := listen(ctx, "--listen", address)
	if err != nil {
		return err
	}
	listeners, note, err := secure.listen(ctx, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if f.expose && f.config.AdminToken == "" {
		log.Warn("the admin API is open to everyone who can reach the port; --admin-token closes it")
	}
	if err := greet(stdout, e, reachable("http", l.Addr()), note, f.config.AdminToken != ""); err != nil {
		return err
	}
	err = e.Serve(ctx, append(listeners, l)...)
	err = errors.Join(err, e.Close())
	log.Info("stopped")
	return err
}

// listenAddress resolves an address to listen on. Without expose it refuses one that other machines can reach.
func listenAddress(flag, listen string, expose bool) (*net.TCPAddr, error) {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, usage("%s %s: want host:port such as 127.0.0.1:4780", flag, listen)
	}
	at, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		return nil, usage("%s %s: %s", flag, listen, err)
	}
	if !at.IP.IsLoopback() && !expose {
		return nil, usage("%s %s is open to other machines: add --expose to allow that, or use %s 127.0.0.1:%s", flag, listen, flag, port)
	}
	return at, nil
}

func listen(ctx context.Context, flag string, at *net.TCPAddr) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", at.String())
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use: stop what listens there, or take a free port with %s 127.0.0.1:0", at, flag)
	case err != nil:
		return nil, fmt.Errorf("%s %s: %w", flag, at, err)
	}
	return l, nil
}

// reachable is the URL under which this machine finds a listener.
func reachable(scheme string, at net.Addr) string {
	tcp, ok := at.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("%s://127.0.0.1:%d", scheme, tcp.Port)
	}
	return scheme + "://" + at.String()
}

func logger(to io.Writer, format, level string) *slog.Logger {
	var least slog.Level
	_ = least.UnmarshalText([]byte(level)) // the flag takes nothing else
	options := &slog.HandlerOptions{Level: least}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}

// greet prints the ready line, and then where each vendor is and how to call it.
func greet(stdout io.Writer, e *app.Emulator, url, secure string, token bool) error {
	vendors, err := app.Vendors()
	if err != nil {
		return err
	}
	rows := [][]string{{"VENDOR", "URL", "CREDENTIAL OF admin"}}
	try := "curl " + url + app.AdminBase
	for i, v := range vendors {
		credential := ""
		known, err := e.Credentials(v.Name)
		if err != nil {
			return err
		}
		if len(known) > 0 {
			credential = known[0].Header + ": " + known[0].Value
		}
		rows = append(rows, []string{v.Title, url + v.Base, credential})
		if i == 0 && credential != "" {
			path, err := example(v.Name)
			if err != nil {
				return err
			}
			try = fmt.Sprintf("curl -H %s %s", quote(credential), quote(url+path))
		}
	}
	admin := url + app.AdminBase
	if token {
		admin += "  (needs the admin token as bearer)"
	}
	s := styleOf(stdout)
	if secure != "" {
		secure = "HTTPS:     " + secure + "\n"
	}
	kept := ""
	if state := e.State(); state.File != "" {
		kept = fmt.Sprintf("state:     %s (%s, %s)\n", state.File, count(state.Documents, "document"), count(state.Commits, "commit"))
	}
	text := fmt.Sprintf("portico listening on %s\n\n%s\nadmin API: %s\n%s%stry:       %s\n",
		url, s.table(rows), admin, secure, kept, s.bold(try))
	_, err = io.WriteString(stdout, text)
	return err
}

// count is a number of things, in words.
func count[N int | uint64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// example is a path of a vendor that can be read without knowing an id.
func example(vendor string) (string, error) {
	operations, err := app.Operations(vendor)
	for _, op := range operations {
		if op.Method == "GET" && !op.Companion && !strings.Contains(op.Path, "{") {
			return op.Path, err
		}
	}
	return "", err
}
