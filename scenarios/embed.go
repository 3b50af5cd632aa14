// Package scenarios holds the built-in scenarios: a file each.
package scenarios

import "embed"

// FS is the scenarios.
//
//go:embed *.yaml
var FS embed.FS
