package peek

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// anchor is a word in this binary's writable data. The runtime's table of the binary
// (runtime.moduledata) lies in the same segment and is searched for from here.
var anchor uintptr = 1

// witness is a type of our own, with a method and a long name.
type witness struct {
	next *witness
	name string
}

func (witness) String() string { return "witness" }

// witnesses are types of each form that a descriptor takes.
var witnesses = []reflect.Type{
	reflect.TypeFor[witness](), reflect.TypeFor[*witness](), reflect.TypeFor[**witness](),
	reflect.TypeFor[int](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](),
	reflect.TypeFor[map[string]*witness](), reflect.TypeFor[error](), reflect.TypeFor[any](),
	reflect.TypeFor[func(int) error](), reflect.TypeFor[chan witness](),
	reflect.TypeFor[struct{ A, B uint16 }](), reflect.TypeFor[[3]complex128](),
	reflect.TypeFor[unsafe.Pointer](), reflect.TypeFor[float32](), reflect.TypeFor[bool](),
}

// errDrift is the error of types whose descriptors are not as expected.
var errDrift = errors.New("this Go version describes its types in an unknown way")

// findTypes finds the types of the binary and checks what is believed of their descriptors against
// what reflect says of some.
func (s *Space) findTypes() *types {
	t := &types{space: s, known: make(map[uintptr]reflect.Type)}
	if t.err = t.find(); t.err == nil {
		t.err = t.prove()
	}
	return t
}

// find derives where the types lie. The offset of a name in a descriptor counts from the beginning
// of the area, and reflect returns the bytes of the name in place. The end of the area stands in
// the table of the binary, behind its beginning.
func (s *types) find() error {
	where := &s.space.where
	var last uintptr
	for _, t := range witnesses {
		w := TypeWord(t)
		off, _, err := s.space.At(w + where.descName).uint(4)
		if err != nil {
			return err
		}
		flags, err := s.space.At(w + where.descFlags).byte()
		if err != nil {
			return err
		}
		name := t.String()
		star := uintptr(0)
		if flags&flagExtraStar != 0 {
			star = 1
		}
		width := uintptr(1)
		if uintptr(len(name))+star >= 0x80 {
			width = 2
		}
		text := uintptr(unsafe.Pointer(unsafe.StringData(name)))
		base := text - star - width - 1 - uintptr(off)
		if s.base == 0 {
			s.base = base
		}
		if base != s.base {
			return fmt.Errorf("%w: names of two types count from two places", errDrift)
		}
		last = max(last, w, text+uintptr(len(name)))
	}
	return s.findEnd(last)
}

// segment bounds the search for the table of the binary around the anchor. The writable data of
// large programs takes tens of megabytes.
const segment = 256 << 20

// findEnd looks for the binary's table: text and etext with our own code between them, noptrdata
// and enoptrdata with the anchor between them, three more sections that do not end before they
// begin, and the beginning of the types in its place. Only a linkname would lead there directly,
// and a future linker may forbid that.
func (s *types) findEnd(last uintptr) error {
	here := uintptr(unsafe.Pointer(&anchor))
	code := reflect.ValueOf(pointsAt).Pointer()
	match := func(a uintptr) bool {
		// The bounds of sections take 15 words before those of the types.
		var w [18]uintptr
		if _, err := s.space.At(a - 15*wordSize).words(w[:]); err != nil {
			return false
		}
		text, etext, noptrdata, enoptrdata := w[0], w[1], w[2], w[3]
		if code < text || code >= etext || here < noptrdata || here >= enoptrdata {
			return false
		}
		// The linker of C, which cgo uses, orders the sections in its own way.
		for i := 4; i < 10; i += 2 {
			if w[i] > w[i+1] {
				return false
			}
		}
		// go1.27 keeps the length of some of the descriptors before the end.
		s.end = max(w[16], w[17])
		if w[16] > last {
			s.end = w[16]
		}
		s.sections = Sections{Text: Area{text, etext}, Data: Area{w[4], w[5]}, BSS: Area{w[6], w[7]}}
		return s.end > last
	}
	// The table and the anchor are data without pointers, near the beginning of the segment. So
	// look down first.
	for _, up := range []bool{false, true} {
		for a, left := here&^(scanStep-1)+scanStep, uintptr(segment); left > 0; {
			n := min(left, scanStep)
			if !up {
				a -= n
			}
			var hits []uintptr
			err := try(func() { hits = scan(a, n, s.base) })
			for _, hit := range hits {
				if match(hit) {
					return nil
				}
			}
			if err != nil {
				break
			}
			if up {
				a += n
			}
			left -= n
		}
	}
	return fmt.Errorf("%w: its table of sections was not found", errDrift)
}

// scanStep divides a page, so no step crosses the edge of the segment.
const scanStep = 512

// scan returns where the word w stands in the n bytes at a.
func scan(a, n, w uintptr) (hits []uintptr) {
	check(a, n, wordSize)
	for ; n > 0; n -= wordSize {
		if loadWord(a) == w {
			hits = append(hits, a)
		}
		a += wordSize
	}
	return hits
}

// prove checks the witnesses, and some words that are no types.
func (s *types) prove() error {
	where := &s.space.where
	pointed := 0
	for _, t := range witnesses {
		w := TypeWord(t)
		size, err := s.space.At(w + where.descSize).uintptr()
		if err != nil {
			return err
		}
		kind, err := s.space.At(w + where.descKind).byte()
		if err != nil {
			return err
		}
		align, err := s.space.At(w + where.descAlign).byte()
		if err != nil {
			return err
		}
		fieldAlign, err := s.space.At(w + where.descFieldAlign).byte()
		if err != nil {
			return err
		}
		if size != t.Size() || reflect.Kind(kind) != t.Kind() || int(align) != t.Align() || int(fieldAlign) != t.FieldAlign() {
			return fmt.Errorf("%w: %v", errDrift, t)
		}
		if got, ok := s.typeOf(w); !ok || got != t {
			return fmt.Errorf("%w: %v is not recognised", errDrift, t)
		}
		if _, ok := s.typeOf(w + wordSize); ok {
			return fmt.Errorf("%w: the inside of %v passes for a type", errDrift, t)
		}
		if p, _, err := s.space.At(w + where.descPtrTo).uint(4); err == nil && s.base+uintptr(p) == TypeWord(reflect.PointerTo(t)) {
			pointed++
		}
	}
	if pointed == 0 {
		return fmt.Errorf("%w: none names the type of a pointer to it", errDrift)
	}
	var of fmt.Stringer = &witness{}
	tab := (*[2]uintptr)(unsafe.Pointer(&of))[0]
	if w, ok := s.itab(tab, reflect.TypeFor[fmt.Stringer](), true); !ok || w != TypeWord(reflect.TypeFor[*witness]()) {
		return fmt.Errorf("%w: what stands in an interface with methods", errDrift)
	}
	return nil
}
