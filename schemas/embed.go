// Package schemas holds, per vendor, the JSON Schemas of requests, replies and stored documents, and the list of the
// operations that the vendor documents. It knows the files and nothing of what they mean.
package schemas

import "embed"

// FS holds one directory per vendor: operations.json, and files of schemas under "$defs".
//
//go:embed */*.json
var FS embed.FS
