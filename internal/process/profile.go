package process

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Profiles are those that the runtime keeps of its own accord, with the most first. Package
// runtime/pprof writes the same as files.
type Profiles struct {
	heap  []Allocated
	mutex []Contended // empty unless runtime.SetMutexProfileFraction was called
	block []Contended // empty unless runtime.SetBlockProfileRate was called
	// leftOut says how many places are not among those: each has a thousand, those with the most, and
	// is empty if there are more than a hundred thousand.
	leftOut int
}

const (
	maxSites   = 1000
	maxRecords = 100_000
)

// Frame is one call of a stack.
type Frame struct {
	function, file string
	line           int
}

// Allocated is what was allocated at one place, as of the last garbage collection. The runtime takes
// samples, one in runtime.MemProfileRate bytes, and the figures are estimates for all from these.
type Allocated struct {
	function       string // the first outside of the runtime
	file           string
	line           int
	bytes, objects uint64 // in use
	allBytes       uint64 // allocated since the start
	allObjects     uint64
	frames         []Frame // innermost first
}

// Contended is what goroutines waited for at one place: for a mutex, where it was unlocked while
// others waited; for the rest, where they waited.
type Contended struct {
	function string // the first outside of the runtime and of sync
	file     string
	line     int
	count    uint64
	waited   time.Duration
	frames   []Frame // innermost first
}

// ReadProfiles reads the profiles, without stopping the world.
func ReadProfiles() Profiles {
	var p Profiles
	var left [3]int
	p.heap, left[0] = allocated(records(func(p []runtime.MemProfileRecord) (int, bool) { return runtime.MemProfile(p, true) }, &p.leftOut))
	p.mutex, left[1] = contended(records(runtime.MutexProfile, &p.leftOut))
	p.block, left[2] = contended(records(runtime.BlockProfile, &p.leftOut))
	p.leftOut += left[0] + left[1] + left[2]
	return p
}

// records calls read with enough room. If there are more than maxRecords it reads none, and adds their
// number to left.
func records[T any](read func([]T) (int, bool), left *int) []T {
	for n, _ := read(nil); n <= maxRecords; {
		p := make([]T, n+50)
		got, ok := read(p)
		if ok {
			return p[:got]
		}
		n = got
	}
	n, _ := read(nil)
	*left += n
	return nil
}

// most returns the first of all in that order, at most maxSites, and how many others there are.
func most[T any](all []T, order func(a, b T) int) (first []T, left int) {
	slices.SortFunc(all, order)
	first = all[:min(len(all), maxSites)]
	return first, len(all) - len(first)
}

// allocated returns the places with the most of all, and how many others there are. To find out what
// lies at the places of a stack takes the longest.
func allocated(all []runtime.MemProfileRecord) (out []Allocated, left int) {
	type measured struct {
		Allocated
		stack []uintptr
	}
	sites := make([]measured, len(all))
	for i := range all {
		r, a := &all[i], &sites[i]
		a.bytes, a.objects = whole(r.InUseBytes(), r.InUseObjects())
		a.allBytes, a.allObjects = whole(r.AllocBytes, r.AllocObjects)
		a.stack = r.Stack()
	}
	sites, left = most(sites, func(a, b measured) int {
		return cmp.Or(cmp.Compare(b.bytes, a.bytes), cmp.Compare(b.allBytes, a.allBytes))
	})
	out = make([]Allocated, len(sites))
	for i := range sites {
		a := &out[i]
		*a = sites[i].Allocated
		a.frames = frames(sites[i].stack)
		a.function, a.file, a.line = site(a.frames, "runtime.", "internal/runtime/")
	}
	return out, left
}

// whole estimates from samples how much there was. An object of n bytes is sampled with the
// probability 1-exp(-n/rate): the runtime draws the distance between samples from an exponential
// distribution (see runtime.MemProfileRate).
func whole(bytes, objects int64) (allBytes, allObjects uint64) {
	rate := float64(runtime.MemProfileRate)
	if bytes <= 0 || objects <= 0 || rate <= 1 {
		return uint64(max(bytes, 0)), uint64(max(objects, 0))
	}
	scale := 1 / (1 - math.Exp(-float64(bytes)/float64(objects)/rate))
	return uint64(float64(bytes) * scale), uint64(float64(objects) * scale)
}

func contended(all []runtime.BlockProfileRecord) (out []Contended, left int) {
	all, left = most(all, func(a, b runtime.BlockProfileRecord) int { return cmp.Compare(b.Cycles, a.Cycles) })
	out = make([]Contended, 0, len(all))
	for i := range all {
		r := &all[i]
		c := Contended{count: uint64(r.Count), waited: time.Duration(float64(r.Cycles) * nanosPerCycle()), frames: frames(r.Stack())}
		c.function, c.file, c.line = site(c.frames, "runtime.", "internal/runtime/", "sync.", "internal/sync.")
		out = append(out, c)
	}
	return out, left
}

func frames(stack []uintptr) []Frame {
	if len(stack) == 0 {
		return nil
	}
	var out []Frame
	for each := runtime.CallersFrames(stack); ; {
		f, more := each.Next()
		out = append(out, Frame{f.Function, f.File, f.Line})
		if !more {
			return out
		}
	}
}

// site returns the innermost of frames that is in none of these packages, the outermost if all are.
func site(frames []Frame, packages ...string) (function, file string, line int) {
	for i, f := range frames {
		in := func(pkg string) bool { return strings.HasPrefix(f.function, pkg) }
		if !slices.ContainsFunc(packages, in) || i == len(frames)-1 {
			return f.function, f.file, f.line
		}
	}
	return "", "", 0
}
