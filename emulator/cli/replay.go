package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator/internal/app"
	"github.com/portico-emulator/portico/fixtures"
)

// replayOptions are the flags of the command.
type replayOptions struct{ url, token, fixture string }

func replayCommand() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay BUNDLE",
		Short: "Repeat the calls of a failed test, and print which are answered differently now",
		Long: `Repeat the calls of a failed test. BUNDLE is a file portico-*.har that the testkit left (go test -artifacts). An emulator in
this process, or with --url a new world of a running one, gets the test's seed, fixture and clock; then the calls, and what the test did
through the admin API, are sent in their order, each at the time that the world's clock had then.

A call is the same if status, headers and body are, secrets left aside. Not compared are Portico-Request, Date and Content-Length, nor
what is behind the first 64 KiB of a body. Known credentials are put in again by their names, and what a login gave by what it gives now.
A call cannot be repeated if its body was longer than 64 KiB or is not text, or if it holds another secret: secrets are not in the bundle.

A bundle may come from somebody else. It changes nothing but the new world, which is deleted at the end: what is neither a call of a
vendor nor one of those by which the testkit changes a world is refused and printed. It opens no file: name a fixture file with --fixture.

The exit code is 0 if all that can be repeated is the same, and 1 if something differs or is refused.`,
		Example: `  portico replay portico-default.har
  portico replay --fixture testdata/team.yaml portico-default.har
  portico replay --url http://127.0.0.1:4780 portico-default.har`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("portico replay wants one bundle: a file portico-*.har that go test -artifacts has kept")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.url != "" {
				clean, err := cleanURL(o.url)
				if err != nil {
					return err
				}
				if u, err := url.Parse(clean); err != nil || clean != u.Scheme+"://"+u.Host {
					return usage("--url %s: replay makes a world of its own; give scheme, host and port alone, such as %s", o.url, defaultURL)
				}
				o.url = clean
			}
			b, err := readBundle(args[0])
			if err != nil {
				return err
			}
			return o.run(cmd.Context(), b, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&o.url, "url", "", "`URL` of a running emulator (default one in this process)")
	cmd.Flags().StringVar(&o.token, "admin-token", "", "bearer `token` of the running emulator's admin API, if it needs one")
	cmd.Flags().StringVar(&o.fixture, "fixture", "", "fixture `file` of the test, unless built in; a running emulator must have it, too")
	return cmd
}

// What may come of repeating a call, if it is not the same. Other errors end the replay.
var (
	errDiffers = errors.New("differs")
	errCannot  = errors.New("cannot be repeated")
	errRefused = errors.New("refused")
)

// run repeats a bundle and prints a line for each call. It fails if something differs or is refused.
func (o *replayOptions) run(ctx context.Context, b *bundle, to io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	builtin, err := fixtures.FS.ReadDir(".")
	if err != nil {
		return err
	}
	fixture := b.Fixture
	if !slices.ContainsFunc(builtin, func(d fs.DirEntry) bool { return d.Name() == fixture }) {
		fixture = o.fixture
	}
	switch {
	case fixture == "":
		return fmt.Errorf("the test had the fixture %q, which is not a built-in one: pass the file with --fixture", clip(b.Fixture))
	case o.url != "":
		err = health(ctx, o.url, io.Discard)
	default:
		o.url, err = startLike(ctx, b, fixture)
	}
	if err != nil {
		return err
	}
	p, err := newPlayer(ctx, o.url, o.token, b, fixture)
	if err != nil {
		return err
	}
	defer p.close()
	say := func(format string, args ...any) { _, _ = fmt.Fprintln(to, printable(fmt.Sprintf(format, args...))) }
	for _, line := range b.header(fixture) {
		say("%s", line)
	}
	counts := map[error]int{}
	for i := range b.calls {
		c, come := &b.calls[i], "same"
		if err := p.repeat(c); err != nil {
			kinds := []error{errDiffers, errCannot, errRefused}
			kind := slices.IndexFunc(kinds, func(kind error) bool { return errors.Is(err, kind) })
			if kind < 0 {
				return err
			}
			come = err.Error()
			counts[kinds[kind]]++
		}
		_, path, _ := b.split(c)
		say("%5s %s %s: %s", strings.TrimPrefix(strconv.FormatUint(c.ID, 10), "0"), clip(c.Request.Method), clip(path), come)
	}
	all, differ, cannot, refused := len(b.calls), counts[errDiffers], counts[errCannot], counts[errRefused]
	say("%d calls: %d the same, %d differ, %d cannot be repeated, %d refused", all, all-differ-cannot-refused, differ, cannot, refused)
	switch {
	case refused > 0:
		return fmt.Errorf("%d of %d calls are refused: they are not what a test does to its own world", refused, all)
	case differ > 0:
		return fmt.Errorf("%d of %d calls are answered differently than when the test ran", differ, all)
	}
	return nil
}

// startLike starts an emulator in this process, as the test's was. It ends with the context.
func startLike(ctx context.Context, b *bundle, fixture string) (url string, err error) {
	e, err := app.New(app.Config{Seed: &b.Seed, Fixture: fixture, Strict: b.Strict})
	if err != nil {
		return "", err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = e.Serve(ctx, l) }() // who calls it sees that it is gone
	return "http://" + l.Addr().String(), nil
}
