package goroutine

import (
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// FuzzProgramCounter asks what stands at any word, and at any place in the code: there is nothing
// outside of the code, and inside what the runtime says of the same place.
func FuzzProgramCounter(f *testing.F) {
	r, err := Open(peek.NewSpace())
	if err != nil {
		f.Fatal(err)
	}
	begin := reflect.ValueOf(framesAt).Pointer()
	size := r.text.To - r.text.From
	for _, pc := range []uintptr{0, 1, r.text.From - 1, r.text.From, begin, begin + 1, begin + 64, r.text.To - 1, r.text.To, r.text.To + 1, ^uintptr(0)} {
		f.Add(uint64(pc), false)
		f.Add(uint64(pc-r.text.From), true)
	}
	f.Fuzz(func(t *testing.T, word uint64, inside bool) {
		pc := uintptr(word)
		if inside {
			pc = r.text.From + pc%size
		}
		s := r.Symbols()
		at, entry := s.At(pc), s.Entry(pc)
		if !slices.Equal(s.At(pc), at) {
			t.Errorf("%#x is %v, and then %v", pc, at, s.At(pc))
		}
		if !r.text.Has(pc) {
			if len(at) > 0 || entry != (Frame{}) {
				t.Fatalf("%#x is not in the code, but %v, %v", pc, at, entry)
			}
			return
		}
		for _, frame := range at {
			if frame.Function == "" || frame.Line < 0 || wrapper(runtime.Frame{Function: frame.Function, File: frame.File}) {
				t.Errorf("%#x is %+v", pc, frame)
			}
		}
		// Of a single place the runtime tells the innermost function. Where framesAt begins, which is
		// its mark, nothing returns to.
		first, _ := runtime.CallersFrames([]uintptr{pc}).Next()
		if first.Function != "" && !wrapper(first) && first.PC != begin && (len(at) == 0 || at[0] != Frame{first.Function, first.File, first.Line}) {
			t.Errorf("%#x is %+v, for the runtime %+v", pc, at, first)
		}
		if isBottom(pc) && !inRuntime(pc) {
			t.Errorf("%#x ends a stack, and is not in the runtime", pc)
		}
		_ = System(entry) // whatever entry is
	})
}
