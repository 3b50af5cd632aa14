// Command portico runs the emulator and tells about it. It knows flags and words; everything else is package emulator's.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
