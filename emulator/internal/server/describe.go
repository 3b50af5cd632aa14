package server

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/schema"
)

// describe completes the rows of a vendor from its official list of operations: summary, tag, status and errors, where a row
// leaves them out. A vendor without a list keeps its rows as they are.
func describe(files fs.FS, v *api.Vendor) error {
	data, err := fs.ReadFile(files, v.Name+"/"+schema.Operations)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("official list: %w", err)
	}
	var official []struct {
		ID, Summary, Tag string
		Status           int
		Errors           []int
	}
	if err := json.Unmarshal(data, &official); err != nil {
		return fmt.Errorf("official list of %s: %w", v.Name, err)
	}
	for i := range v.Operations {
		op := &v.Operations[i]
		for _, o := range official {
			if o.ID != op.ID {
				continue
			}
			op.Summary, op.Tag, op.Status = cmp.Or(op.Summary, o.Summary), cmp.Or(op.Tag, o.Tag), cmp.Or(op.Status, o.Status)
			if op.Errors == nil {
				op.Errors = o.Errors
			}
		}
	}
	return nil
}
