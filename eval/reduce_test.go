package eval

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// TestReductions: what reduce makes of many elements at once is what it makes of them one by one, at the edges of each kind
// of number, too.
func TestReductions(t *testing.T) {
	type edge struct {
		Int   int64
		Word  uint64
		Small uint8
		Float float64
		Half  float32
		Took  time.Duration
	}
	o := &struct{ Edges, Calm, Rising []edge }{}
	for i, n := range []int64{3, 0, -1, 5, 1 << 40, -7, 1 << 60, 2, 1<<62 - 1, 1 << 61, 1, 1 << 62, math.MinInt64, -4, math.MaxInt64, 1} {
		f := []float64{1, 0, math.Copysign(0, -1), 0.1, 1e300, math.NaN(), -2, math.Inf(1), 1e308, 1e308, -1}[i%11]
		o.Edges = append(o.Edges, edge{n, uint64(n), uint8(n), f, float32(f), time.Duration(n)})
	}
	for i := range 200 {
		n := int64(i*37%101) - 50
		o.Calm = append(o.Calm, edge{n, uint64(n + 50), uint8(n), float64(n) / 7, float32(n) / 3, time.Duration(n)})
		o.Rising = append(o.Rising, edge{int64(i / 2), uint64(i / 3), uint8(i), float64(i), float32(i), time.Duration(i)})
	}
	reg := registry.New()
	reg.Expose("o", o)
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	turn := 0
	for _, of := range []string{"o.Edges", "o.Edges[3:9]", "o.Calm", "o.Rising", "filter(o.Edges, .Small < 200)"} {
		for _, start := range []string{", 0", ", -3", ", 0.5", ", 18446744073709551615", ", duration(\"2s\")", ", o.Calm[3].Half", ", o.Edges[5].Float", ", nil", ", \"x\"", ""} {
			for _, form := range []string{
				"#acc + E", "E + #acc", "#acc - E", "#acc * E", "E - #acc", "#acc > E ? #acc : E", "#acc >= E ? E : #acc", "E < #acc ? #acc : E", "#acc == E ? #acc : E", "#acc != E ? E : #acc", "max(#acc, E)", "min(#acc, E)",
				"#acc + (E + 1)", "#acc + #acc", "#acc + E > 3 ? 1 : 2", "#acc + (E > 3 ? 1 : 0)", ".Small > 9 ? #acc + E : #acc", "#acc + (.Small > 9 ? E : .Int)", "E > 5 ? #acc - 1 : #acc", ".Small > 7 ? max(#acc, E) : #acc", ".Small > 7 ? (#acc > E ? #acc : E) : #acc", "E > 0 ? #acc : #acc + E", ".Small < 0 ? #acc + E : #acc", "#acc > E ? E : E",
			} {
				for _, field := range []string{".Int", ".Word", ".Small", ".Float", ".Half", ".Took"} {
					if turn++; turn%attack.Stride(11) != 0 {
						continue
					}
					many.lanes = []int{0, 1, 5, 64}[turn/11%4]
					source := fmt.Sprintf("reduce(%s, %s%s)", of, strings.ReplaceAll(form, "E", field), start)
					if got, want := both(t, many, slow, source); got != want {
						t.Errorf("%s: %d lanes: %s\nwant, one by one, %s", source, many.lanes, got, want)
					}
				}
			}
		}
	}
}
