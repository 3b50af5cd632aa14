package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/portico-emulator/portico/emulator/internal/admin"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/schema"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/schemas"
)

// Operation is one operation of a vendor, as GET /_portico/operations lists it.
type Operation = admin.Operation

// Credential is one way to call a vendor, as GET /_portico/credentials lists it.
type Credential = api.Credential

// Variable is an environment variable by which a vendor's client is pointed at the emulator.
type Variable = api.Variable

// Vendor says what is emulated of one vendor.
type Vendor struct {
	Name       string // "konnect"
	Title      string
	Version    string   // the vendor's, of its API
	Base       string   // path on the emulator under which the operations are
	Documented int      // operations that the vendor documents
	Missing    []string // ids of those that are not emulated
	Companions int      // operations besides the documented ones
}

// AdminBase is the path on the emulator under which the admin API is.
const AdminBase = admin.Base

// Vendors lists the vendors.
func Vendors() ([]Vendor, error) {
	p, err := Plan()
	if err != nil {
		return nil, err
	}
	var out []Vendor
	for _, v := range admin.Vendors(p) {
		one := Vendor{Name: v.Name, Title: v.Title, Version: v.Version, Base: v.Base}
		documented, err := official(v.Name)
		if err != nil {
			return nil, err
		}
		one.Documented = len(documented)
		for _, id := range documented {
			if op := p.Operation(v.Name + "." + id); op == nil || op.Companion {
				one.Missing = append(one.Missing, id)
			}
		}
		for i := range v.Operations {
			if v.Operations[i].Companion {
				one.Companions++
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// official gives the ids of the operations that a vendor documents; one that only serves others has none.
func official(vendor string) ([]string, error) {
	data, err := fs.ReadFile(schemas.FS, vendor+"/"+schema.Operations)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("official list: %w", err)
	}
	var rows []struct{ ID string }
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, fmt.Errorf("official list of %s: %w", vendor, err)
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out, nil
}

// Operations lists the operations of all vendors, or of the one that is named.
func Operations(vendor string) ([]Operation, error) {
	p, err := Plan()
	if err != nil {
		return nil, err
	}
	out, err := admin.Operations(p, vendor)
	return out, plain(err)
}

// OpenAPI describes the operations of a vendor, at an emulator at url, as an OpenAPI 3.1 document. The admin API is
// "portico".
func OpenAPI(vendor, url string) ([]byte, error) {
	p, err := Plan()
	if err != nil {
		return nil, err
	}
	out, err := admin.OpenAPI(p, vendor, url)
	return out, plain(err)
}

// Credentials lists who may call the vendors in the default world, or the one vendor that is named: the administrator of
// each first.
func (e *Emulator) Credentials(vendor string) ([]Credential, error) {
	out, err := admin.Credentials(e.server.Plan, e.server.Store.World(server.DefaultWorld), vendor)
	return out, plain(err)
}

// Clients gives the environment variables that point a vendor's usual clients at url, with the administrator's
// credential.
func (e *Emulator) Clients(vendor, url string) ([]Variable, error) {
	credentials, err := e.Credentials(vendor)
	if err != nil {
		return nil, err
	}
	v := e.server.Plan.Vendor(vendor)
	if v == nil || v.Clients == nil || len(credentials) == 0 {
		return nil, fmt.Errorf("no client of %q is known", vendor)
	}
	return v.Clients(url, credentials[0]), nil
}

// plain is an error without the neutral code, which is for dialects.
func plain(err error) error {
	if err == nil {
		return nil
	}
	if e := api.AsError(err); e.Code != api.Internal {
		return errors.New(e.Message)
	}
	return err
}
