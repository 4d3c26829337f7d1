package eval

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/registry"
)

// cart has what has a length.
type cart struct {
	mu        sync.Mutex
	Items     []*cart
	Names     map[string]int
	Set       map[int]struct{}
	Queue     chan int
	Raw       []byte
	Passwords []string
	To        *cart
	List      *[]int
}

// TestBatchesOfLengths: the lengths of slices, maps and channels go by batches, nil ones too, and are what they are one
// by one; those of what is hidden are not told.
func TestBatchesOfLengths(t *testing.T) {
	o := &struct {
		mu      sync.RWMutex
		Carts   []*cart
		ByName  map[string]*cart
		Lists   [][]int
		Maps    []map[string]int
		Chans   []chan int
		ByList  map[string][]int
		Numbers [4]map[int]int
	}{ByName: map[string]*cart{}, ByList: map[string][]int{}}
	for i := range 300 {
		c := &cart{Raw: make([]byte, i), Passwords: make([]string, i)}
		list, byName, ch := []int(nil), map[string]int(nil), chan int(nil)
		if i%3 > 0 {
			list, byName, ch = make([]int, i%17), map[string]int{}, make(chan int, 5)
			for j := range i % 23 {
				byName[fmt.Sprint(j)] = j
			}
			for range i % 5 {
				ch <- i
			}
			c.Set = map[int]struct{}{i: {}}
			c.Items, c.Names, c.Queue, c.List = make([]*cart, len(list), 20), byName, ch, &list
		}
		if i > 0 {
			c.To = o.Carts[i-1]
		}
		name := fmt.Sprint("cart ", i)
		o.Carts, o.ByName[name], o.ByList[name] = append(o.Carts, c), c, list
		o.Lists, o.Maps, o.Chans = append(o.Lists, list), append(o.Maps, byName), append(o.Chans, ch)
	}
	o.ByList["password"] = []int{1}
	reg := registry.New()
	reg.GuardWait = time.Hour
	reg.Expose("found", o)
	reg.Expose("frozen", o, registry.Frozen())
	reg.Expose("guarded", o, registry.Guard(new(sync.Mutex)))
	reg.Expose("hiding", o, registry.Hide("Carts.*.Items", "ByName.*.Names"))
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	for i, row := range []struct {
		form    string
		batched bool
	}{
		{"sum(%s.Carts, len(.Items))", true},
		{"count(%s.ByName, len(.Names) > 3)", true},
		{"freq(%s.Carts, len(.Set))", true},
		{"top(%s.Carts, 5, len(.Queue))", true},
		{"sum(%s.Lists, len(#))", true},
		{"map(%s.Maps, len(#))", true},
		{"filter(%s.Chans, len(#) == 4)", true},
		{"sum(filter(%s.ByList, #key != \"password\"), len(#))", true},
		{"sum(map(%s.Lists, len(#)))", true},
		{"count(%s.Carts, .To != nil and len(.To.Names) > len(.Names))", true},
		{"sum(%s.Numbers, len(#))", true},
		{"sum(%s.Carts, len(.Raw))", false}, // a text
		{"sum(%s.ByList, len(#))", true},    // ends at a secret
		{"sum(%s.Carts, len(.Passwords))", false},
		{"sum(%s.Carts, len(.To.Items))", false}, // of nil at once
		{"sum(%s.Carts, len(.List ?? []))", false},
	} {
		for _, name := range []string{"found", "frozen", "guarded", "hiding"} {
			line := fmt.Sprintf(row.form, name)
			many.lanes = []int{0, 1, 7, 64}[i%4]
			got, want := both(t, many, slow, line)
			if got != want {
				t.Errorf("%s:\n%s\nwant, one by one,\n%s", line, got, want)
			}
			r, err := many.Run(t.Context(), Query{Source: line, Explain: true})
			if err != nil {
				if !strings.Contains(got, err.Error()) {
					t.Errorf("%s: %v, and before %s", line, err, got)
				}
				continue
			}
			if w := r.Ways[0]; (w.Batched > 0 && w.Single < 10) != row.batched && name != "hiding" && bits.UintSize == 64 { // else a map has its length in two words
				t.Errorf("%s: %d in batches, %d one by one %q", line, w.Batched, w.Single, w.Why)
			}
		}
	}
}

// TestLengthOfTornSlice: a header that no slice has is an error, and no length.
func TestLengthOfTornSlice(t *testing.T) {
	o := &struct{ Carts []*cart }{}
	for range 100 {
		o.Carts = append(o.Carts, &cart{Items: make([]*cart, 3)})
	}
	reg := registry.New()
	reg.Expose("o", o)
	s := NewSession(reg, Limits{Time: time.Hour})
	torn := &o.Carts[70].Items
	defer func() { *torn = nil }()
	for _, length := range []uint{1 << (bits.UintSize - 8), math.MaxUint, 1 << (bits.UintSize - 1)} {
		(*[3]uint)(unsafe.Pointer(torn))[1] = length
		if got, err := answer(t, s, "sum(o.Carts, len(.Items))"); err == nil || !strings.Contains(err.Error(), "impossible header") {
			t.Errorf("a slice with the length %#x: %v, %v", length, got, err)
		}
	}
}
