package konnect

import "github.com/tidwall/gjson"

// arrayOf is the elements of a JSON array.
func arrayOf(list []byte) [][]byte {
	var out [][]byte
	for _, e := range gjson.ParseBytes(list).Array() {
		out = append(out, []byte(e.Raw))
	}
	return out
}

// array is a JSON array of values.
func array(values [][]byte) []byte {
	out := []byte{'['}
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, v...)
	}
	return append(out, ']')
}
