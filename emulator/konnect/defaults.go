package konnect

import (
	"encoding/json"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// palette is the colours of the two built-in themes: group and name, light, dark, what they colour.
var palette = []struct{ group, name, light, dark, use string }{
	{"section", "header", "#F8F8F8", "#0A161E", "Background for header"},
	{"section", "body", "#FFFFFF", "#0C0C0C", "Background for main content"},
	{"section", "hero", "#F8F8F8", "#1A1D21", "Background for hero section"},
	{"section", "accent", "#F8F8F8", "#1F1F1F", "Subtle background"},
	{"section", "tertiary", "#FFFFFF", "#222529", "Tertiary background"},
	{"section", "stroke", "rgba(0,0,0,0.1)", "#34393F", "Border color"},
	{"section", "footer", "#07A88D", "#212429", "Background for footer"},
	{"text", "header", "rgba(0,0,0,0.8)", "#FFFFFF", "Header text"},
	{"text", "hero", "#FFFFFF", "rgba(255,255,255,0.8)", "Hero text"},
	{"text", "headings", "rgba(0,0,0,0.8)", "#FFFFFF", "Headings text"},
	{"text", "primary", "rgba(0,0,0,0.8)", "#C8C8C9", "Main content text"},
	{"text", "secondary", "rgba(0,0,0,0.8)", "#919294", "Supporting text"},
	{"text", "accent", "#07A88D", "#FFFFFF", "Subtle text"},
	{"text", "link", "#07A88D", "#2977FF", "Link text"},
	{"text", "footer", "#FFFFFF", "#FFFFFF", "Footer text"},
	{"button", "primary_fill", "#1155CB", "#1155CB", "Background for Primary Button"},
	{"button", "primary_text", "#FFFFFF", "#FFFFFF", "Text for Primary Button"},
}

func appearanceDefaults(*api.Call) (any, error) { return defaults, nil }

// defaults is a constant of the platform.
var defaults = func() json.RawMessage {
	light, dark := themes()
	theme := func(colors api.Object) []byte { return api.Object{{Name: "colors", Value: colors.JSON()}}.JSON() }
	return api.Object{
		{Name: "themes", Value: api.Object{
			{Name: "mint_rocket", Value: theme(light)}, {Name: "dark_mode", Value: theme(dark)},
		}.JSON()},
		{Name: "fonts", Value: []byte(`{"base":"Roboto","code":"Roboto Mono","headings":"Lato"}`)},
		{Name: "text", Value: []byte(`{"catalog":{"welcome_message":"Welcome to our service catalog",` +
			`"primary_header":"Find All of Our Services in a Single Place"}}`)},
	}.JSON()
}()

func themes() (light, dark api.Object) {
	for _, p := range palette {
		light = coloured(light, p.group, p.name, p.light, p.use)
		dark = coloured(dark, p.group, p.name, p.dark, p.use)
	}
	return light, dark
}

func coloured(theme api.Object, group, name, value, use string) api.Object {
	var colors api.Object
	if raw := theme.Raw(group); raw != nil {
		colors = api.ObjectOf(raw)
	}
	colors.Set(name, api.Object{{Name: "value", Value: api.Quote(value)}, {Name: "description", Value: api.Quote(use)}}.JSON())
	theme.Set(group, colors.JSON())
	return theme
}
