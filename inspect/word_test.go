package inspect

import (
	"strings"
	"testing"
)

// TestWordInInterface: what is one pointer lies in the interface itself, and not where it points.
func TestWordInInterface(t *testing.T) {
	one := 1
	for want, x := range map[string]any{
		"[1]*int{nil}":             [1]*int{},
		"[1]*int{&1}":              [1]*int{&one},
		"struct{p: &1}":            struct{ p *int }{&one},
		"struct{a: [1]*int{&1}}":   struct{ a [1]*int }{[1]*int{&one}},
		"[1]chan int{nil}":         [1]chan int{},
		"struct{m: map[int]int{}}": struct{ m map[int]int }{map[int]int{}},
	} {
		n := Snap(Raw(Of(&x).mustElem(), "x"), Limit{})
		if got := strings.ReplaceAll(n.Line(100), "≈", ""); got != want {
			t.Errorf("%#v: %s, want %s", x, got, want)
		}
	}
}
