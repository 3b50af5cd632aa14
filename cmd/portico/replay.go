package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portico-emulator/portico/emulator"
)

func replayCommand() *cobra.Command {
	var url, token string
	cmd := &cobra.Command{
		Use:   "replay BUNDLE",
		Short: "Repeat what a failed test asked, and tell what is answered otherwise now",
		Long: `Repeat what a failed test asked. BUNDLE is a file portico-*.har that the testkit left (go test -artifacts). An emulator in
this process, or with --url a new world of a running one, gets the test's seed, fixture and clock; then the calls, and what the test did
through the admin API, are sent in their order, each at the time that the world's clock had then.

A call is the same if status, media type, headers and body are, secrets left aside. Not compared are Portico-Request and, where a secret
was taken out of a body, its length. Known credentials are put in again by their names, what a login gave by what it gives now. A call cannot be
repeated if its body was cut or is not text, or if it depends on a secret that is nowhere told.

The exit code is 0 if all that can be repeated is the same, and 1 if something differs.`,
		Example: `  portico replay portico-default.har
  portico replay --url http://127.0.0.1:4780 portico-default.har`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("portico replay wants one bundle: a file portico-*.har that go test -artifacts has kept")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if url != "" {
				var err error
				if url, err = cleanURL(url); err != nil {
					return err
				}
			}
			b, err := readBundle(args[0])
			if err != nil {
				return err
			}
			return repeatBundle(cmd.Context(), b, url, token, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "`URL` of a running emulator (default one in this process)")
	cmd.Flags().StringVar(&token, "admin-token", "", "bearer `token` of the running emulator's admin API, if it needs one")
	return cmd
}

// repeatBundle repeats a bundle and tells it. It fails if something differs.
func repeatBundle(ctx context.Context, b *bundle, url, token string, to io.Writer) error {
	info := b.Log.Info
	if url == "" {
		var err error
		var stop func()
		if url, stop, err = stage(ctx, info); err != nil {
			return err
		}
		defer stop()
	}
	s, err := openStage(ctx, url, token, info)
	if err != nil {
		return err
	}
	defer s.close()
	clock := "a clock that ran"
	if info.Clock.Frozen {
		clock = "clock " + info.Clock.Now.Format("2006-01-02T15:04:05.999Z07:00")
	}
	_, _ = fmt.Fprintf(to, "%s: seed %d, fixture %s, %s\n", info.Test, info.Seed, info.Fixture, clock)
	for _, note := range b.notes() {
		_, _ = fmt.Fprintln(to, "note: "+note)
	}
	tally := map[outcome]int{}
	for _, step := range b.steps() {
		line, come, err := s.play(step)
		if err != nil {
			return err
		}
		if step.entry != nil {
			tally[come]++
		} else if come == differs {
			tally["deed"]++
		}
		_, _ = fmt.Fprintln(to, line)
	}
	calls := tally[same] + tally[differs] + tally[unrepeatable]
	_, _ = fmt.Fprintf(to, "%d calls: %d the same, %d differ, %d cannot be repeated\n", calls, tally[same], tally[differs], tally[unrepeatable])
	switch {
	case tally[differs] > 0:
		return fmt.Errorf("%d of %d calls are answered otherwise than when the test ran", tally[differs], calls)
	case tally["deed"] > 0:
		return fmt.Errorf("%d calls of the admin API are answered otherwise than when the test ran", tally["deed"])
	}
	return nil
}

// stage starts an emulator in this process, as the test's was.
func stage(ctx context.Context, info *bundleInfo) (url string, stop func(), err error) {
	fixture, err := info.fixtureHere()
	if err != nil {
		return "", nil, err
	}
	config := emulator.Config{Seed: &info.Seed, Fixture: fixture, Strict: info.Strict}
	if info.Clock.Frozen {
		config.Clock = info.Clock.Now
	}
	e, err := emulator.New(config)
	if err != nil {
		return "", nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = e.Serve(ctx, l) // whoever asks it sees that it is gone
	}()
	return "http://" + l.Addr().String(), func() {
		cancel()
		<-done
		_ = e.Close()
	}, nil
}

// fixtureHere is the fixture as it is found from here: files are named from where the test ran.
func (b *bundleInfo) fixtureHere() (string, error) {
	if !strings.ContainsAny(b.Fixture, `./\`) {
		return b.Fixture, nil
	}
	for _, name := range []string{b.Fixture, filepath.Join(b.Folder, b.Fixture)} {
		if _, err := os.Stat(name); err == nil {
			return name, nil
		}
	}
	return "", fmt.Errorf("the test's world was born from the file %s, which is not here: nothing can be repeated", b.Fixture)
}
