package goroutine

import (
	"errors"
	"fmt"
	"math/bits"
	"reflect"
	"runtime"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

const wordSize = bits.UintSize / 8

// hasFrames says that the compiler keeps frame pointers: each frame begins with the address of the
// one before, and the address to return to stands above it.
const hasFrames = runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64"

// ErrLayout is the error of a runtime whose goroutines are not as expected.
var ErrLayout = errors.New("the layout of goroutines is not known in this version of Go")

// layout says where the runtime keeps what this package reads, as offsets in bytes.
type layout struct {
	// Of a goroutine (runtime.g).
	lo, hi                                     uintptr // the stack's bounds
	sp, pc, bp                                 uintptr // saved when it stopped to run
	callSP, callPC, callBP                     uintptr // saved when it went into the kernel
	status, goid, since, reason                uintptr
	parent, creator, entry, waits, labels, due uintptr
	// Of one that waits, as it stands in a queue (runtime.sudog).
	waiter, elem, next, ch uintptr
	// Of a chan (runtime.hchan): the first that waits to receive.
	receivers uintptr

	lr     uintptr // of a goroutine, on arm64: where a function returns to that has no frame yet
	gWords int     // how many words of a goroutine are read

	// Of the labels that runtime/pprof sets: their type, nil if there is none or they are laid out in
	// an unknown way; the slice of them; the value of one, whose key stands first; the size of one.
	set                reflect.Type
	pairs, value, pair uintptr
}

// fields names what derive finds by name, by structure. The last word of a field that the collector must not
// follow (runtime.maybeTraceablePtr) is the truth.
func (l *layout) fields() []struct {
	at         *uintptr
	name, path string
} {
	fields := []struct {
		at         *uintptr
		name, path string
	}{
		{&l.lo, "lo", "runtime.g stack.lo"}, {&l.hi, "hi", "runtime.g stack.hi"},
		{&l.sp, "sp", "runtime.g sched.sp"}, {&l.pc, "pc", "runtime.g sched.pc"}, {&l.bp, "bp", "runtime.g sched.bp"},
		{&l.callSP, "callSP", "runtime.g syscallsp"}, {&l.callPC, "callPC", "runtime.g syscallpc"}, {&l.callBP, "callBP", "runtime.g syscallbp"},
		{&l.status, "status", "runtime.g atomicstatus"}, {&l.goid, "goid", "runtime.g goid"},
		{&l.since, "since", "runtime.g waitsince"}, {&l.reason, "reason", "runtime.g waitreason"},
		{&l.parent, "parent", "runtime.g parentGoid"}, {&l.creator, "creator", "runtime.g gopc"}, {&l.entry, "entry", "runtime.g startpc"},
		{&l.waits, "waits", "runtime.g waiting"}, {&l.labels, "labels", "runtime.g labels"}, {&l.due, "due", "runtime.g sleepWhen"},
		{&l.waiter, "waiter", "runtime.sudog g"}, {&l.elem, "elem", "runtime.sudog elem"},
		{&l.next, "next", "runtime.sudog waitlink"}, {&l.ch, "ch", "runtime.sudog c"},
		{&l.receivers, "receivers", "runtime.hchan recvq.first"},
		{&l.lr, "lr", "runtime.g sched.lr"},
	}
	if runtime.GOARCH != "arm64" {
		return fields[:len(fields)-1]
	}
	return fields
}

// derive finds where the fields stand, by the descriptors of the binary.
func derive(s *peek.Space) (l layout, err error) {
	types, err := s.Structs("runtime.g", "runtime.sudog", "runtime.hchan", "pprof.labelMap")
	if err != nil {
		return l, err
	}
	for _, f := range l.fields() {
		of, path, _ := strings.Cut(f.path, " ")
		t := types[of]
		if t == nil {
			return l, fmt.Errorf("%w: no %s is described", ErrLayout, of)
		}
		if *f.at, err = offset(t, path); err != nil {
			return l, err
		}
		if of == "runtime.g" {
			l.gWords = max(l.gWords, int(*f.at/wordSize)+2)
		}
	}
	// One word more than what is read, for what stands in two.
	l.gWords = min(l.gWords, int(types["runtime.g"].Size()/wordSize))
	l.labelled(types["pprof.labelMap"])
	moved(&l)
	return l, nil
}

// offset is where the field at the end of a path of names stands in t.
func offset(t reflect.Type, path string) (off uintptr, err error) {
	of := t
	for _, name := range strings.Split(path, ".") {
		f, ok := reflect.StructField{}, false
		if t.Kind() == reflect.Struct {
			f, ok = t.FieldByName(name)
		}
		if !ok {
			return 0, fmt.Errorf("%w: %v has no %s", ErrLayout, of, path)
		}
		off, t = off+f.Offset, f.Type
	}
	for t.Kind() == reflect.Struct {
		if f, ok := t.FieldByName("vu"); ok && f.Type.Kind() == reflect.Uintptr {
			for _, i := range f.Index {
				off, t = off+t.Field(i).Offset, t.Field(i).Type
			}
			return off, nil
		}
		if t.NumField() == 0 {
			break
		}
		last := t.Field(t.NumField() - 1) // an atomic.Uint32 begins with what forbids copies
		off, t = off+last.Offset, last.Type
	}
	return off, nil
}

// labelled finds where labels stand in what a goroutine's word for them points at. Only a program
// that sets some has the type.
func (l *layout) labelled(set reflect.Type) {
	if set == nil {
		return
	}
	t, off := set, uintptr(0)
	for t.Kind() == reflect.Struct && t.NumField() == 1 {
		off, t = off+t.Field(0).Offset, t.Field(0).Type
	}
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct || t.Elem().NumField() != 2 {
		return
	}
	key, value := t.Elem().Field(0), t.Elem().Field(1)
	if key.Type.Kind() == reflect.String && key.Offset == 0 && value.Type.Kind() == reflect.String {
		l.set, l.pairs, l.value, l.pair = set, off, value.Offset, t.Elem().Size()
	}
}
