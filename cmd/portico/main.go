// Command portico runs the emulator and reports on it. Its commands are in package cli.
package main

import (
	"context"
	"os"

	"github.com/portico-emulator/portico/emulator/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
