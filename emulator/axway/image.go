package axway

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// maxImage is the most bytes of an image. The vendor's limit is not known.
const maxImage = 1 << 20

// images are at most one for each application.
var images = &api.Resource{
	Kind: "axway.image", Schema: "StoredImage", Single: true, Created: "-", Updated: "-",
	Indexes: []api.Index{{Name: "application", To: "axway.application", OnDelete: api.Cascade}},
}

// formats are the kinds of image that the product's own pages take, and how they begin.
var formats = []struct{ media, begins string }{
	{"image/jpeg", "\xff\xd8\xff"},
	{"image/png", "\x89PNG\r\n\x1a\n"},
	{"image/gif", "GIF87a"},
	{"image/gif", "GIF89a"},
}

func uploadImage(c *api.Call) (any, error) {
	text := c.Body.Object.Str("file")
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	for _, f := range formats {
		if !bytes.HasPrefix(data, []byte(f.begins)) {
			continue
		}
		o := api.Object{{Name: "type", Value: api.Quote(f.media)}, {Name: "data", Value: api.Quote(text)}}
		_, err := rest.Update(&c.Scope, rest.Settings(&c.Scope, "axway.image", c.Object), o, o)
		return nil, err
	}
	return nil, breaks("want a JPEG, PNG or GIF image", "file")
}

func getImage(c *api.Call) (any, error) {
	image := c.Tx.Get("axway.image", c.Object.ID)
	if image == nil {
		e := api.Fail(api.NotFound, "the application has no image")
		e.Facts = api.Facts{Kind: "axway.image", ID: c.Object.ID, In: rest.Inside(c.Object)}
		return nil, e
	}
	data, err := base64.StdEncoding.DecodeString(image.Str("data"))
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", image.ID, err)
	}
	return api.Answer{Media: image.Str("type"), Body: data}, nil
}

// appendImagePath shows where an application's image is, in the version in which the call came; null without one.
func appendImagePath(c *api.Call, app *api.Doc, to []byte) []byte {
	if c.Tx.Get("axway.image", app.ID) == nil {
		return append(to, api.Null...)
	}
	to = api.AppendText(api.AppendText(append(to, '"'), c.Prefix), called(c))
	to = api.AppendText(append(to, "/applications/"...), app.ID)
	return append(to, `/image"`...)
}

// called is the base under which the call came.
func called(c *api.Call) string {
	for _, other := range c.Vendor.Aliases {
		if strings.HasPrefix(c.Request.URL.Path, other+"/") {
			return other
		}
	}
	return base
}
