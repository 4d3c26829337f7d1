package eval

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

type (
	// crossing leads to others in all the ways that there are.
	crossing struct {
		id     int64
		a, b   *crossing
		inner  struct{ to [2]*crossing }
		grid   [2][3]*crossing
		large  [20]struct{ to *crossing }
		huge   [18][17]*crossing
		list   []*crossing
		spots  []spot // of one array that all share
		deep   [][]*crossing
		byName map[string]*crossing
		byPath map[[2]int]struct{ to, or *crossing }
		byRef  map[*crossing]*spot
		boxes  map[int]any
		any    any
		named  fmt.Stringer
		point  *int64 // into a crossing or a spot
		raw    unsafe.Pointer
		work   chan int
		text   string
		bytes  []byte
	}
	spot struct {
		n  int64
		to *crossing
	}
	boxOf struct {
		n  int
		to *crossing
	}
)

func (*crossing) String() string { return "never called" }

func newCrossings(r *rand.Rand, n int) []*crossing {
	all := make([]*crossing, n)
	for i := range all {
		all[i] = &crossing{id: int64(i)}
	}
	spots := make([]spot, 12)
	lists := make([]*crossing, 12)
	shared := map[string]*crossing{}
	work := make(chan int, 2)
	text := strings.Repeat("a long text ", 9)
	pick := func() *crossing {
		if r.IntN(4) > 0 {
			return nil
		}
		return all[r.IntN(n)]
	}
	part := func(n int) (i, j, k int) {
		i = r.IntN(n)
		j = i + r.IntN(n-i)
		return i, j, j + r.IntN(n-j)
	}
	for i := range spots {
		spots[i].to, lists[i] = pick(), pick()
	}
	shared["shared"] = pick()
	for i, c := range all {
		c.a, c.b, c.inner.to[r.IntN(2)] = pick(), pick(), pick()
		c.grid[r.IntN(2)][r.IntN(3)], c.large[r.IntN(20)].to, c.huge[r.IntN(18)][r.IntN(17)] = pick(), pick(), pick()
		from, to, most := part(12)
		c.list, c.spots = []*crossing{pick(), pick()}, spots[from:to:most]
		from, to, most = part(12)
		c.deep = [][]*crossing{lists[from:to:most], {pick()}}
		c.byName = []map[string]*crossing{shared, {"x": pick(), fmt.Sprint("crossing ", i): pick()}, {}, nil}[r.IntN(4)]
		c.byPath = map[[2]int]struct{ to, or *crossing }{{i, 1}: {pick(), pick()}, {1, i}: {or: pick()}}
		if p := pick(); p != nil {
			c.byRef = map[*crossing]*spot{p: &spots[r.IntN(12)], c: nil}
		}
		c.boxes = map[int]any{}
		for j := range r.IntN(12) * 3 {
			c.boxes[j] = []any{nil, 1, pick(), boxOf{j, pick()}, shared}[r.IntN(5)]
		}
		c.any = []any{nil, pick(), boxOf{i, pick()}, &spots[r.IntN(12)], c.list, c.byName, [1]*crossing{pick()}, [][]*crossing{{pick()}}}[r.IntN(8)]
		if p := pick(); p != nil {
			c.named, c.raw = p, unsafe.Pointer(&p.id)
		}
		c.point = []*int64{nil, &all[r.IntN(n)].id, &spots[r.IntN(12)].n}[r.IntN(3)]
		c.work = []chan int{nil, work}[r.IntN(2)]
		from, to, _ = part(100)
		c.text, c.bytes = text[from:to], []byte("own")
	}
	return all
}

// leading are the places of a graph that lead to some memory, as reflection finds them: by where they
// lie, or of a map by its entry.
type leading struct {
	seen  map[string]bool
	spans map[string][2]uintptr // of all places
	later []func()              // what no key that can be typed leads to
	end   string                // of places without a path
}

func wordAt(v reflect.Value) uintptr {
	p := reflect.New(v.Type())
	p.Elem().Set(open(v))
	return *(*uintptr)(p.UnsafePointer())
}

// open is v without the flag of what is unexported.
func open(v reflect.Value) reflect.Value {
	if v.CanInterface() {
		return v
	}
	if v.CanAddr() {
		return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
	}
	panic("neither addressable nor exported")
}

// walk walks v, which lies at a place that has no address of its own if in is not "".
func (l *leading) walk(v reflect.Value, in string) {
	v = open(v)
	place := in
	if v.CanAddr() && in == "" {
		place = fmt.Sprintf("%x", v.Addr().Pointer())
	}
	inside := func(step any) string {
		if in == "" {
			return ""
		}
		return fmt.Sprint(in, ".", step)
	}
	leads := func(addr, n uintptr) {
		if _, ok := l.spans[place]; !ok && addr != 0 {
			l.spans[place+l.end] = [2]uintptr{addr, max(n, 1)}
		}
	}
	once := func(addr, n uintptr, t reflect.Type) bool {
		k := fmt.Sprintf("%x %d %v", addr, n, t)
		if l.seen[k] {
			return false
		}
		l.seen[k] = true
		return true
	}
	switch v.Kind() {
	case reflect.Pointer:
		if leads(v.Pointer(), 1); !v.IsNil() && once(v.Pointer(), 1, v.Type().Elem()) {
			l.walk(v.Elem(), "")
		}
	case reflect.UnsafePointer:
		leads(v.Pointer(), 1)
	case reflect.String:
		if v.Len() > 0 {
			leads(wordAt(v), uintptr(v.Len()))
		}
	case reflect.Chan:
		leads(v.Pointer(), 96)
	case reflect.Slice:
		leads(v.Pointer(), uintptr(v.Cap())*v.Type().Elem().Size())
		if !v.IsNil() && once(v.Pointer(), uintptr(v.Len()), v.Type()) {
			for i := range v.Len() {
				l.walk(v.Index(i), "")
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			l.walk(v.Index(i), inside(i))
		}
	case reflect.Struct:
		c := v
		if !c.CanAddr() {
			c = reflect.New(v.Type()).Elem()
			c.Set(v)
		}
		for i := range c.NumField() {
			l.walk(c.Field(i), inside(i))
		}
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		data := (*[2]uintptr)(p.UnsafePointer())[1]
		switch e := v.Elem(); e.Kind() {
		case reflect.Pointer, reflect.Map:
			l.walk(e, place)
		case reflect.Array: // of one pointer: it is the word itself
			if e.Type().Size() == unsafe.Sizeof(data) && e.Type().Elem().Kind() == reflect.Pointer {
				l.walk(e.Index(0), place+".0")
				return
			}
			panic("not in this graph")
		default:
			if leads(data, e.Type().Size()); once(data, 1, e.Type()) {
				l.walk(reflect.NewAt(e.Type(), (*[2]unsafe.Pointer)(p.UnsafePointer())[1]).Elem(), "")
			}
		}
	case reflect.Map:
		if leads(v.Pointer(), 48); !v.IsNil() && once(v.Pointer(), 1, v.Type()) {
			for it := v.MapRange(); it.Next(); {
				id := fmt.Sprintf("%x[%v]", v.Pointer(), it.Key())
				if it.Key().Kind() == reflect.Pointer {
					id = fmt.Sprintf("%x[%x]", v.Pointer(), it.Key().Pointer())
				}
				l.walk(it.Key(), id+"key")
				if elem := it.Value(); it.Key().Kind() == reflect.Pointer {
					l.later = append(l.later, func() { l.walk(elem, id) })
				} else {
					l.walk(elem, id)
				}
			}
		}
	}
}

// to counts the places that lead to a part of n bytes at addr, and those that have a path.
func (l *leading) to(addr, n uintptr) (all, named int) {
	for place, s := range l.spans {
		if s[0] < addr+n && addr < s[0]+s[1] {
			if all++; !strings.Contains(place, "without a path") {
				named++
			}
		}
	}
	return all, named
}

type refOf struct{ Path, Type string }

func refsOf(t *testing.T, r Result) (rows []refOf) {
	t.Helper()
	if err := json.Unmarshal(r.Node.JSON(), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// leadsTo reports whether a path, as it is typed, leads to a part of n bytes at addr, of which refs tells
// all those rows.
func leadsTo(t *testing.T, s *Session, path, typ string, addr, n uintptr, rows []refOf) bool {
	t.Helper()
	number := func(source string) uintptr {
		x, err := answer(t, s, source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
		}
		k, _ := x.(int)
		return uintptr(k)
	}
	switch {
	case strings.HasPrefix(typ, "map["):
		r, err := s.Eval(t.Context(), "refs("+path+")")
		return err == nil && reflect.DeepEqual(refsOf(t, r), rows)
	case typ == "[]eval.spot" && number("len("+path+")") > 0:
		begin := number("addr(" + path + "[0])")
		return begin < addr+n && addr < begin+number("cap("+path+")")*unsafe.Sizeof(spot{})
	case strings.HasPrefix(typ, "[]"):
		// Its elements are pointers: who leads to the array does so to that of the path too.
		r, err := s.Eval(t.Context(), "refs("+path+")")
		return err == nil && slices.Contains(refsOf(t, r), refOf{path, typ})
	case typ == "unsafe.Pointer", typ == "*int64":
		_, err := s.Eval(t.Context(), path)
		return err == nil
	}
	to := number("addr(" + path + ")")
	return addr <= to && to < addr+n
}

// TestRefsOfRandom compares refs with a search by reflection, on random graphs. Each path that is told
// can be typed, and leads there.
func TestRefsOfRandom(t *testing.T) {
	for seed := uint64(0); seed < 20; seed += uint64(attack.Stride(5)) {
		r := rand.New(rand.NewPCG(seed, 2))
		n := 2 + int(seed)
		all := newCrossings(r, n)
		roots := struct {
			first *crossing
			all   []*crossing
		}{all[0], all}
		reg := registry.New()
		reg.Expose("root", &roots)
		s := NewSession(reg, Limits{Time: time.Hour, Entries: 1 << 30, Bytes: 1 << 30, Show: render.Limit{Items: 2000}})
		model := leading{seen: map[string]bool{}, spans: map[string][2]uintptr{}}
		model.walk(reflect.ValueOf(&roots).Elem(), "")
		for model.end = " without a path"; len(model.later) > 0; {
			walk := model.later[0]
			model.later = model.later[1:]
			walk()
		}
		try := func(source string, addr, size uintptr) {
			t.Helper()
			if addr == 0 {
				return
			}
			res, err := s.Eval(t.Context(), "refs("+source+")")
			if err != nil {
				t.Fatalf("seed %d: refs(%s): %v", seed, source, err)
			}
			rows := refsOf(t, res)
			every, named := model.to(addr, size)
			if len(rows) != named {
				t.Fatalf("seed %d: refs(%s): %d of %d places: %v, %q", seed, source, len(rows), named, rows, res.Notes)
			}
			note := fmt.Sprintf("places without a path, in keys of maps or below hidden keys, that lead to it: %d", every-named)
			if said := strings.Contains(strings.Join(res.Notes, "\n")+"\n", note+"\n"); said != (every > named) {
				t.Errorf("seed %d: refs(%s): %q, want %q", seed, source, res.Notes, note)
			}
			for _, row := range rows {
				if !leadsTo(t, s, row.Path, row.Type, addr, size, rows) {
					t.Errorf("seed %d: refs(%s): %s of type %s leads elsewhere", seed, source, row.Path, row.Type)
				}
			}
		}
		for i := int(seed) % attack.Stride(4); i < n; i += attack.Stride(4) {
			c, at := all[i], fmt.Sprintf("root.all[%d]", i)
			try(at, uintptr(unsafe.Pointer(c)), unsafe.Sizeof(*c))
			if cap(c.list) > 0 {
				try(at+".list", uintptr(unsafe.Pointer(unsafe.SliceData(c.list))), uintptr(cap(c.list))*unsafe.Sizeof(c))
			}
			if cap(c.spots) > 0 {
				try(at+".spots", uintptr(unsafe.Pointer(unsafe.SliceData(c.spots))), uintptr(cap(c.spots))*unsafe.Sizeof(spot{}))
			}
			if c.byName != nil {
				try(at+".byName", reflect.ValueOf(c.byName).Pointer(), 48)
			}
		}
	}
}
