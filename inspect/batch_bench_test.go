package inspect_test

import (
	"fmt"
	"math/rand"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// stocked is an object as applications have them: it fills more than a cache line.
type stocked struct {
	id    string
	Hits  int
	Price float64
	City  string
	By    *stocked
	tags  [4]int
}

// scanned is memory as an application has it: items were allocated in another order than that of
// the map, and the list's.
var scanned = sync.OnceValue(func() (s struct {
	byName  map[string]*stocked
	byID    map[int]int
	items   []*stocked
	structs []stocked
	words   []int
	sum     int
}) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	random := rand.New(rand.NewSource(1))
	cities := make([]string, 300)
	for i := range cities {
		cities[i] = fmt.Sprint("city number ", i)
	}
	s.byName, s.byID = map[string]*stocked{}, map[int]int{}
	for i := range n {
		x := &stocked{id: fmt.Sprint("sku-", i), Hits: random.Intn(1_000_000), Price: random.Float64(), City: cities[random.Intn(len(cities))]}
		s.items = append(s.items, x)
		s.words = append(s.words, random.Intn(1_000_000))
	}
	random.Shuffle(n, func(i, j int) { s.items[i], s.items[j] = s.items[j], s.items[i] })
	for i, x := range s.items {
		x.By = s.items[random.Intn(n)]
		s.byName[x.id] = x
		s.byID[i] = x.Hits
		if i < n/10 {
			s.structs = append(s.structs, *x)
		}
	}
	return s
})

// field returns the path to the named fields below v.
func field(v inspect.Value, names ...string) *inspect.FieldPath {
	p := v.FieldPath()
	t := v.Type()
	for _, name := range names {
		if t.Kind().String() == "ptr" {
			p.Elem()
			t = t.Elem()
		}
		for _, f := range inspect.Fields(t) {
			if f.GoName == name {
				p.Field(f.Index)
				t = f.Type
				break
			}
		}
	}
	return p
}

// walked walks all of v in batches, reads a column of each and calls f for it.
func walked(b *testing.B, v inspect.Value, key, trust bool, names []string, f func(*inspect.Batch, *inspect.Column)) {
	var p *inspect.FieldPath
	var c inspect.Column
	cur := v.Cursor()
	cur.Trust(trust)
	for {
		batch, err := cur.LoadBatch(inspect.BatchSize)
		if err != nil {
			b.Fatal(err)
		}
		if batch == nil {
			return
		}
		if batch.Len() == 0 {
			continue
		}
		if p == nil {
			k, e := batch.Entry(0)
			if key {
				e = k
			}
			p = field(e, names...)
		}
		batch.Read(p, key, nil, 4096, &c)
		if c.Bad.Any() {
			b.Fatal("a lane is bad")
		}
		f(batch, &c)
	}
}

// BenchmarkBatch compares batches with a loop that the application could have written: x-native is
// how many times as long they take.
func BenchmarkBatch(b *testing.B) {
	s := scanned()
	inspect.Prepare()
	var total, want int
	sum := func(_ *inspect.Batch, c *inspect.Column) {
		for _, x := range c.Bits {
			total += int(x)
		}
	}
	over := func(_ *inspect.Batch, c *inspect.Column) {
		for _, x := range c.Bits {
			total += int(uint64(500_000-int(x)) >> 63)
		}
	}
	texts := func(batch *inspect.Batch, c *inspect.Column) {
		for i := range batch.Len() {
			total += len(c.Text.At(int(c.Text.Ref[i])))
		}
	}
	for _, bench := range []struct {
		name   string
		of     any
		key    bool
		trust  bool
		path   []string
		f      func(*inspect.Batch, *inspect.Column)
		native func()
	}{
		{"Count/map[string]*T", &s.byName, false, false, []string{"Hits"}, over, func() {
			for _, x := range s.byName {
				if x.Hits > 500_000 {
					want++
				}
			}
		}},
		{"Count/guarded", &s.byName, false, true, []string{"Hits"}, over, func() {
			for _, x := range s.byName {
				if x.Hits > 500_000 {
					want++
				}
			}
		}},
		{"Count/second pointer", &s.byName, false, false, []string{"By", "Hits"}, over, func() {
			for _, x := range s.byName {
				if x.By.Hits > 500_000 {
					want++
				}
			}
		}},
		{"Sum/[]int", &s.words, false, false, nil, sum, func() {
			for _, x := range s.words {
				want += x
			}
		}},
		{"Sum/[]T", &s.structs, false, false, []string{"Hits"}, sum, func() {
			for i := range s.structs {
				want += s.structs[i].Hits
			}
		}},
		{"Sum/[]*T", &s.items, false, false, []string{"Hits"}, sum, func() {
			for _, x := range s.items {
				want += x.Hits
			}
		}},
		{"Sum/map[int]int", &s.byID, false, false, nil, sum, func() {
			for _, x := range s.byID {
				want += x
			}
		}},
		{"Sum/keys of map[int]int", &s.byID, true, false, nil, sum, func() {
			for x := range s.byID {
				want += x
			}
		}},
		{"Texts/few", &s.byName, false, false, []string{"City"}, texts, func() {
			for _, x := range s.byName {
				for range x.City[:1] {
					want += len(x.City)
				}
			}
		}},
		{"Texts/many", &s.byName, false, false, []string{"id"}, texts, func() {
			for _, x := range s.byName {
				for range x.id[:1] {
					want += len(x.id)
				}
			}
		}},
		{"Texts/keys", &s.byName, true, false, nil, texts, func() {
			for k := range s.byName {
				for range k[:1] {
					want += len(k)
				}
			}
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			v, err := inspect.Of(bench.of).Elem()
			if err != nil {
				b.Fatal(err)
			}
			ours, native := time.Hour, time.Hour
			b.ReportAllocs()
			for b.Loop() {
				total, want = 0, 0
				begin := time.Now()
				walked(b, v, bench.key, bench.trust, bench.path, bench.f)
				between := time.Now()
				bench.native()
				// The fastest: what else the machine does only adds.
				ours, native = min(ours, between.Sub(begin)), min(native, time.Since(between))
				if total != want {
					b.Fatalf("%d, want %d", total, want)
				}
			}
			b.ReportMetric(float64(ours)/float64(native), "x-native")
			b.ReportMetric(float64(ours.Nanoseconds())/float64(lenOf(v)), "ns/entry")
		})
	}
}

func lenOf(v inspect.Value) int {
	n, _ := v.Len()
	return n
}
