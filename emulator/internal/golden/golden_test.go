package golden

import "testing"

// What a conversation shows of a body gives back its bytes, whatever they are.
func TestWritten(t *testing.T) {
	t.Parallel()
	long := `{"a":"one text that is long enough not to stay on one line, whatever else is in the object","b":[],"c":{},"d":[1.50,null,"\u0041\n"]}`
	for _, body := range []string{
		`{}`, `{"a":1}`, `{"a": 1}`, long, long + "\n", "{\n  \"a\": 1\n}", "verbatim:\n{}", "base64:eA==", "title: Guests", "\xff\x00", `"text"`, "[ ]", "12", "12 ",
	} {
		shown := written([]byte(body))
		if got, err := Sent(shown); err != nil || got != body {
			t.Errorf("%q: got %q, %v of %q", body, got, err, shown)
		}
	}
	if got := written([]byte(long)); got == long {
		t.Errorf("got %s, want it laid out", got)
	}
}
