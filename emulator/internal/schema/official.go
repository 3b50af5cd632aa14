package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// Official is an operation as a vendor documents it: an entry of operations.json in the vendor's folder.
type Official struct {
	ID, Method, Path, Summary, Tag string
	Status                         int   // of a success
	Errors                         []int // documented statuses of refusals
}

// Documented reads the operations that a vendor documents, in the order of operations.json. A folder without that file has
// none.
func Documented(files fs.FS, folder string) ([]Official, error) {
	data, err := fs.ReadFile(files, folder+"/"+Operations)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Official
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		return nil, fmt.Errorf("schema: %s: %w", Operations, err)
	}
	return out, nil
}
