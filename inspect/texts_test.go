package inspect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// TestTextsOfOneArray: texts that begin at the same byte and end at others are different ones, whatever came before them.
func TestTextsOfOneArray(t *testing.T) {
	whole := strings.Repeat("0123456789", 20)
	list := make([]string, 300)
	for i := range list {
		list[i] = whole[i%3 : i%3+i%7*i%50]
	}
	c := elemOf(t, &list).Cursor()
	var col inspect.Column
	pos := 0
	for {
		b, err := c.LoadBatch(100)
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			break
		}
		_, e := b.Entry(0)
		b.Read(e.FieldPath(), false, nil, 1000, &col)
		for lane := range b.Len() {
			if got := string(col.Text.At(int(col.Text.Ref[lane]))); col.Bad.Has(lane) || got != list[pos] {
				t.Errorf("text %d is %q, bad: %v, want %q", pos, got, col.Bad.Has(lane), list[pos])
			}
			pos++
		}
	}
	if pos != len(list) {
		t.Error(fmt.Sprint(pos, " texts"))
	}
}
