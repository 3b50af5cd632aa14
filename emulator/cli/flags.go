package cli

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// growthFlags are the flags that say what data there is.
func growthFlags(flags *pflag.FlagSet, config *app.Config) {
	flags.Func("seed", fmt.Sprintf("`number` that all generated data follows from (default %d)", app.DefaultSeed), func(value string) error {
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return errors.New("want a whole number from 0 to 18446744073709551615")
		}
		config.Seed = &n
		return nil
	})
	flags.StringVar(&config.Fixture, "fixture", app.DefaultFixture, "data set that worlds start with: a built-in `name`, or a file")
}

func clockFlag(flags *pflag.FlagSet, at *time.Time) {
	flags.Func("clock", "`instant` (RFC 3339) at which the clock is stopped (default real time)", func(value string) error {
		t, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return errors.New("want an RFC 3339 instant such as 2026-03-01T09:00:00Z")
		}
		*at = t
		return nil
	})
}

// number makes a flag that takes a whole number from least on.
func number(flags *pflag.FlagSet, to *int, name, about string, usual, least int) {
	*to = usual
	flags.Func(name, fmt.Sprintf("%s (default %d)", about, usual), func(value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least {
			return fmt.Errorf("want a whole number from %d", least)
		}
		*to = n
		return nil
	})
}
