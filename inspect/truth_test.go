package inspect_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// alternating holds values of several words, each of which is always one of two.
type alternating struct {
	text string
	list []int
	face any
	c    complex128
	when time.Time
}

var (
	texts = [2]string{"short", strings.Repeat("long", 64)}
	lists = [2][]int{{1}, make([]int, 100, 200)}
	faces = [2]any{int64(7), struct{ a, b string }{"a", "b"}}
	cs    = [2]complex128{1 + 1i, 2 + 2i}
	whens = [2]time.Time{time.Unix(1, 1).UTC(), time.Unix(2, 2).UTC()}
)

// TestAttackTorn reads values while a writer alternates them as fast as it can. Each reading must
// be one of the two values that ever were, or be marked. The test goes on until it has caught the
// writer in the middle.
func TestAttackTorn(t *testing.T) {
	var x alternating
	var stop atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; !stop.Load(); i++ {
			j := i & 1
			x.text, x.list, x.face, x.c, x.when = texts[j], lists[j], faces[j], cs[j], whens[j]
			if i%4096 == 0 { // with asyncpreemptoff it can be stopped nowhere else
				runtime.Gosched()
			}
		}
	})
	defer wg.Wait()
	defer stop.Store(true)
	v, err := inspect.Of(&x).Elem()
	if err != nil {
		t.Fatal(err)
	}
	var reads, marked, halves int
	check := func(what string, mark inspect.Mark, err error, whole bool) {
		reads++
		if !whole || err != nil {
			halves++
		}
		if mark != 0 || err != nil {
			marked++
		} else if !whole {
			t.Fatalf("a %s was read half and half, and does not say so", what)
		}
	}
	for end := time.Now().Add(attack.Time()); halves == 0 || time.Now().Before(end); {
		s, _, mark, err := v.Field(0).Text()
		check("string", mark, err, s == texts[0] || s == texts[1] || s == "")

		n, err := v.Field(1).Len()
		check("slice", 0, err, n == 0 || n == 1 || n == 100)

		e, err := v.Field(2).Elem()
		whole := !e.IsValid()
		switch e.Shape() {
		case inspect.Scalar:
			n, err := e.Scalar(0)
			whole = err == nil && n == 7
		case inspect.Struct:
			a, err := e.Field(0).Scalar(10)
			whole = err == nil && a == "a"
		}
		check("interface", e.Mark(), err, whole)

		c, mark, err := v.Field(3).ScalarMark(0)
		check("complex", mark, err, c == cs[0] || c == cs[1] || c == complex128(0))

		w, mark, err := v.Field(4).ScalarMark(0)
		at, _ := w.(time.Time)
		check("time", mark, err, at.Equal(whens[0]) || at.Equal(whens[1]) || at.IsZero())
	}
	t.Logf("%d readings, %d half and half, %d marked", reads, halves, marked)
}
