// Package vendors holds the page of each vendor, <vendor>.md.
package vendors

import "embed"

// Pages is the pages. Each has a section "## What is missing", a list, which portico operations prints.
//
//go:embed *.md
var Pages embed.FS
