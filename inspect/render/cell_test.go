package render_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// bush has a part of each kind that a cell may end in.
type bush struct {
	N     int
	Name  string
	Tags  []string
	By    map[string]bush
	Next  *bush
	Sum   [3]float64
	Zero  struct{ A, B, C, D, E, F, G, H int64 }
	When  time.Time
	Any   any
	Wait  time.Duration
	Ptr   **int
	Many  []bush
	Lost  error
	Last  struct{ Deep struct{ Text, Other string } }
	Raw   []byte
	Twins []*bush
}

func growBush(r *rand.Rand, depth int) bush {
	var b bush
	text := func() string { return strings.Repeat(string(rune('a'+r.IntN(26))), r.IntN(30)) }
	maybe := func(f func()) {
		if r.IntN(2) == 0 {
			f()
		}
	}
	maybe(func() { b.N = r.IntN(1_000_000) })
	maybe(func() { b.Name = text() })
	maybe(func() { b.Tags = []string{text(), text(), "日本語のラベル"}[:r.IntN(4)] })
	maybe(func() { b.Sum[r.IntN(3)] = r.Float64() })
	maybe(func() { b.Zero.H = int64(r.IntN(2)) })
	maybe(func() { b.When = when.Add(-time.Duration(r.IntN(1e9))) })
	maybe(func() { b.Wait = time.Duration(r.IntN(1e9)) })
	maybe(func() { n := new(int); b.Ptr = &n })
	maybe(func() { b.Any = []any{0, "", text(), bush{N: 7}, []int{1, 2, 3}}[r.IntN(5)] })
	maybe(func() { b.Lost = fmt.Errorf("lost %d: %w", r.IntN(9), fmt.Errorf("%s", text())) })
	maybe(func() { b.Last.Deep.Other = text() })
	maybe(func() { b.Raw = []byte(text()) })
	if depth > 0 {
		maybe(func() { next := growBush(r, depth-1); b.Next = &next })
		maybe(func() { b.By = map[string]bush{text(): growBush(r, depth-1), "k": growBush(r, depth-1)} })
		maybe(func() { b.Many = []bush{growBush(r, depth-1), growBush(r, 0)}[:r.IntN(3)] })
		maybe(func() { twin := growBush(r, 0); b.Twins = []*bush{&twin, &twin, nil}[:r.IntN(4)] })
	}
	return b
}

// TestLineLooksTheSame: what is not read of elements, as it does not fit their lines, would not have
// been shown.
func TestLineLooksTheSame(t *testing.T) {
	saved := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		var rows []bush
		byName := map[string]*bush{}
		for i := range 1 + r.IntN(6) {
			rows = append(rows, growBush(r, 2))
			b := growBush(r, 2)
			byName[fmt.Sprint("row", i)] = &b
		}
		for _, x := range []any{&rows, &byName, &rows[0], &struct {
			Rows []bush
			Map  map[string]*bush
			One  []bush
		}{rows, byName, []bush{growBush(r, 2)}}} {
			width, height := 60+r.IntN(120), 8+r.IntN(60)
			limit := render.Limit{Taper: true, Once: seed%2 == 0}
			src := func() render.Source { return render.Raw(inspect.Of(x), "o") }
			whole := render.Snap(src(), limit)
			limit.Line = width
			part := render.Snap(src(), limit)
			want, got := glance(whole, width, height), glance(part, width, height)
			if got != want {
				t.Fatalf("seed %d, %T, %d columns:\n%s\nwith all that there is:\n%s", seed, x, width, got, want)
			}
			saved += count(whole) - count(part)
		}
	}
	if saved < 1000 {
		t.Errorf("only %d values were left out", saved)
	}
}

// TestPathsInCells: of a path that is wider than its cell the end is shown, of other texts the beginning,
// and neither is wider than the cell.
func TestPathsInCells(t *testing.T) {
	type row struct{ Function, Said, Next, Other string }
	rows := []row{}
	for i := range 4 {
		rows = append(rows, row{
			fmt.Sprint("github.com/acme/shop/internal/store.(*Shelf).put", i), fmt.Sprint("a long sentence, or/and something else ", i),
			fmt.Sprint("日本語/日本語のラベルは長いのでここでは切られます", i), fmt.Sprint("/with\"quotes\"/which/are/written/with/backslashes", i),
		})
	}
	n := render.Snap(render.Raw(inspect.Of(&rows), "o"), render.Limit{Taper: true, Line: 80})
	const want = `&≈[]render_test.row{
  Function          Said              Next             Other
  ….(*Shelf).put0"  "a long sentenc…  …は切られます0"  ` + "`/with\"quotes\"/which/are…" + `
  ….(*Shelf).put1"  "a long sentenc…  …は切られます1"  ` + "`/with\"quotes\"/which/are…" + `
`
	if got := glance(n, 80, 10); !strings.HasPrefix(got, want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
