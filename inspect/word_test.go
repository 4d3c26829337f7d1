package inspect

import (
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// as views what p points at as a t.
func as(t reflect.Type, p any) Value {
	return Value{typ: t, ref: peek.Of(reflect.ValueOf(p)).Bare(), mark: Racy}
}

// TestHeadersThatCannotBe: an impossible header of a slice or string is an error, whatever is
// asked, and leads nowhere.
func TestHeadersThatCannotBe(t *testing.T) {
	one := []uint64{1}
	type header struct {
		data   *uint64
		len, c int
	}
	for what, h := range map[string]*header{
		"a negative length":        {&one[0], -1, 1},
		"both negative":            {&one[0], -2, -1},
		"more than its capacity":   {&one[0], 2, 1},
		"more than there is":       {&one[0], math.MaxInt, math.MaxInt},
		"more bytes than numbers":  {&one[0], math.MaxInt/8 + 1, math.MaxInt},
		"elements and no address":  {nil, 1, 1},
		"elements, no capacity":    {&one[0], 1, 0},
		"a length of the smallest": {&one[0], math.MinInt, math.MinInt},
	} {
		v := as(reflect.TypeFor[[]uint64](), h)
		_, err := v.Len()
		_, err2 := v.Cap()
		_, err3 := v.Index(max(h.len, 1) - 1)
		for i, err := range []error{err, err2, err3, v.Cursor().Load()} {
			if !errors.Is(err, ErrTorn) {
				t.Errorf("a slice with %s, question %d: %v", what, i, err)
			}
		}
		_, _, err = as(reflect.TypeFor[[]byte](), h).Bytes(0, 10)
		if fits := h.len > 0 && h.len <= h.c && h.data != nil; !fits && !errors.Is(err, ErrTorn) {
			t.Errorf("bytes with %s: %v", what, err)
		}
	}
	for what, h := range map[string]*header{"a negative length": {&one[0], -1, 0}, "a length and no address": {nil, 1, 0}} {
		v := as(reflect.TypeFor[string](), h)
		_, err := v.Len()
		_, _, err2 := v.Bytes(0, 10)
		if !errors.Is(err, ErrTorn) || !errors.Is(err2, ErrTorn) {
			t.Errorf("a string with %s: %v, %v", what, err, err2)
		}
	}
}

// TestAttackReusedText: while a string is copied its memory may become another's. What is not said
// to be torn must be of one string: all of one byte, as each is here.
func TestAttackReusedText(t *testing.T) {
	bytes := make([]byte, 1<<18)
	var text struct {
		data *byte
		len  int
	}
	var stop, shown atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() { reuse(&text.data, &text.len, bytes, &stop, &shown) })
	defer writer.Wait()
	defer stop.Store(true)
	v := as(reflect.TypeFor[string](), &text)
	path := v.FieldPath()
	var readings, torn, refused int
	// On one processor the string hardly ever changes while it is read.
	least := min(runtime.GOMAXPROCS(0)-1, 1) * 3
	for lengths := map[int]bool{}; len(lengths) < 20 || refused < least; readings++ {
		for !shown.Load() {
			runtime.Gosched()
		}
		for range 3 {
			// At any time: it is quick.
			d, ok := v.Follow(path, len(bytes))
			if !ok {
				refused++
			} else if d.Text != "" && strings.Count(d.Text, d.Text[:1]) != len(d.Text) {
				t.Fatalf("reading %d by a path is of two strings", readings)
			}
		}
		s, n, mark, err := v.Text()
		if err != nil {
			t.Fatal(err)
		}
		if mark&Torn != 0 {
			torn++
			continue
		}
		if lengths[n] && readings%16 == 0 {
			runtime.Gosched() // let the writer go on, if there is one processor
		}
		lengths[n] = true
		if n != len(s) || s != "" && strings.Count(s, s[:1]) != n {
			t.Fatalf("reading %d is of two strings, and does not say so", readings)
		}
	}
	t.Logf("%d readings, %d torn, %d refused", readings, torn, refused)
}

// TestAttackReusedTexts is TestAttackReusedText for a column: its texts are whole, or their lanes are
// bad.
func TestAttackReusedTexts(t *testing.T) {
	bytes := make([]byte, 1<<18)
	var texts [3]struct {
		data *byte
		len  int
	}
	var stop, shown atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() { reuse(&texts[1].data, &texts[1].len, bytes, &stop, &shown) })
	defer writer.Wait()
	defer stop.Store(true)
	v := as(reflect.TypeFor[[3]string](), &texts)
	path := Value{typ: reflect.TypeFor[string]()}.FieldPath()
	var c Column
	var readings, bad int
	least := min(runtime.GOMAXPROCS(0)-1, 1) * 3
	for lengths := map[int]bool{}; len(lengths) < 20 || bad < least; readings++ {
		for readings%2 == 0 && !shown.Load() { // else at any time
			runtime.Gosched()
		}
		b, err := v.Cursor().LoadBatch(len(texts))
		if err != nil || b.Len() != len(texts) {
			t.Fatal(b, err)
		}
		b.Read(path, false, nil, len(bytes), &c)
		if c.Bad.Has(0) || c.Bad.Has(2) {
			t.Fatal("nobody writes a text, and it is bad")
		}
		if c.Bad.Has(1) {
			bad++
			continue
		}
		s := string(c.Text.At(int(c.Text.Ref[1])))
		if lengths[len(s)] && readings%16 == 0 {
			runtime.Gosched() // let the writer go on, if there is one processor
		}
		lengths[len(s)] = true
		if s != "" && strings.Count(s, s[:1]) != len(s) {
			t.Fatalf("reading %d is of two strings", readings)
		}
	}
	t.Logf("%d readings, %d bad", readings, bad)
}

// reuse fills bytes with one byte after the other, and shows them as a string of a different length
// each time, for about as long as it takes to fill them.
//
//go:norace
func reuse(data **byte, n *int, bytes []byte, stop, shown *atomic.Bool) {
	sum := 0
	for i := 1; !stop.Load(); i++ {
		shown.Store(false)
		*n = 0
		for j := range bytes {
			bytes[j] = byte('a' + i%26)
		}
		*data, *n = &bytes[0], len(bytes)-i%10_000
		shown.Store(true)
		for _, b := range bytes {
			sum += int(b)
		}
	}
	runtime.KeepAlive(sum)
}
