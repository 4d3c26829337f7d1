package scan

import (
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// texts is a column of texts that lie in memory.
func texts(t *testing.T, all []string) *column {
	t.Helper()
	inspect.Prepare()
	list, err := inspect.Of(&all).Elem()
	if err != nil {
		t.Fatal(err)
	}
	b, err := list.Cursor().LoadBatch(len(all))
	if err != nil || b.Len() != len(all) {
		t.Fatal(b, err)
	}
	_, first := b.Entry(0)
	c := new(inspect.Column)
	b.Read(first.FieldPath(), false, nil, 1<<10, c)
	return &column{vector: Vector{Kind: c.Kind, Text: &c.Text, Bad: c.Bad}}
}

// TestConvertGivesUp: of texts that take long to be converted only some are, and the others are bad.
func TestConvertGivesUp(t *testing.T) {
	for text, some := range map[string]bool{strings.Repeat("É", 480): true, strings.Repeat("E", 480): true, "E": false} {
		all := make([]string, 600)
		for i := range all {
			all[i] = strings.Clone(text)
		}
		n := &Convert{Op: Lower, Of: texts(t, all)}
		in := inspect.FirstLanes(len(all))
		v := n.eval(&batch{n: len(all)}, &in)
		if bad := v.Bad.Count(); v.Bad.Has(0) || some != (bad > 0) || bad > 0 && v.Bad.Next(0)+bad != len(all) {
			t.Errorf("%.4s: %d of %d are bad, the first is %d", text, bad, len(all), v.Bad.Next(0))
		}
		for i := range all {
			if got := string(v.Text.At(int(v.Text.Ref[i]))); !v.Bad.Has(i) && (got != strings.ToLower(text) || n.keeps(i) != 2*len(got)) {
				t.Fatalf("lane %d is %.20q, and keeps %d bytes", i, got, n.keeps(i))
			}
		}
	}
}
