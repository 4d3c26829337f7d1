package peek

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Space is one process as its memory shows it: where its Go runtime keeps the fields that this
// package reads, which words are its types, what the self-tests found, and what was derived from
// its types. None of that is a package variable, except for [Here]'s.
//
// Every Ref belongs to a Space, which judges what is read through the Ref. A Space is safe for
// concurrent use, must not be copied and never ends: it keeps what it has learned.
type Space struct {
	// Data is what the package above keeps of the process. Set it before the Space is used.
	Data any

	where layout // what is believed; each part is proved before it is used

	types         once[*types]
	lengths, maps once[error]
	probes        once[bool]
	chans, rings  once[error]
	waiting       once[error]
	methodValues  once[error]

	receivers sync.Map             // of method values by the names of their code: reflect.Type, or nil
	mapTypes  sync.Map             // reflect.Type to *MapType or error
	pointings [1024]atomic.Uintptr // see PointingOf
}

// Here returns the Space of this process.
func Here() *Space { return &here }

// NewSpace returns another Space of this process, which has learned nothing yet.
func NewSpace() *Space { return &Space{where: here.where} }

// At returns the place at a bare address of s. An address that was read from memory belongs to the
// Space of the place where it stood: see [Ref.At].
func (s *Space) At(addr uintptr) Ref {
	if s == &here {
		s = nil
	}
	return Ref{addr: addr, space: s}
}

// Func names the function whose code lies at pc, which may be any word, and says where it is
// defined; ok is false if there is no code.
func (s *Space) Func(pc uintptr) (name, file string, line int, ok bool) {
	f := runtime.FuncForPC(pc) // it looks pc up in a table and reads nothing there
	if f == nil {
		return "", "", 0, false
	}
	file, line = f.FileLine(pc)
	return f.Name(), file, line, true
}

// funcAt reports whether a function of s begins at pc.
func (s *Space) funcAt(pc uintptr) bool {
	f := runtime.FuncForPC(pc)
	return f != nil && f.Entry() == pc
}

// once is a value of a Space that is found when it is first needed.
type once[T any] struct {
	begin sync.Once
	done  atomic.Bool
	x     T
}

// get returns what find returned when get first called it.
func (o *once[T]) get(find func() T) T {
	if !o.done.Load() {
		o.begin.Do(func() {
			o.x = find()
			o.done.Store(true)
		})
	}
	return o.x
}

// caught is get for a find that may fault. While find has not run and faults are not caught, it
// returns otherwise.
func (o *once[T]) caught(find func() T, otherwise T) T {
	if !o.done.Load() && uncaught.Load() {
		return otherwise
	}
	return o.get(find)
}
