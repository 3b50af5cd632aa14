package api

import (
	"fmt"
	"strings"
)

// Plain returns the violation in plain words. Dialects have their own.
func (v Violation) Plain() string {
	name := strings.Join(v.Path, ".")
	switch v.Rule {
	case Required:
		return name + " is missing"
	case Unknown:
		return "there is no member " + name
	case Type:
		return strings.TrimPrefix(fmt.Sprintf("%s: want %s", name, strings.Join(v.Want.([]string), " or ")), ": ") //nolint:forcetypeassert // says Type
	case Choice:
		return fmt.Sprintf("%s: want %s", name, choices(v.Want))
	case Reference:
		return fmt.Sprintf("%s: no %v with that id", name, v.Want)
	case Format:
		return fmt.Sprintf("%s: want a %v", name, v.Want)
	case Pattern:
		return fmt.Sprintf("%s: want text that matches %v", name, v.Want)
	case Minimum, MinLength, MinItems, MinProps:
		return fmt.Sprintf("%s: want at least %v%s", name, v.Want, unit(v.Rule))
	case Maximum, MaxLength, MaxItems, MaxProps:
		return fmt.Sprintf("%s: want at most %v%s", name, v.Want, unit(v.Rule))
	case Unique:
		return name + ": has duplicate elements"
	case Dependent:
		return fmt.Sprintf("%s: needs %v, too", name, v.Want)
	}
	return strings.TrimPrefix(name+": "+v.Text, ": ")
}

func choices(want any) string {
	list, _ := want.([]any)
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = fmt.Sprint(w)
	}
	return strings.Join(words, " or ")
}

func unit(rule Rule) string {
	switch rule {
	case MinLength, MaxLength:
		return " characters"
	case MinItems, MaxItems:
		return " elements"
	case MinProps, MaxProps:
		return " members"
	}
	return ""
}
