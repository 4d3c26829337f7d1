package goroutine

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Open finds the goroutines of s, which is this process, and tests what it believes of them on some
// of its own. That takes some milliseconds; it is slower the larger the binary's data is.
func Open(s *peek.Space) (*Reader, error) {
	at, err := derive(s)
	if err != nil {
		return nil, err
	}
	r := &Reader{at: at, space: s}
	sections, err := s.Sections()
	if err != nil {
		return nil, err
	}
	r.text = sections.Text
	ours, err := r.first()
	if err != nil {
		return nil, err
	}
	if err := r.find(sections, ours); err != nil {
		return nil, err
	}
	if err := r.prove(sections); err != nil {
		return nil, err
	}
	r.proveLabels()
	return r, nil
}

// proveLabels makes labels and compares what is read of them, as no goroutine needs to have some.
// Where they differ none are read.
func (r *Reader) proveLabels() {
	if r.at.set == nil {
		return
	}
	want := []Label{{"a key", "a value"}, {"another", "its value"}, {"the last", ""}}
	set := reflect.New(r.at.set)
	field := set.Elem()
	for field.Kind() == reflect.Struct {
		field = field.Field(0)
	}
	settable := func(v reflect.Value) reflect.Value { return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem() }
	list := reflect.MakeSlice(field.Type(), len(want), len(want)+1)
	for i, l := range want {
		settable(list.Index(i).Field(0)).SetString(l.Key)
		settable(list.Index(i).Field(1)).SetString(l.Value)
	}
	settable(field).Set(list)
	got, ok := r.labelsAt(set.Pointer())
	runtime.KeepAlive(set)
	if !ok || !slices.Equal(got, want) {
		r.at.set = nil
	}
}

// first returns the address of a goroutine of our own, and of nothing else: it waits to receive from
// a chan, whose queue leads to it.
func (r *Reader) first() (addr uintptr, err error) {
	ch, ids := make(chan int), make(chan uint64)
	defer close(ch)
	go func() { ids <- goid(); <-ch }()
	id := <-ids
	hchan := r.space.At(reflect.ValueOf(ch).Pointer())
	for range attempts {
		err = peek.Try(func() {
			if s := peek.Word(hchan.Addr() + r.at.receivers); s != 0 {
				addr = peek.Word(s + r.at.waiter)
				if r.idAt(addr) != id {
					addr = 0
				}
			}
		})
		if err == nil && addr != 0 {
			runtime.KeepAlive(ch)
			return addr, nil
		}
		pause()
	}
	return 0, fmt.Errorf("%w: one that waits at a channel is not found there", ErrLayout)
}

const attempts = 200

// pause lets other goroutines run.
func pause() { time.Sleep(50 * time.Microsecond) }

// goid is the number of the calling goroutine. Nothing else stops meanwhile.
func goid() uint64 {
	var b [64]byte
	text := strings.Fields(string(b[:runtime.Stack(b[:], false)]))
	if len(text) < 2 {
		return 0
	}
	id, _ := strconv.ParseUint(text[1], 10, 64)
	return id
}

// find looks for the list of all goroutines among the binary's variables: a slice whose first element
// is goroutine 1, and which has ours. While a collection marks, it has a copy of that slice, without
// room to grow (runtime.allGsSnapshot). If the list has no room either, the two look the same.
func (r *Reader) find(s peek.Sections, ours uintptr) (err error) {
	for range attempts {
		var found, grow []uintptr
		var heads [][2]uintptr
		for _, area := range []peek.Area{s.BSS, s.Data} {
			err := words(area, 3, func(a uintptr, w []uintptr) {
				if w[1] == 0 || w[1] > w[2] || w[2] > maxListed || w[0]%wordSize != 0 || w[0] < 1<<12 || !r.goroutines(w[0], w[1], ours) {
					return
				}
				found, heads = append(found, a), append(heads, [2]uintptr(w))
				if w[1] < w[2] {
					grow = append(grow, a)
				}
			})
			if err != nil {
				return err
			}
		}
		if len(found) != 1 && len(grow) == 1 {
			found = grow
		}
		if len(found) == 1 || len(found) == 2 && heads[0] == heads[1] {
			r.lists = found
			return nil
		}
		err = fmt.Errorf("%w: %d lists look like that of all goroutines", ErrLayout, len(found))
		if len(found) == 0 {
			break
		}
		pause()
	}
	return err
}

// goroutines reports whether the n words at p are goroutines: the first is goroutine 1, one of them is
// ours, and all may be pointers. What is no list is mostly told by its first words, however long it seems
// to be: two pointers beside each other may be taken for its length. A fault means no.
func (r *Reader) goroutines(p, n, ours uintptr) (yes bool) {
	_ = peek.Try(func() {
		has := false
		for i := range n {
			g := peek.Word(p + i*wordSize)
			if g < 1<<12 || g%wordSize != 0 || i == 0 && r.idAt(g) != 1 {
				return
			}
			has = has || g == ours
		}
		yes = has
	})
	return yes
}

// words calls f for each run of n words in an area.
func words(area peek.Area, n int, f func(a uintptr, w []uintptr)) error {
	buf := make([]uintptr, 1024)
	for a := (area.From + wordSize - 1) &^ (wordSize - 1); a+uintptr(n)*wordSize <= area.To; {
		k := min(len(buf), int((area.To-a)/wordSize))
		if err := peek.Try(func() { peek.CopyWords(buf[:k], a) }); err != nil {
			return err
		}
		for i := range k - n + 1 {
			f(a+uintptr(i)*wordSize, buf[i:i+n])
		}
		a += uintptr(k-n+1) * wordSize
	}
	return nil
}

// way is a way to wait, and what is known of who waits so.
type way struct {
	reason string
	wait   func()
	on     []uintptr // what it waits for
}

// prove lets goroutines wait in known ways, and compares what is read of them with what is known.
func (r *Reader) prove(s peek.Sections) (err error) {
	for nap := 50 * time.Millisecond; nap < time.Second; nap *= 4 {
		var again bool
		if again, err = r.proveOnce(s, nap); !again {
			return err
		}
	}
	return err
}

// proveOnce is prove; again says that the sleepers woke up before they were read.
func (r *Reader) proveOnce(s peek.Sections, nap time.Duration) (again bool, err error) {
	stop := make(chan int)
	ways, end := waysToWait(stop, nap)
	defer end()
	ids := make(chan [2]uint64, len(ways))
	began := time.Now()
	for i, w := range ways {
		go func() { ids <- [2]uint64{goid(), uint64(i)}; w.wait() }()
	}
	byID := make(map[uint64]int)
	for range ways {
		id := <-ids
		byID[id[0]] = int(id[1])
	}
	me := goid()
	began2 := time.Now()
	for range attempts {
		seen, reasons := 0, make(map[int]string)
		var clocks, since []int64
		var own uintptr
		var labels []uintptr
		err = nil
		fail := func(format string, args ...any) {
			if err == nil {
				err = fmt.Errorf("%w: "+format, append([]any{ErrLayout}, args...)...)
			}
		}
		symbols := r.Symbols()
		failed := r.Each(Want{Stacks: true}, func(g *G) error {
			if g.ID == me {
				own = g.labels
				if g.State != Running {
					fail("who runs is %v", g.State)
				}
			}
			i, ours := byID[g.ID]
			if !ours {
				return nil
			}
			seen++
			w := ways[i]
			if g.State != Waiting || g.Torn {
				fail("%s is %v", w.reason, g.State)
				return nil
			}
			if g.Parent != me || !strings.HasSuffix(nameAt(symbols, g.Creator), ".proveOnce") || !strings.HasPrefix(symbols.Entry(g.Entry).Function, nameAt(symbols, g.Creator)+".") {
				fail("who began %s", w.reason)
			}
			raw := r.number(g)
			if other, ok := reasons[raw]; ok && other != w.reason {
				fail("%s and %s have one number", w.reason, other)
			}
			reasons[raw] = w.reason
			if len(g.Waits) != len(w.on) {
				fail("%s waits for %d things", w.reason, len(g.Waits))
			}
			for _, on := range w.on {
				if !waitsFor(g, on) {
					fail("what %s waits for", w.reason)
				}
			}
			if hasFrames {
				top := symbols.At(first(g.Stack))
				if !g.Whole || len(top) == 0 || top[0].Function != "runtime.gopark" || !within(symbols, g) {
					fail("the stack of %s", w.reason)
				}
			}
			if w.reason == "sleep" {
				due := r.due(g)
				if due <= int64(nap) {
					fail("until when it sleeps")
				}
				clocks = append(clocks, due-int64(nap))
			}
			if r.at.lr != 0 && r.field(g, r.at.lr) != 0 { // it has a frame
				fail("where %s returns to", w.reason)
			}
			labels, since = append(labels, g.labels), append(since, r.since(g))
			return nil
		})
		if failed != nil {
			return false, failed
		}
		if seen != len(ways) {
			fail("%d of %d are found", seen, len(ways))
		}
		for _, l := range labels { // they are those of who began it
			if l != own {
				fail("its labels")
			}
		}
		if len(clocks) == 2 {
			now := time.Now()
			between := clocks[0] - clocks[1]
			if most := int64(now.Sub(began)); between > most || between < -most {
				fail("until when it sleeps")
			}
			// Both have begun to sleep by now, so the runtime's clock is at least so far. Who is told how
			// long one waits may be told a little less.
			r.clock, r.began = max(clocks[0], clocks[1]), now
			for _, at := range since { // a collection may have seen it wait
				if at != 0 && (at < r.clock-int64(now.Sub(began)) || at > r.clock+int64(time.Hour)) {
					fail("since when it waits")
				}
			}
		}
		if err == nil {
			r.reasons = named(s, reasons)
			return false, nil
		}
		if time.Since(began2) > nap/2 {
			return true, err
		}
		pause()
	}
	return false, err
}

func first(stack []uintptr) uintptr {
	if len(stack) == 0 {
		return 0
	}
	return stack[0]
}

// nameAt is the function that is called at pc, as it was written.
func nameAt(s *Symbols, pc uintptr) string {
	if at := s.At(pc); len(at) > 0 {
		return at[len(at)-1].Function
	}
	return ""
}

// within reports whether the stack of g, one of ours, has what it must have: its entry above its
// bottom.
func within(s *Symbols, g *G) bool {
	n := len(g.Stack)
	return n > 2 && nameAt(s, g.Stack[n-2]) == s.Entry(g.Entry).Function
}

func waitsFor(g *G, on uintptr) bool {
	for _, w := range g.Waits {
		if w.Addr == on {
			return true
		}
	}
	return false
}

// The words of g that only the proof reads.

func (r *Reader) field(g *G, off uintptr) (w uintptr) {
	_ = peek.Try(func() { w = peek.Word(g.addr + off&^(wordSize-1)) })
	return w >> (off % wordSize * 8)
}

func (r *Reader) number(g *G) int  { return int(uint8(r.field(g, r.at.reason))) }
func (r *Reader) due(g *G) int64   { return r.long(g, r.at.due) }
func (r *Reader) since(g *G) int64 { return r.long(g, r.at.since) }

func (r *Reader) long(g *G, off uintptr) int64 {
	if wordSize == 8 {
		return int64(r.field(g, off))
	}
	return int64(uint64(r.field(g, off)) | uint64(r.field(g, off+4))<<32)
}

// waysToWait returns ways to wait, until end is called.
func waysToWait(stop chan int, nap time.Duration) (ways []way, end func()) {
	var mu sync.Mutex
	var rw, reading sync.RWMutex
	var wg sync.WaitGroup
	other, full := make(chan int), make(chan int)
	cond := sync.NewCond(new(sync.Mutex))
	mu.Lock()
	rw.Lock()
	reading.RLock()
	wg.Add(1)
	chanAt := func(c chan int) uintptr { return reflect.ValueOf(c).Pointer() }
	word := func(of any, path ...string) uintptr {
		v := reflect.ValueOf(of).Elem()
		at := v.Addr().Pointer()
		for _, name := range path {
			f, ok := v.Type().FieldByName(name)
			if !ok {
				return 0
			}
			at += f.Offset
			v = v.FieldByName(name)
		}
		return at
	}
	ways = []way{
		{"sleep", func() { time.Sleep(nap) }, nil},
		{"sleep", func() { time.Sleep(nap) }, nil},
		{"chan receive", func() { <-stop }, []uintptr{chanAt(stop)}},
		{"chan send", func() { full <- 1 }, []uintptr{chanAt(full)}},
		{"select", func() {
			select {
			case <-stop:
			case <-other:
			}
		}, []uintptr{chanAt(stop), chanAt(other)}},
		{"sync.Mutex.Lock", func() { mu.Lock(); defer mu.Unlock() }, []uintptr{word(&mu, "mu", "sema")}},
		{"sync.RWMutex.RLock", func() { rw.RLock(); defer rw.RUnlock() }, []uintptr{word(&rw, "readerSem")}},
		{"sync.RWMutex.Lock", func() { reading.Lock(); defer reading.Unlock() }, []uintptr{word(&reading, "writerSem")}},
		{"sync.WaitGroup.Wait", wg.Wait, []uintptr{word(&wg, "sema")}},
		{"sync.Cond.Wait", func() { cond.L.Lock(); cond.Wait(); cond.L.Unlock() }, []uintptr{word(cond, "notify")}},
	}
	return ways, func() {
		mu.Unlock()
		rw.Unlock()
		reading.RUnlock()
		wg.Done()
		<-full
		cond.L.Lock()
		cond.Broadcast()
		cond.L.Unlock()
		close(stop)
	}
}

// named returns the reasons by their numbers. The runtime keeps all in one array of strings: it is
// found by one of those that are known, and believed if it has all of them in their places.
func named(s peek.Sections, known map[int]string) []string {
	const by = "chan receive"
	index, most := -1, 0
	for i, reason := range known {
		most = max(most, i)
		if reason == by {
			index = i
		}
	}
	var list []string
	_ = words(s.Data, 2, func(a uintptr, w []uintptr) {
		if list != nil || w[1] != uintptr(len(by)) || w[0] < 1<<12 || index < 0 || text(a) != by {
			return
		}
		base := a - uintptr(index)*2*wordSize
		for i, reason := range known {
			if text(base+uintptr(i)*2*wordSize) != reason {
				return
			}
		}
		for i := range maxReasons {
			reason := text(base + uintptr(i)*2*wordSize)
			if reason == "" && i > most {
				break
			}
			list = append(list, reason)
		}
	})
	if list == nil {
		list = make([]string, most+1)
		for i, reason := range known {
			list[i] = reason
		}
	}
	return list
}

const maxReasons = 64

// text reads the short string whose header stands at a; "" if there is none.
func text(a uintptr) (s string) {
	_ = peek.Try(func() {
		p, n := peek.Word(a), peek.Word(a+wordSize)
		if p < 1<<12 || n == 0 || n > 64 {
			return
		}
		b := make([]byte, n)
		if peek.Here().At(p).Copy(b) == nil && printable(b) {
			s = string(b)
		}
	})
	return s
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
