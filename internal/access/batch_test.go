package access

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

type (
	// stone has fields of which a key may say more than their own names.
	stone struct {
		weight int
		name   string
		value  string // inherits from the struct
		pin    int
		next   *stone
	}
	// pebble is as secret as its only text.
	pebble struct {
		value string
		size  int
	}
)

// stones has the same entries under keys of which some name secrets, and in all forms.
type stones struct {
	Numbers  map[string]int
	Texts    map[string]string
	Pointers map[string]*stone
	Values   map[string]stone
	Pebbles  map[string]pebble
	ByNumber map[int]*stone
	Token    map[string]*stone
	List     []*stone
	Structs  []stone
	Strings  []string
	Array    [90]*stone
}

func newStones() *stones {
	s := &stones{
		Numbers: map[string]int{}, Texts: map[string]string{}, Pointers: map[string]*stone{}, Values: map[string]stone{},
		Pebbles: map[string]pebble{}, ByNumber: map[int]*stone{}, Token: map[string]*stone{},
	}
	for i := range 90 {
		key := []string{"plain", "password", "pin", "apiKey", "a token", "tokens", "otp", "", "session-key", "monkey", "keys of all"}[i%11] + strings.Repeat(" ", i/11)
		if i == 77 {
			key = strings.Repeat("k", inspect.MaxKey+1)
		}
		if i == 78 {
			key = strings.Repeat("token ", 500)
		}
		e := &stone{weight: i, name: fmt.Sprint("stone ", i%7), value: "v", pin: i}
		switch {
		case i%13 == 5:
			e.name = "see https://u:hunter2@host/"
		case i%17 == 3:
			e.name = strings.Repeat("long", 1000)
		}
		if i%19 != 4 {
			e.next = e
		}
		s.Numbers[key], s.Texts[key], s.Pointers[key], s.Values[key] = i, e.name, e, *e
		s.Pebbles[key], s.ByNumber[i], s.Token[key] = pebble{"v", i}, e, e
		s.List, s.Structs, s.Strings, s.Array[i] = append(s.List, e), append(s.Structs, *e), append(s.Strings, e.name), e
		if i%23 == 7 {
			s.Pointers[key], s.List[i] = nil, nil
		}
	}
	return s
}

// entryRead is what is read of an entry.
type entryRead struct {
	text string
	ok   bool
}

// readOf reads a field below elem, or elem itself, with all that policy has to say.
func readOf(elem *View, fields []any) (r entryRead, end *View) {
	v, err := reach(elem, fields...)
	if err != nil {
		return r, nil
	}
	x, ok, err := v.Plain()
	if _, redacted := x.(*Redacted); !ok || err != nil || redacted || x == nil {
		return r, nil
	}
	return entryRead{fmt.Sprint(x), true}, v
}

// TestBatchPolicy: what a batch reads of a lane is what Member and Plain read of its entry. What they
// do not show, for its own name, for that of its key, or for its look, is bad in the column.
func TestBatchPolicy(t *testing.T) {
	object := newStones()
	ways := map[string][]any{"itself": nil, "weight": {".weight"}, "name": {".name"}, "value": {".value"}, "pin": {".pin"}, "next": {".next", ".weight"}, "next's value": {".next", ".value"}, "size": {".size"}}
	hide := map[string][]Option{"no pattern": nil, "of a field": {Hide("*.*.weight")}, "of a field further on": {Hide("Pointers.*.next.weight", "List.*.name")}, "frozen": {Frozen()}, "guarded": {Guard(new(sync.Mutex))}}
	good := map[string]int{}
	for policy, options := range hide {
		for i := range reflect.TypeFor[stones]().NumField() {
			name := reflect.TypeFor[stones]().Field(i).Name
			for way, fields := range ways {
				for _, key := range []bool{false, true} {
					if key && (fields != nil || !strings.Contains(reflect.TypeFor[stones]().Field(i).Type.String(), "map")) {
						continue
					}
					at := fmt.Sprintf("%s: %s: %s (key: %v)", policy, name, way, key)
					vis, root := lookAt(t, object, options...)
					vis.Lanes(64, 0)
					from := must(t, root, "."+name)
					of := func(key_, elem *View) *View {
						if key {
							return key_
						}
						return elem
					}
					var want []entryRead
					err := from.Each(func(k, elem *View) (bool, error) {
						r, _ := readOf(of(k, elem), fields)
						want = append(want, r)
						return true, nil
					})
					if err != nil {
						t.Fatal(at, err)
					}
					if why := from.StepByStep(); why != "" {
						t.Fatal(at, why)
					}
					var c FieldCache
					var col inspect.Column
					pos := 0
					err = from.EachBatch(false, Lanes{Take: func(b *Batch) (bool, error) {
						in := inspect.FirstLanes(b.Len())
						b.Read(&c, key, &in, &col)
						for lane := range b.Len() {
							switch {
							case col.Bad.Has(lane):
								k, elem := b.Lend(lane)
								if _, end := readOf(of(k, elem), fields); end != nil {
									c.Learn(of(k, elem), end)
								}
							case !want[pos].ok:
								t.Errorf("%s: entry %d is read, and must not be shown", at, pos)
							default:
								good[policy]++
								d := inspect.Datum{Kind: col.Kind}
								if col.Kind == inspect.TextDatum {
									d.Text = string(col.Text.At(int(col.Text.Ref[lane])))
								} else {
									d.Bits = col.Bits[lane]
								}
								if got := fmt.Sprint(d.Plain()); got != want[pos].text {
									t.Errorf("%s: entry %d is %.50q, want %.50q", at, pos, got, want[pos].text)
								}
							}
							pos++
						}
						return true, b.Take(b.Len(), 0, 0)
					}})
					if err != nil || pos != len(want) {
						t.Errorf("%s: %d entries, want %d, %v", at, pos, len(want), err)
					}
				}
			}
		}
	}
	for policy := range hide {
		if good[policy] < 1000 {
			t.Errorf("%s: only %d lanes were read", policy, good[policy])
		}
	}
}

// TestBatchesWithoutKeys: the names of keys are looked at only where they can hide something.
func TestBatchesWithoutKeys(t *testing.T) {
	_, root := lookAt(t, newStones())
	for _, c := range []struct {
		of    string
		steps []any
		named bool
	}{
		{".Pointers", []any{".weight"}, false}, {".Pointers", []any{".name"}, false}, {".Pointers", []any{".next", ".weight"}, true}, {".Values", []any{".weight"}, false},
		{".Pointers", []any{".value"}, true}, {".Numbers", nil, true}, {".Texts", nil, true}, {".Pebbles", []any{".value"}, true}, {".Pebbles", []any{".size"}, false},
	} {
		var cache FieldCache
		_ = must(t, root, c.of).Each(func(_, elem *View) (bool, error) {
			if _, end := readOf(elem, c.steps); end != nil {
				cache.Learn(elem, end)
			}
			return cache.path == nil, nil
		})
		if cache.path == nil || cache.named != c.named {
			t.Errorf("%s%v: keys are looked at: %v, want %v", c.of, c.steps, cache.named, c.named)
		}
	}
}

// TestBatchesGiveUp has a FieldCache meet elements of the same type of which more is secret than of
// those that it learned from: no lane is read.
func TestBatchesGiveUp(t *testing.T) {
	_, root := lookAt(t, newStones(), Hide("ByNumber.*.value"))
	var c FieldCache
	_ = must(t, root, ".List").Each(func(_, elem *View) (bool, error) {
		if _, end := readOf(elem, []any{".value"}); end != nil {
			c.Learn(elem, end)
		}
		return c.path == nil, nil
	})
	for name, read := range map[string]bool{".List": true, ".Array": true, ".Token": false, ".ByNumber": false, ".Structs": false} {
		lanes := 0
		err := must(t, root, name).EachBatch(false, Lanes{Take: func(b *Batch) (bool, error) {
			in := inspect.FirstLanes(b.Len())
			var col inspect.Column
			b.Read(&c, false, &in, &col)
			in.AndNot(&col.Bad)
			lanes += in.Count()
			return true, b.Take(b.Len(), 0, 0)
		}})
		if err != nil || (lanes > 0) != read {
			t.Errorf("%s: %d lanes are read, %v", name, lanes, err)
		}
	}
}

// TestBatchesTellRaces: what a batch reads without a guard is told.
func TestBatchesTellRaces(t *testing.T) {
	// Where their elements lie is known without a reading.
	object := new(struct {
		Strings [90]string
		Times   [90]time.Time
	})
	for _, path := range []string{".Strings", ".Times"} {
		vis, root := lookAt(t, object)
		var c FieldCache
		var col inspect.Column
		err := must(t, root, path).EachBatch(false, Lanes{Take: func(b *Batch) (bool, error) {
			in := inspect.FirstLanes(b.Len())
			b.Learn(&c, false)
			b.Read(&c, false, &in, &col)
			return true, b.Take(b.Len(), 0, 0)
		}})
		if c.path == nil || err != nil || len(vis.Tally().Racy) == 0 || col.Bad.Any() {
			t.Errorf("%s: %v is told to be racy, %v", path, vis.Tally().Racy, err)
		}
	}
}

// TestBatchGivesGuardBack: lanes that take long step by step do not keep the guard.
func TestBatchGivesGuardBack(t *testing.T) {
	object := &struct {
		mu   sync.Mutex
		List []int
	}{List: make([]int, 200)}
	for _, unlocked := range []bool{false, true} {
		vis, root := lookAt(t, object)
		holds, met := 0, 0
		err := must(t, root, ".List").EachBatch(unlocked, Lanes{
			Take: func(b *Batch) (bool, error) {
				holds++
				return b.Step(b.Len())
			},
			Each: func(pos int, _, _ *View) (bool, error) {
				if pos != met || vis.Holding() == unlocked {
					t.Fatalf("entry %d comes as number %d, and the guard is held: %v", pos, met, vis.Holding())
				}
				met++
				for began := time.Now(); !unlocked && time.Since(began) < 200*time.Microsecond; {
				}
				return true, nil
			},
		})
		if err != nil || met != 200 || !unlocked && holds < 200/clockEvery {
			t.Errorf("%d entries in %d holds of the guard, %v", met, holds, err)
		}
	}
}

// TestBatchOrder: lanes that were found, those that are done step by step, and what was taken between
// them come in their order, and are counted in it.
func TestBatchOrder(t *testing.T) {
	object := &struct {
		mu   sync.Mutex
		List []int
	}{List: make([]int, 700)}
	for _, unlocked := range []bool{false, true} {
		for _, stop := range []int{-1, 0, 1, 13, 64, 65, 500} {
			vis, root := lookAt(t, object)
			vis.Lanes(100, 0)
			var got []int
			met := func(pos int, _, elem *View) (bool, error) {
				if elem.index != pos || vis.report.Walked > pos+1 {
					t.Fatalf("entry %d is at %d, and %d were counted before", pos, elem.index, vis.report.Walked)
				}
				got = append(got, pos)
				return pos != stop, nil
			}
			err := must(t, root, ".List").EachBatch(unlocked, Lanes{
				Each: met, Found: met,
				Take: func(b *Batch) (bool, error) {
					for b.Taken() < b.Len() && !b.Done() {
						var more bool
						var err error
						switch n := min(b.Len()-b.Taken(), 1+b.Pos()%3); b.Pos() % 4 {
						case 0:
							more, err = b.Step(1)
						case 1:
							if err = b.Take(1, 0, 0); err == nil {
								more, err = b.Find()
							}
						default:
							more, err = true, b.Take(n, 0, 0)
						}
						if err != nil || !more {
							return false, err
						}
					}
					return true, nil
				},
			})
			last := -1
			for _, pos := range got {
				if pos <= last {
					t.Fatalf("entry %d comes behind %d", pos, last)
				}
				last = pos
			}
			if want := vis.report.Walked; err != nil || stop < 0 && want != 700 || stop >= 0 && last == stop && want != stop+1 {
				t.Errorf("unlocked %v, stop at %d: the last is %d, %d were counted, %v", unlocked, stop, last, want, err)
			}
		}
	}
}

// TestStepByStep: patterns that match every name alike let a collection be walked in batches.
func TestStepByStep(t *testing.T) {
	object := newStones()
	for hide, why := range map[string]bool{"List.*.weight": false, "*.*.weight": false, "List.3.weight": true, "List.**.weight": false, "List.1*.weight": true, "*.7.name": true, "Numbers.*.x": false} {
		_, root := lookAt(t, object, Hide(hide))
		if got := must(t, root, ".List").StepByStep(); (got != "") != why {
			t.Errorf("with %s: %q", hide, got)
		}
	}
}
