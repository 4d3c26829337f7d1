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
}

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
	return Profiles{
		heap:  allocated(records(func(p []runtime.MemProfileRecord) (int, bool) { return runtime.MemProfile(p, true) })),
		mutex: contended(records(runtime.MutexProfile)),
		block: contended(records(runtime.BlockProfile)),
	}
}

// records calls read with enough room.
func records[T any](read func([]T) (int, bool)) []T {
	for n, _ := read(nil); ; {
		p := make([]T, n+50)
		got, ok := read(p)
		if ok {
			return p[:got]
		}
		n = got
	}
}

func allocated(all []runtime.MemProfileRecord) []Allocated {
	out := make([]Allocated, 0, len(all))
	for i := range all {
		r := &all[i]
		bytes, objects := whole(r.InUseBytes(), r.InUseObjects())
		a := Allocated{bytes: bytes, objects: objects, frames: frames(r.Stack())}
		a.allBytes, a.allObjects = whole(r.AllocBytes, r.AllocObjects)
		a.function, a.file, a.line = site(a.frames, "runtime.", "internal/runtime/")
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Allocated) int {
		return cmp.Or(cmp.Compare(b.bytes, a.bytes), cmp.Compare(b.allBytes, a.allBytes))
	})
	return out
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

func contended(all []runtime.BlockProfileRecord) []Contended {
	out := make([]Contended, 0, len(all))
	for i := range all {
		r := &all[i]
		c := Contended{count: uint64(r.Count), waited: time.Duration(float64(r.Cycles) * nanosPerCycle()), frames: frames(r.Stack())}
		c.function, c.file, c.line = site(c.frames, "runtime.", "internal/runtime/", "sync.", "internal/sync.")
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Contended) int { return cmp.Compare(b.waited, a.waited) })
	return out
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
