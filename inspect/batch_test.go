package inspect_test

import (
	"container/list"
	"fmt"
	"math"
	"math/bits"
	"math/rand"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect"
)

// lane is what a test knows of an entry: the Values, and what is read from them.
type lane struct {
	key, elem inspect.Value
	index     int
}

// lanesOf returns the entries of a chunk by Next.
func lanesOf(c *inspect.Cursor) (lanes []lane) {
	for {
		k, e, ok := c.Next()
		if !ok {
			return lanes
		}
		lanes = append(lanes, lane{k, e, c.Index()})
	}
}

// takeSome loads and takes up to n entries, in a chunk or in a batch of which it may give a part
// back.
func takeSome(t *testing.T, c *inspect.Cursor, n int, batch, giveBack bool) (taken []lane) {
	t.Helper()
	if !batch {
		if err := c.Load(); err != nil {
			t.Fatal(err)
		}
		for range n {
			k, e, ok := c.Next()
			if !ok {
				break
			}
			taken = append(taken, lane{k, e, c.Index()})
		}
		return taken
	}
	b, err := c.LoadBatch(n)
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		return nil
	}
	for i := range b.Len() {
		if giveBack && i > 0 && i == b.Len()/2 && c.Return(i) {
			break
		}
		k, e := b.Entry(i)
		taken = append(taken, lane{k, e, b.Index(i)})
	}
	return taken
}

// paths returns the paths to all that a Datum can be read of in v, at most depth pointers away.
func paths(v inspect.Value, depth int) (all []*inspect.FieldPath) {
	var extend func(steps []func(*inspect.FieldPath), t reflect.Type, depth int)
	extend = func(steps []func(*inspect.FieldPath), t reflect.Type, depth int) {
		p := v.FieldPath()
		for _, step := range steps {
			step(p)
		}
		all = append(all, p)
		steps = steps[:len(steps):len(steps)]
		switch t.Kind() {
		case reflect.Pointer:
			if depth > 0 {
				extend(append(steps, (*inspect.FieldPath).Elem), t.Elem(), depth-1)
			}
		case reflect.Struct:
			for i := range t.NumField() {
				extend(append(steps, func(p *inspect.FieldPath) { p.Field(i) }), t.Field(i).Type, depth)
			}
		}
	}
	extend(nil, v.Type(), depth)
	return all
}

// checkColumn compares a column with what Follow reads from each of the lanes in in.
func checkColumn(t *testing.T, b *inspect.Batch, p *inspect.FieldPath, key bool, in *inspect.Mask, max int, c *inspect.Column) {
	t.Helper()
	b.Read(p, key, in, max, c)
	at, kind := p.End()
	if c.Kind != kind {
		t.Fatalf("the column of %v has kind %v, want %v", at, c.Kind, kind)
	}
	for i := range b.Len() {
		if in != nil && !in.Has(i) {
			if c.Bad.Has(i) {
				t.Fatalf("lane %d was not to be read, and is bad", i)
			}
			continue
		}
		k, v := b.Entry(i)
		if key {
			v = k
		}
		var want inspect.Datum
		ok := false
		if kind != inspect.NoDatum {
			want, ok = v.Follow(p, max)
		}
		switch {
		case c.Bad.Has(i) == ok:
			t.Fatalf("%v in lane %d of %d is bad: %v, want %v (%v)", at, i, b.Len(), c.Bad.Has(i), !ok, want)
		case kind == inspect.NoDatum:
		case kind == inspect.TextDatum:
			got := c.Text.At(int(c.Text.Ref[i]))
			if ok && string(got) != want.Text || !ok && len(got) > 0 {
				t.Fatalf("lane %d of %d has the text %q, want %q, %v", i, b.Len(), got, want.Text, ok)
			}
		default:
			if ok && c.Bits[i] != want.Bits || !ok && c.Bits[i] != 0 {
				t.Fatalf("%v in lane %d of %d is %#x, want %#x, %v", at, i, b.Len(), c.Bits[i], want.Bits, ok)
			}
		}
	}
}

// checkContents compares what the interfaces are found to hold that are the elements of a batch, and what is read of it,
// with what Elem and Follow find.
func checkContents(t *testing.T, b *inspect.Batch, in *inspect.Mask) {
	t.Helper()
	var c inspect.Contents
	var col inspect.Column
	open := func() {
		p := b.First(false).FieldPath()
		if !p.Open() {
			t.Fatal("an interface cannot be opened")
		}
		b.Open(p, false, in, &c)
	}
	open()
	found := map[int]reflect.Type{}
	for _, of := range c.Types {
		for i := of.Lanes.Next(0); i < inspect.BatchSize; i = of.Lanes.Next(i + 1) {
			found[i] = of.Type
		}
	}
	types := len(c.Types)
	for i := range b.Len() {
		_, e := b.Entry(i)
		content, err := e.Elem()
		switch {
		case !in.Has(i):
			if found[i] != nil || c.Nil.Has(i) || c.Bad.Has(i) {
				t.Fatalf("lane %d was not to be opened", i)
			}
		case c.Bad.Has(i):
			// Reflect made the type, or there are too many.
			if found[i] != nil || c.Nil.Has(i) {
				t.Fatalf("lane %d is bad, and has a %v", i, found[i])
			}
		case err != nil || content.Type() != found[i] || c.Nil.Has(i) != (content.Type() == nil):
			t.Fatalf("lane %d holds a %v, want a %v, %v", i, found[i], content.Type(), err)
		}
	}
	// One path for each type: the first of its kind.
	for kind := inspect.BoolDatum; kind <= inspect.TextDatum; kind++ {
		open()
		ways := make([]*inspect.FieldPath, types)
		for i := range ways {
			_, e := b.Entry(c.Types[i].Lanes.Next(0))
			content, err := e.Elem()
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range paths(content, 2) {
				if _, k := p.End(); k == kind {
					ways[i] = p
				}
			}
		}
		c.Read(ways, kind, 1<<10, &col)
		c.Close()
		for i, of := range c.Types {
			for lane := of.Lanes.Next(0); lane < inspect.BatchSize; lane = of.Lanes.Next(lane + 1) {
				// The words of a time are read together on 64 bits alone.
				if ways[i] == nil || kind == inspect.TimeDatum && bits.UintSize == 32 {
					if !col.Bad.Has(lane) {
						t.Fatalf("lane %d, a %v, has no way and is not bad", lane, of.Type)
					}
					continue
				}
				_, e := b.Entry(lane)
				content, _ := e.Elem()
				want, ok := content.Follow(ways[i], 1<<10)
				switch {
				case col.Bad.Has(lane) == ok:
					t.Fatalf("lane %d, a %v, is bad: %v", lane, of.Type, ok)
				case ok && kind == inspect.TextDatum && string(col.Text.At(int(col.Text.Ref[lane]))) != want.Text,
					ok && kind != inspect.TextDatum && col.Bits[lane] != want.Bits:
					t.Fatalf("lane %d, a %v, is wrong: want %v", lane, of.Type, want)
				}
			}
		}
	}
}

// checkBatches walks v in batches, mixed with chunks, and compares all with a walk in chunks.
func checkBatches(t *testing.T, v inspect.Value, trust bool, random *rand.Rand) {
	t.Helper()
	one, many := v.Cursor(), v.Cursor()
	one.Trust(trust)
	many.Trust(trust)
	same := func(a, b inspect.Value) bool {
		// Where a copy lies differs.
		return a.Type() == b.Type() && a.Mark() == b.Mark() && a.Solid() == b.Solid() && a.Lent() == b.Lent() &&
			a.InPlace() == b.InPlace() && a.Addr() == b.Addr()
	}
	var pending []lane
	next := func() (l lane, ok bool) {
		for len(pending) == 0 && !one.Done() {
			if err := one.Load(); err != nil {
				t.Fatal(err)
			}
			pending = lanesOf(one)
		}
		if len(pending) == 0 {
			return l, false
		}
		l, pending = pending[0], pending[1:]
		return l, true
	}
	check := func(i int, got lane) {
		want, ok := next()
		if !ok {
			t.Fatal("a batch has more than the walk")
		}
		if !same(got.key, want.key) || !same(got.elem, want.elem) || got.index != want.index {
			t.Fatalf("lane %d is %+v, want %+v", i, got, want)
		}
	}
	var c inspect.Column
	for !many.Done() {
		if random.Intn(4) == 0 {
			if err := many.Load(); err != nil {
				t.Fatal(err)
			}
			for range random.Intn(100) {
				k, e, ok := many.Next()
				if !ok {
					break
				}
				check(-1, lane{k, e, many.Index()})
			}
			many.Pause()
			continue
		}
		want := 1 + random.Intn(inspect.BatchSize)
		b, err := many.LoadBatch(want)
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			if !many.Done() {
				t.Fatal("no batch, and the walk goes on")
			}
			break
		}
		if b.Len() > want {
			t.Fatalf("%d lanes, want at most %d", b.Len(), want)
		}
		if torn := b.Torn(); torn.Any() {
			t.Fatal("nobody writes, and an entry is torn")
		}
		keep := b.Len()
		if random.Intn(2) == 0 {
			keep = random.Intn(b.Len() + 1)
		}
		if long := b.LongKeys(3); long != longKeys(b, 3) {
			t.Fatalf("the long keys are %b, want %b", long, longKeys(b, 3))
		}
		for i := range keep {
			k, e := b.Entry(i)
			check(i, lane{k, e, b.Index(i)})
		}
		if b.Len() == 0 {
			continue
		}
		in, out := inspect.FirstLanes(b.Len()), inspect.Mask{}
		for range random.Intn(b.Len() + 1) {
			out.Set(random.Intn(b.Len()))
		}
		in.AndNot(&out)
		k, e := b.Entry(0)
		for _, p := range paths(e, 3) {
			checkColumn(t, b, p, false, nil, 1<<10, &c)
			checkColumn(t, b, p, false, &in, 4, &c)
		}
		if e.Kind() == reflect.Interface {
			checkContents(t, b, &in)
		}
		if k.IsValid() {
			for _, p := range paths(k, 2) {
				checkColumn(t, b, p, true, nil, 1<<10, &c)
				checkColumn(t, b, p, true, &in, 4, &c)
			}
		}
		if !many.Return(keep) {
			for i := keep; i < b.Len(); i++ {
				k, e := b.Entry(i)
				check(i, lane{k, e, b.Index(i)})
			}
		}
		many.Pause()
	}
	if l, ok := next(); ok {
		t.Fatalf("the batches lack %+v", l)
	}
}

// longKeys is Batch.LongKeys, one by one.
func longKeys(b *inspect.Batch, max int) (long inspect.Mask) {
	for i := range b.Len() {
		k, _ := b.Entry(i)
		if k.Kind() == reflect.String {
			if n, err := k.Len(); err != nil || n > max {
				long.Set(i)
			}
		}
	}
	return long
}

// batched has a field of each kind that a column can be of, and some that it cannot.
type batched struct {
	B       bool
	I       int
	I8      int8
	I16     int16
	I32     int32
	I64     int64
	U       uint
	U8      uint8
	U16     uint16
	U32     uint32
	U64     uint64
	P       uintptr
	F       float64
	G       float32
	S       string
	D       time.Duration
	A       atomic.Int64
	C       complex128
	E       any
	Next    *batched
	In      struct{ X, Y int16 }
	Deep    **int32
	private string
	Empty   struct{}
	Long    [3]int
}

// newBatched returns a batched of random content.
func newBatched(random *rand.Rand, depth int) *batched {
	x := &batched{
		B: random.Intn(2) == 0, I: random.Int() - random.Int(), I8: int8(random.Int()), I16: int16(random.Int()), I32: int32(random.Int()),
		I64: int64(random.Uint64()), U: uint(random.Uint64()), U8: uint8(random.Int()), U16: uint16(random.Int()), U32: random.Uint32(), U64: random.Uint64(),
		P: uintptr(random.Uint64()), F: random.NormFloat64(), G: float32(random.NormFloat64()), D: time.Duration(random.Int63()), E: random.Int(),
	}
	x.A.Store(random.Int63())
	x.In.X, x.In.Y = int16(random.Int()), int16(random.Int())
	texts := []string{"", "a", "ab", "abcdefg", "abcdefgh", "abcdefghi", "the same", fmt.Sprint(random.Int()), string(make([]byte, random.Intn(2000)))}
	x.S, x.private = texts[random.Intn(len(texts))], texts[random.Intn(len(texts))]
	if random.Intn(4) > 0 && depth > 0 {
		x.Next = newBatched(random, depth-1)
	}
	if random.Intn(2) == 0 {
		p := new(int32)
		*p = int32(random.Int())
		x.Deep = &p
		if random.Intn(2) == 0 {
			*x.Deep = nil
		}
	}
	if random.Intn(20) == 0 {
		x.F, x.G = math.NaN(), float32(math.Inf(-1))
	}
	return x
}

func TestBatch(t *testing.T) {
	inspect.Prepare()
	random := rand.New(rand.NewSource(7))
	type small struct {
		a byte
		b int32
	}
	for _, n := range []int{0, 1, 5, 8, 9, 64, 65, 700, 3000} {
		var (
			pointers   = map[string]*batched{}
			values     = map[int]batched{}
			ints       = map[int]int{}
			structs    = map[small]small{}
			large      = map[[20]int]*int{}
			ptrs       []*batched
			vals       []batched
			bytes      []byte
			words      []int
			strs       []string
			arr        = new([100]*batched)
			interfaces []any
			named      = map[string]fmt.Stringer{}
			pairs      []small
			zeros      = make([]struct{}, n)
			synced     sync.Map
			linked     = list.New()
		)
		for i := range n {
			x := newBatched(random, 2)
			if random.Intn(10) == 0 {
				x = nil
			}
			pointers[fmt.Sprint("key", i)] = x
			if i < 100 {
				values[i] = *newBatched(random, 1)
				vals = append(vals, *newBatched(random, 1))
				arr[i] = x
			}
			ints[i] = random.Int()
			structs[small{byte(i), int32(i)}] = small{b: int32(-i)}
			large[[20]int{i}] = &i
			ptrs, bytes, words = append(ptrs, x), append(bytes, byte(i)), append(words, random.Int())
			strs, interfaces = append(strs, fmt.Sprint(i%7)), append(interfaces, []any{i, newBatched(random, 2), fmt.Sprint(i % 7), nil, *newBatched(random, 1), (*batched)(nil), time.Unix(int64(i), 0), float32(i), int8(-i), time.Duration(i), struct{ p *int }{&i}}[i%11])
			pairs = append(pairs, small{byte(i), int32(i)})
			named[fmt.Sprint(i)] = []fmt.Stringer{time.Duration(i), time.Unix(int64(i), 0), nil}[i%3]
			synced.Store(i, i)
			linked.PushBack(i)
		}
		for _, x := range []any{&pointers, &values, &ints, &structs, &large, &ptrs, &vals, &bytes, &words, &strs, arr, &interfaces, &named,
			&pairs, &zeros, &synced, linked, &map[*batched]bool{nil: true, {}: true}} {
			v := elemOf(t, x)
			for _, trust := range []bool{false, true} {
				t.Run(fmt.Sprintf("%v/%d/%v", v.Type(), n, trust), func(t *testing.T) { checkBatches(t, v, trust, random) })
			}
		}
	}
}

// TestBatchBadPointers reads columns through pointers that lead nowhere.
func TestBatchBadPointers(t *testing.T) {
	type node struct {
		hits int
		name string
		next *node
	}
	good := &node{1, "one", nil}
	good.next = good
	list := make([]uintptr, 300)
	for i := range list {
		switch i % 10 {
		case 3:
			list[i] = 0
		case 5:
			list[i] = 1
		case 7:
			list[i] = ^uintptr(0) >> 1 &^ 7
		case 9:
			list[i] = uintptr(unsafe.Pointer(good)) + 1
		default:
			list[i] = uintptr(unsafe.Pointer(good))
		}
	}
	// Numbers to the collector are pointers here.
	v := inspect.ViewAt(reflect.TypeFor[[]*node](), uintptr(unsafe.Pointer(&list)))
	cur := v.Cursor()
	var c inspect.Column
	for !cur.Done() {
		b, err := cur.LoadBatch(inspect.BatchSize)
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			break
		}
		_, e := b.Entry(0)
		for _, p := range paths(e, 3) {
			checkColumn(t, b, p, false, nil, 100, &c)
		}
	}
}

// TestBatchAllocates: a long walk allocates as often as a short one.
func TestBatchAllocates(t *testing.T) {
	inspect.Prepare()
	allocates := func(n int) float64 {
		m := map[string]*batched{}
		for i := range n {
			m[fmt.Sprint(i)] = &batched{I: i, S: "one of few"}
		}
		v := elemOf(t, &m)
		return testing.AllocsPerRun(5, func() {
			var number, text, key inspect.Column
			var path [3]*inspect.FieldPath
			cur := v.Cursor()
			for want := 1; ; want = inspect.BatchSize {
				b, err := cur.LoadBatch(want)
				if err != nil {
					t.Fatal(err)
				}
				if b == nil {
					return
				}
				if b.Len() == 0 {
					continue
				}
				if path[0] == nil {
					k, e := b.Entry(0)
					path = [3]*inspect.FieldPath{field(e, "I"), field(e, "S"), k.FieldPath()}
				}
				b.Read(path[0], false, nil, 100, &number)
				b.Read(path[1], false, nil, 100, &text)
				b.Read(path[2], true, nil, 100, &key)
				if number.Bad.Any() || text.Bad.Any() || key.Bad.Any() {
					t.Fatal("a lane is bad")
				}
			}
		})
	}
	// The tables of a map are filled by chance, and fuller ones need more room for their texts: that
	// grows a few times, and then never. What a batch allocates would show once for each batch.
	const less, more = 2000, 100_000
	const room = (more - less) / inspect.BatchSize / 2
	if few, many := allocates(less), allocates(more); many > few+room {
		t.Errorf("a walk of %d entries allocates %v times, one of %d entries %v times", less, few, more, many)
	}
}
