package konnect

import (
	"encoding/base64"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// appearances are the look of a portal. Images keep the data URLs that were sent, to the letter.
var appearances = setting("konnect.appearance", "StoredAppearance")

// maxAppearance is the largest body in bytes: three images as data URLs.
const maxAppearance = 8 << 20

// updateAppearance replaces what the body has; images one by one, null removing one or all.
func updateAppearance(c *api.Call) (any, error) {
	sent := rest.Accepted(c)
	old := rest.Settings(&c.Scope, "konnect.appearance", c.Object)
	next := rest.Merged(old, sent)
	if !sent.Null("images") {
		images := api.ObjectOf([]byte(`{"logo":null,"favicon":null,"catalog_cover":null}`))
		before := old.Get("images").Raw
		if before != "" && before != "null" {
			images = api.ObjectOf(overlay(images.JSON(), api.ObjectOf([]byte(before))))
		}
		next.Set("images", overlay(images.JSON(), api.ObjectOf(sent.Raw("images"))))
	}
	return rest.Update(&c.Scope, old, next, sent)
}

// image serves a stored image, or the built-in one where none is stored or its data was lost.
func image(name string) rest.Verb {
	return func(c *api.Call) (any, error) {
		look := rest.Settings(&c.Scope, "konnect.appearance", c.Object)
		media, data, ok := strings.Cut(strings.TrimPrefix(look.Str("images."+name+".data"), "data:"), ",")
		if !ok {
			return api.Answer{Media: "image/png", Body: defaultImage}, nil
		}
		body, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return nil, err
		}
		media = strings.TrimSuffix(media, ";base64")
		if media == "image/jpeg" {
			media = "image/jpg" // as the vendor's document calls it
		}
		return api.Answer{Media: media, Body: body}, nil
	}
}

// defaultImage is a single transparent pixel.
var defaultImage = func() []byte {
	b, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
	if err != nil {
		panic(err)
	}
	return b
}()
