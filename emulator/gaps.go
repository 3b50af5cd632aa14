package emulator

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

// sources are the vendors' own files, read for what they say is missing: so the list cannot differ from the code.
//
//go:embed apiconnect/*.go axway/*.go exchange/*.go experiencehub/*.go konnect/*.go mulesoft/*.go
var sources embed.FS

// Gap is something that a vendor does and its emulation does not, as a comment beside the code says it.
type Gap struct {
	Vendor string // folder of the vendor's package
	File   string
	Line   int
	Text   string
}

// Gaps lists what is known to be missing.
func Gaps() []Gap { return gaps(sources) }

func gaps(files fs.FS) []Gap {
	names, _ := fs.Glob(files, "*/*.go")
	var out []Gap
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil || strings.HasSuffix(name, "_test.go") {
			continue
		}
		open := false // the comment goes on
		for i, line := range strings.Split(string(data), "\n") {
			code, text, _ := strings.Cut(line, "//")
			text = strings.TrimSpace(text)
			alone := strings.TrimSpace(code) == ""
			switch gap, begins := strings.CutPrefix(text, "GAP:"); {
			case begins:
				out = append(out, Gap{path.Dir(name), name, i + 1, strings.TrimSpace(gap)})
				open = alone
			case open && alone && text != "":
				out[len(out)-1].Text += " " + text
			default:
				open = false
			}
		}
	}
	return out
}
