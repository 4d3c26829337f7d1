package eval

import (
	"container/list"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

type (
	countOfShelf int16
	labelOfShelf string
	smallOfShelf int8
	longOfShelf  time.Duration
	footOfShelf  struct {
		Deep  int
		Label string
		pin   int
	}
	sideOfShelf struct {
		Side  uint8
		Token string
	}

	// shelf has a field of every kind.
	shelf struct {
		footOfShelf
		*sideOfShelf
		Name     labelOfShelf
		Hits     int
		small    smallOfShelf
		count    countOfShelf
		wide     uint64
		word     uint32
		half     float32
		ratio    float64
		yes      bool
		left     time.Duration
		long     longOfShelf
		when     time.Time
		turns    atomic.Int64
		on       atomic.Bool
		password int
		token    string
		tokens   int
		tagged   int    `inspect:"secret"`
		absent   int    `inspect:"-"`
		renamed  int    `inspect:"other"`
		note     string // may look like a secret
		bytes    []byte
		next     *shelf
		twice    **shelf
		number   *int
		text     *string
		in       struct{ a struct{ b float64 } }
		any      any
		list     []int
		queue    chan int
		link     atomic.Pointer[shelf]
		secrets  []string
		byName   map[string]int
		array    [2]int
		complex  complex128
		chans    []chan int
		ch       chan int
		byHits   map[int]*shelf
	}

	// otherShelf has fields of the same names at other places and of other types.
	otherShelf struct {
		pad  [3]string
		Name int
		Hits string
		yes  int
		next any
	}

	// lockedShelf has a lock of its own.
	lockedShelf struct {
		mu    sync.Mutex
		Hits  int
		Name  string
		turns atomic.Int32
		next  *lockedShelf
	}

	// lensedShelf is seen through a lens.
	lensedShelf struct {
		Hits int
		Name string
	}

	shelves struct {
		mu       sync.RWMutex
		pointers []*shelf
		values   []shelf
		array    [3]shelf
		twice    []**shelf
		byName   map[string]*shelf
		byNumber map[int]shelf
		any      []any
		anyBy    map[any]any
		locked   []*lockedShelf
		lockedBy map[string]lockedShelf
		lockedIn []lockedShelf
		lensed   []*lensedShelf
		lensedBy map[string]lensedShelf
		linked   list.List
		names    map[string]struct{} // sets, as are these
		labels   map[labelOfShelf]struct{}
		smalls   map[smallOfShelf]struct{}
		sides    map[lensedShelf]struct{}
		nexts    map[*shelf]struct{}
		shared   sync.Map
		numbers  []int
	}
)

// fill makes e the shelf of that number.
func (e *shelf) fill(i int) *shelf {
	e.footOfShelf = footOfShelf{i, "foot", i}
	e.Name, e.Hits, e.small, e.count = labelOfShelf(fmt.Sprint("item ", i)), i*50, smallOfShelf(-i), countOfShelf(i-3)
	e.wide, e.word, e.half, e.ratio, e.yes = math.MaxUint64-uint64(i), uint32(i), float32(i)/3, float64(i)/7, i%2 == 0
	e.left, e.long, e.when = time.Duration(i)*time.Minute, longOfShelf(i), time.Unix(int64(i), 0)
	e.turns.Store(int64(i))
	if e.link.Store(nil); i%3 > 0 && i < 1000 {
		e.link.Store(new(shelf).fill(1000 + 1000*i)) // which has none
	}
	e.on.Store(i%3 == 0)
	e.password, e.token, e.tokens, e.tagged, e.absent, e.renamed = i, "t", i, i, i, i
	e.note, e.bytes, e.in.a.b, e.any, e.list, e.byName = "plain", []byte("b"), float64(i), e.Hits, []int{i}, map[string]int{"a": i}
	e.byHits, e.ch = map[int]*shelf{i: e}, make(chan int, 3)
	for range i % 4 {
		e.ch <- i
		e.chans = append(e.chans, e.ch)
	}
	switch i {
	case 2:
		e.byHits, e.list = nil, nil
	case 6:
		e.ch, e.byName = nil, map[string]int{}
	case 1, 3:
		text := fmt.Sprint("text ", i)
		e.sideOfShelf, e.number, e.text, e.any = &sideOfShelf{uint8(i), "t"}, &e.Hits, &text, text
	case 4:
		e.note, e.ratio = "see https://u:hunter2@host/", math.NaN()
	case 5:
		e.Name = labelOfShelf(strings.Repeat("long 7", 5000))
	}
	switch i % 9 {
	case 4:
		e.when = time.Time{}
	case 5:
		e.when = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	case 6:
		e.when = time.Now() // with a monotonic clock
	case 7:
		e.when = time.Unix(-1, 5)
	}
	return e
}

// newShelves has every kind of element at which a chain of fields can begin.
func newShelves() *shelves {
	s := &shelves{
		values: make([]shelf, 4), byName: map[string]*shelf{}, byNumber: map[int]shelf{3: {Hits: 3, Name: "three"}, 4: {Hits: 400}}, anyBy: map[any]any{}, numbers: []int{1, 200},
		lockedBy: map[string]lockedShelf{"a": {Hits: 1}, "b": {Hits: 500, Name: "b"}}, lockedIn: make([]lockedShelf, 3), lensedBy: map[string]lensedShelf{"a": {1, "a"}, "b": {300, "b"}},
	}
	s.names, s.labels, s.smalls, s.sides, s.nexts = map[string]struct{}{"plain": {}, "api_key": {}}, map[labelOfShelf]struct{}{"foot": {}}, map[smallOfShelf]struct{}{}, map[lensedShelf]struct{}{}, map[*shelf]struct{}{nil: {}}
	for i := range 7 {
		e := new(shelf).fill(i)
		s.names[fmt.Sprint("item ", i)], s.smalls[smallOfShelf(i-3)], s.nexts[e] = struct{}{}, struct{}{}, struct{}{}
		s.sides[lensedShelf{i, "of a set"}] = struct{}{}
		if e.next = new(shelf).fill(i + 1); i != 2 {
			e.twice = &e.next
		}
		if i == 3 {
			e.next = nil
		}
		s.pointers, s.byName[fmt.Sprint("k", i)], s.anyBy[i] = append(s.pointers, e), e, e
		s.twice = append(s.twice, &e.next)
		s.locked = append(s.locked, &lockedShelf{Hits: 50 * i, Name: "locked", next: &lockedShelf{Hits: -i}})
		s.lensed = append(s.lensed, &lensedShelf{60 * i, "own"})
		s.linked.PushBack(e)
		s.shared.Store(i, e)
		s.any = append(s.any, []any{e, &otherShelf{Name: i, Hits: "text", next: e}, otherShelf{Name: i, Hits: "text"}, nil, *new(int), "text", &e.Hits}[i])
	}
	for i := range s.values {
		s.values[i].fill(i)
	}
	for i := range s.array {
		s.array[i].fill(i)
		s.lockedIn[i].Hits = 70 * i
	}
	s.byName["password"] = new(shelf).fill(9) // hidden by its key
	s.byName["k7"] = nil
	return s
}

// shelfPolicies are the ways in which shelves are exposed.
func shelfPolicies() map[string][]registry.Option {
	var mu sync.RWMutex
	return map[string][]registry.Option{
		"found":   nil,
		"frozen":  {registry.Frozen()},
		"guarded": {registry.Guard(&mu)},
		"owned":   {registry.Owner(func(f func()) { f() })},
		"hiding":  {registry.Hide("pointers.*.Hits", "byName.k2.Hits", "byName.k3", "values.1.in.a", "*.*.next.Name", "*.*.footOfShelf.Deep", "array.*.Label", "shared.*", "byNumber.3.*")},
	}
}

// everything is all that is to be seen of an evaluation but for its time.
func everything(t *testing.T, s *Session, source string) string {
	r, err := s.Eval(t.Context(), source)
	if err != nil {
		return fmt.Sprintf("%s: %v", err.(*Error).Code, err)
	}
	return fmt.Sprintf("%s\n%v\n%d entries, %d bytes, %d retries, %d torn", r.Node.Line(0), r.Notes, r.Cost.Entries, r.Cost.Bytes, r.Cost.Retries, r.Cost.Torn)
}

// both is everything of two sessions. Where a chunk ends depends on time, and with it where a budget was found to be
// spent, and whether what lies deep was not shown as a guard had been held for so long: what differs is asked for again.
func both(t *testing.T, fast, slow *Session, source string) (got, want string) {
	for range 5 {
		if got, want = everything(t, fast, source), everything(t, slow, source); got == want {
			break
		}
	}
	return got, want
}

// What the elements of shelves are compared by, in batches and by fields.
const (
	shelfCollections = "s.pointers s.values s.array s.twice s.byName s.byNumber s.any s.anyBy s.locked s.lockedBy s.lockedIn s.lensed s.lensedBy s.linked s.shared s.numbers concat(s.pointers,hiding.pointers) values(s.byName)"
	shelfChains      = ".Hits .Name .small .count .wide .word .half .ratio .yes .left .long .when .turns .on .password .token .tokens .tagged .absent .renamed .other .note .bytes " +
		".link.Hits .link.Name .link .link.sideOfShelf .Deep .Label .pin .Side .Token .footOfShelf.Deep .sideOfShelf.Side .next .next.Hits .next.Name .next.next.Hits .next.yes .twice.Hits .twice.Name .number .text .in.a.b .in.a .any .missing #.Hits"
)

// TestFieldCaches: an answer, what it cost, an error, and what is hidden are the same whether fields are read step by
// step or by shortcuts.
func TestFieldCaches(t *testing.T) {
	collections := strings.Fields(shelfCollections + " concat(s.any,s.pointers)")
	chains := strings.Fields(shelfChains + " .list[0] .byName.a .array[1] .complex .next?.Hits .Shown")
	templates := []string{
		"count(%[1]s, %[2]s > 100)", "count(%[1]s, 100 >= %[2]s)", "count(%[1]s, %[2]s == 50)", "count(%[1]s, -2.5 < %[2]s)", "count(%[1]s, %[2]s != 1 and %[2]s <= 18446744073709551613)",
		"count(%[1]s, %[2]s)", "filter(%[1]s, not %[2]s)", "map(%[1]s, %[2]s)", "sum(%[1]s, %[2]s)", "map(%[1]s, %[2]s + 1)", "count(%[1]s, %[2]s == %[2]s)", "any(%[1]s, %[2]s < .Hits)",
		"map(%[1]s, %[2]s ?? 7)", "count(%[1]s, %[2]s == nil)", "count(%[1]s, %[2]s endsWith \"7\")", "count(%[1]s, %[2]s == \"foot\")", "count(%[1]s, 1 < %[2]s < 300)", "count(%[1]s, %[2]s > duration(\"2m\"))",
		"map(%[1]s, any([1], %[2]s == 1))", "count(filter(%[1]s, .Hits >= 0), %[2]s > 1)", "map(%[1]s, -%[2]s)", "groupBy(%[1]s, %[2]s)", "count(%[1]s, %[2]s in [1, 50])", "count(%[1]s, %[2]s contains \"e\")", "map(%[1]s, len(%[2]s))",
	}
	object := newShelves()
	policies := shelfPolicies()
	turn := 0
	for policy, options := range policies {
		reg := registry.New()
		reg.GuardWait = time.Hour // the machine may be busy
		reg.Expose("s", object, options...)
		reg.Expose("hiding", object, policies["hiding"]...)
		if policy == "hiding" {
			reg.Lens(func(l *lensedShelf) any { return struct{ Shown int }{l.Hits} })
		}
		fast, slow := NewSession(reg, Limits{}), NewSession(reg, Limits{})
		slow.stepwise = true
		for c, collection := range collections {
			for n, chain := range chains {
				for i, template := range templates {
					// One template for each fourth pair is enough to notice what breaks all of them.
					if (i+turn+3*n+5*c)%attack.Stride(4*len(templates)) != 0 {
						continue
					}
					source := fmt.Sprintf(template, collection, chain)
					got, want := both(t, fast, slow, source)
					if got != want {
						t.Errorf("%s: %s:\n%.2000s\nwant, step by step,\n%.2000s", policy, source, got, want)
					}
				}
			}
		}
		turn++
	}
}

var cameTo = regexp.MustCompile(`(it came to entry \d+ of \d+ of [^;]+|\d+ of \d+ entries of [^;]+ were read, [^;]+); `)

// TestShortcutsSpend: the budget of entries ends an evaluation at the same place of its source.
func TestShortcutsSpend(t *testing.T) {
	object := newShelves()
	for _, options := range shelfPolicies() {
		reg := registry.New()
		reg.GuardWait = time.Hour // the machine may be busy
		reg.Expose("s", object, options...)
		for _, source := range []string{
			"count(s.pointers, .Hits > 100)", "sum(s.values, .in.a.b)", "count(s.pointers, .Hits > 100 and .footOfShelf.Deep > 1)", "filter(s.byNumber, .Hits + .small > 1)", "count(s.locked, .next.Hits < 0)", "count(filter(s.pointers, .Hits > 0), .Label endsWith \"t\")",
		} {
			for budget := 1; ; budget++ {
				fast, slow := NewSession(reg, Limits{Entries: budget}), NewSession(reg, Limits{Entries: budget})
				slow.stepwise = true
				got, want := both(t, fast, slow, source)
				// What was read under a guard is charged once it is given back, and how much that is depends
				// on time.
				got, want = cameTo.ReplaceAllString(got, ""), cameTo.ReplaceAllString(want, "")
				if got != want {
					t.Fatalf("%s with %d entries:\n%s\nwant, step by step,\n%s", source, budget, got, want)
				}
				if !strings.HasPrefix(want, "budget:") {
					break
				}
			}
		}
	}
}
