package eval

import (
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// plank has 64 bytes, a size that the allocator has too.
type plank struct {
	a, b *plank
	in   *int64
	n    int64
	_    [64 - 8 - 3*unsafe.Sizeof(uintptr(0))]byte
}

// TestCensusOfKnownSize: what a census adds up is within 2 % of what was built, and of what the heap has grown by.
func TestCensusOfKnownSize(t *testing.T) {
	const word = int(unsafe.Sizeof(uintptr(0)))
	type (
		index [32]*plank // of 256 bytes, or 128
		holes [16][]byte // of 384 bytes, or 192
		parts [16]string // of 256 bytes, or 128
		boxes [16]any    // of 256 bytes, or 128
	)
	n := 50_000 / attack.Stride(1)
	arrays := n / 50
	if attack.RaceDetector {
		arrays /= 10 // they are searched for secrets
	}
	ring := func(n int) *plank {
		first := &plank{}
		last := first
		for range n - 1 {
			last.a = &plank{b: last}
			last = last.a
		}
		last.a, first.b = first, last
		return first
	}
	planks := func(n int) []*index {
		all := make([]*index, n/32)
		for i := range all {
			all[i] = new(index)
			for j := range all[i] {
				all[i][j] = &plank{}
			}
		}
		return all
	}
	for _, c := range []struct {
		name string
		make func() (root any, objects, bytes int) // 0 objects: their number is not of interest
	}{
		{"objects that nothing shares", func() (any, int, int) {
			all := planks(n)
			return &all, 2 + len(all)*33, (3+len(all)*33)*word + len(all)*32*64
		}},
		{"pointers into objects, before and after those to them", func() (any, int, int) {
			all := planks(n)
			for i := range all {
				for j := range all[i] {
					p, q := all[i][j], all[(i*7+3)%len(all)][(j*5+1)%32]
					p.in = &q.n
				}
			}
			x := &struct {
				first *int64
				all   []*index
				last  *int64
			}{&all[len(all)/2][7].n, all, &all[0][0].n}
			// What is met through them first counts as an object of its own.
			return x, 0, (5+len(all)*33)*word + len(all)*32*64
		}},
		{"one cycle of all", func() (any, int, int) {
			x := &struct{ some *plank }{ring(n)}
			return x, 1 + n, word + n*64
		}},
		{"many cycles, across each other", func() (any, int, int) {
			all := make([]*plank, n/20)
			for i := range all {
				all[i] = ring(20)
			}
			for i := range all {
				all[i].a.in, all[i].a.a.in = &all[(i+1)%len(all)].n, &all[i].n
				all[i].a.b, all[i].a.a.b = all[(i*3+1)%len(all)], all[i].a.a
			}
			return &all, 0, (3+len(all))*word + 20*len(all)*64
		}},
		{"slices of one array, of bytes", func() (any, int, int) {
			all := make([]*holes, arrays)
			for i := range all {
				all[i] = new(holes)
				array := make([]byte, 8192)
				for j := range all[i] {
					all[i][j] = array[j*100 : 4000+j*200 : 8192-j] // all but the last bytes of some
				}
				all[i][15] = array
			}
			return &all, 0, (3+len(all))*word + len(all)*(16*3*word+8192)
		}},
		{"slices of one array, of pointers", func() (any, int, int) {
			type shelf struct {
				all   *index
				parts [8][]*plank
			}
			all := make([]*shelf, n/32)
			for i := range all {
				s := &shelf{all: new(index)}
				for j := range s.all {
					s.all[j] = &plank{}
				}
				for j := range s.parts {
					s.parts[j] = s.all[j : 20+j : 24+j] // of an array in an object
				}
				all[i] = s
			}
			return &all, 0, (3+len(all))*word + len(all)*(word+8*3*word+32*word+32*64)
		}},
		{"parts of one text", func() (any, int, int) {
			all := make([]*parts, arrays)
			for i := range all {
				all[i] = new(parts)
				long := strings.Repeat("x", 8192)
				for j := range all[i] {
					all[i][j] = long[j*10 : 4000+j*279] // to all but 7 bytes
				}
			}
			return &all, 0, (3+len(all))*word + len(all)*(16*2*word+8192)
		}},
		{"what interfaces hold, and share", func() (any, int, int) {
			all := make([]*boxes, n/16)
			for i := range all {
				all[i] = new(boxes)
				for j := range all[i] {
					all[i][j] = any([8]int64{int64(j)})
				}
				all[i][15] = all[i][0]
			}
			return &all, 0, (3+len(all))*word + len(all)*(16*2*word+15*64)
		}},
	} {
		ok := t.Run(c.name, func(t *testing.T) {
			before := heapNow()
			root, objects, bytes := c.make()
			grown := heapNow() - before
			reg := registry.New()
			reg.Expose("x", root, registry.Frozen())
			s := NewSession(reg, Limits{Time: time.Hour, Entries: 1 << 30, Bytes: 1 << 30})
			for _, source := range []string{"size(x).deep", "sum(values(census(x)), .bytes)", "sum(values(census()), .bytes)"} {
				got, err := answer(t, s, source)
				n, _ := got.(int)
				near := func(of, besides int) bool { return n > of-of/50-besides && n < of+of/50+besides }
				if err != nil || !near(bytes, 0) || !near(grown, 100<<10) { // earlier tests may have left something running
					t.Errorf("%s: %v, %v; %d bytes were built, and the heap has grown by %d", source, got, err, bytes, grown)
				}
			}
			if got, err := answer(t, s, "size(x).objects"); objects > 0 && got != objects {
				t.Errorf("%v objects, %v, want %d", got, err, objects)
			}
			runtime.KeepAlive(root)
		})
		if !ok {
			return // where what was met is counted again, a walk through a cycle never ends
		}
	}
}

// heapNow is how many bytes the heap has that are live.
func heapNow() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
