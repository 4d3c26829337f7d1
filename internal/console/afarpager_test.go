package console

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestAfarPages(t *testing.T) {
	var answer strings.Builder
	for i := 1; i <= 9; i++ {
		fmt.Fprintf(&answer, "%d\n", i)
	}
	f := Afar{Width: 60}
	if f.Longer([]byte(answer.String()), 9) || !f.Longer([]byte(answer.String()), 8) || !f.Longer([]byte(strings.Repeat("x", 61)), 1) {
		t.Error("an answer's rows are counted wrong")
	}
	const label = "\r\x1b[K-- more --"
	for _, tc := range []struct {
		name, keys, want string
		left             bool
	}{
		{"pages", "  ", "1 2 3 … 4 5 6 … 7 8 9 ", false},
		{"lines", "\rj\x1b[B ", "1 2 3 … 4 … 5 … 6 … 7 8 9 ", false},
		{"the rest", "G", "1 2 3 … 4 5 6 7 8 9 ", false},
		{"q", " q", "1 2 3 … 4 5 6 … … 3 lines not shown ", false},
		{"Ctrl-C", "\x03", "1 2 3 … … 6 lines not shown ", true},
		{"the end of keys", "", "1 2 3 … … 6 lines not shown ", true},
		{"a search", "/7x\x7f\r", "1 2 3 … … … … … … 3 lines skipped 7 8 9 ", false},
		{"other keys", "x ~G", "1 2 3 … … 4 5 6 … … 7 8 9 ", false},
	} {
		var out bytes.Buffer
		left, err := f.Page(&out, strings.NewReader(tc.keys), []byte(answer.String()), 4)
		got := out.String()
		var shown strings.Builder
		for i, part := range strings.Split(got, "\r\x1b[K") {
			switch {
			case i == 0:
			case strings.HasPrefix(part, "-- more --"), strings.HasPrefix(part, "/"):
				shown.WriteString("… ")
				continue
			}
			shown.WriteString(strings.ReplaceAll(part, "\n", " "))
		}
		if err != nil || left != tc.left || shown.String() != tc.want || strings.Contains(tc.keys, " ") && !strings.Contains(got, label) {
			t.Errorf("%s: %q, %v, %v; want %q", tc.name, shown.String(), left, err, tc.want)
		}
	}
}
