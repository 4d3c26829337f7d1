package scan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// TestConcatGivesUp: of long texts only some are made, and the others are bad.
func TestConcatGivesUp(t *testing.T) {
	for size, some := range map[int]bool{300: true, 1: false} {
		all := make([]string, 600)
		for i := range all {
			all[i] = fmt.Sprint(strings.Repeat("t", size), i)
		}
		of := texts(t, all)
		n := &Concat{Left: &Concat{Left: of, Right: &Constant{Datum: inspect.Datum{Kind: inspect.TextDatum, Text: " and "}}}, Right: of}
		in := inspect.FirstLanes(len(all))
		v := n.eval(&batch{n: len(all)}, &in)
		if bad := v.Bad.Count(); v.Bad.Has(0) || some != (bad > 0) || bad > 0 && v.Bad.Next(0)+bad != len(all) {
			t.Errorf("%d: %d of %d are bad, the first is %d", size, bad, len(all), v.Bad.Next(0))
		}
		for i, text := range all {
			want := text + " and " + text
			if got := string(v.Text.At(int(v.Text.Ref[i]))); !v.Bad.Has(i) && (got != want || n.keeps(i) != 16+len(want)) {
				t.Fatalf("lane %d is %.20q, and keeps %d bytes", i, got, n.keeps(i))
			}
		}
	}
}
