package inspect

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/gotype"
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Mark says how far the bytes behind a Value can be believed.
type Mark uint8

const (
	// Racy: a value of several words that may change meanwhile lies on the way.
	Racy Mark = 1 << iota
	// Torn: the bytes kept changing while they were read.
	Torn
	// Copied: the Value shows a copy made when it was reached, and not the place itself.
	Copied
)

// Value is a read-only view of a live Go value: its type and where it lies. The zero Value stands
// for nil: the target of a nil pointer, the content of a nil interface. Values are plain data and
// safe for concurrent use. A racy one means something only for the evaluation that made it.
type Value struct {
	typ  reflect.Type
	ref  peek.Ref
	mark Mark
	how  how
}

// how is what is known of the place of a Value.
type how uint8

const (
	// solid: pointers loaded from the place may be held, since the place itself is held and its
	// memory is typed.
	solid how = 1 << iota
	// word: the Ref is not the place of a pointer but that pointer itself.
	word
	// fixed: nobody changes the place any more, such as the copy in an interface.
	fixed
	// lent: the place belongs to a Cursor and is good until its next Load.
	lent
	// trusted: the caller vouches that nobody changes anything now.
	trusted
	// bare: the lens is ignored.
	bare
	// slot: the place is that of an element, and its container may put another one there later.
	slot
)

var (
	// ErrKind is wrapped by the error of asking a Value for what its kind does not have.
	ErrKind = errors.New("this kind of value has none")
	// ErrKey is the target of errors.Is for an error of Lookup that says why a value cannot be a key
	// of the map.
	ErrKey = gotype.ErrKey
	// ErrTypeWord is wrapped by the errors of interfaces whose type cannot be believed.
	ErrTypeWord = peek.ErrTypeWord
	// ErrUncaught is the error of a read that could end the process; see [Prepare].
	ErrUncaught = peek.ErrUncaught
	// ErrTorn is wrapped by the errors of headers that make no sense, because they were caught half
	// written or lie in memory that has another use by now.
	ErrTorn = errors.New("it changed while it was read: ask again")
)

// Of returns the view of x. It is solid: it keeps x alive. If x is no pointer, map, chan or func,
// the Value shows the copy in the interface and is marked Copied. Of(nil) is the zero Value.
func Of(x any) Value {
	if x == nil {
		return Value{}
	}
	r := reflect.ValueOf(x)
	v := Value{typ: r.Type(), how: solid | fixed}
	switch kind := r.Kind(); {
	case kind == reflect.Pointer && !here.collected(v.typ):
		// To the collector it is no pointer. It becomes the content of a place of our own.
	case kind == reflect.Pointer || kind == reflect.Map || kind == reflect.Chan || kind == reflect.UnsafePointer:
		// The interface x holds the pointer itself.
		v.ref, v.how = peek.Of(r), solid|fixed|word
		return v
	case kind != reflect.Func:
		v.mark = Copied
	}
	p := reflect.New(v.typ)
	p.Elem().Set(r)
	v.ref = peek.Of(p)
	return v
}

// IsValid reports whether v is not the zero Value.
func (v Value) IsValid() bool { return v.typ != nil }

// Type returns the Go type, nil for the zero Value.
func (v Value) Type() reflect.Type { return v.typ }

// TypeName writes t as in Go source: any for the empty interface, []byte for []uint8, and type
// arguments with their package's name and not its path. It is "" for nil.
func TypeName(t reflect.Type) string { return gotype.Name(t) }

// Kind returns reflect's kind of the type, Invalid for the zero Value.
func (v Value) Kind() reflect.Kind {
	if v.typ == nil {
		return reflect.Invalid
	}
	return v.typ.Kind()
}

// Mark says how far the bytes of v can be believed.
func (v Value) Mark() Mark { return v.mark }

// Solid reports whether v holds a real pointer to memory of its type. Only a solid value may be a
// method's receiver or a lock to take.
func (v Value) Solid() bool { return v.how&solid != 0 && (v.ref.Held() || v.how&word != 0) }

// Trust returns v with multi-word hops, from it and from all that it leads to, solid (on) or racy
// (off). It is for callers that hold a guard which the application declared, or know the object to
// be frozen, and only while that lasts. Trust ends by itself at structs that are [Shared].
func (v Value) Trust(on bool) Value {
	v.how &^= trusted
	if on {
		v.how |= trusted
	}
	return v
}

// Bare returns v without its lens: the struct with its fields. Values that v contains or leads to
// keep theirs.
func (v Value) Bare() Value {
	if v.Kind() == reflect.Struct {
		v.how |= bare
	}
	return v
}

// Addr returns the address of the value, or of what a pointer in our own hands points at. It is 0
// for copies and for the zero Value.
func (v Value) Addr() uintptr {
	if v.typ == nil || v.mark&Copied != 0 || v.how&lent != 0 {
		return 0
	}
	return v.ref.Addr()
}

// IsWord reports whether v has no place of its own: it is a pointer, a map or the like in our own hands
// or in the word of an interface, or a struct or array of nothing but one.
func (v Value) IsWord() bool { return v.how&word != 0 }

// Pointer returns a *T to the T that v views, to be a method's receiver or a lock; ok is false
// unless v is solid and has a place. The caller must not write through the pointer, apart from the
// state of a lock that it takes and releases.
func (v Value) Pointer() (p any, ok bool) {
	if v.how&solid == 0 || v.how&word != 0 || !v.ref.Held() {
		return nil, false
	}
	return v.ref.Pointer(v.typ).Interface(), true
}

// Interface returns the value itself of a solid pointer, map or chan, to be passed to a method as
// an argument; ok is false for other Values.
func (v Value) Interface() (x any, ok bool) {
	if v.how&solid == 0 {
		return nil, false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.UnsafePointer:
		p, err := v.pointer()
		if err != nil || !p.IsNil() && !p.Held() {
			return nil, false
		}
		return p.Word(v.typ).Interface(), true
	}
	return nil, false
}

// firm reports whether values of several words in v's place can be believed.
func (v Value) firm() bool {
	return v.how&solid != 0 && v.how&(trusted|fixed) != 0 && v.ref.Held()
}

// pointer loads the word of a pointer, map, chan, func or unsafe.Pointer.
func (v Value) pointer() (peek.Ref, error) {
	if v.how&word != 0 {
		return v.ref, nil
	}
	// If the collector scans the place, it has met the word already.
	return v.ref.Ptr(v.how&solid != 0 && v.space().collected(v.typ))
}

// Word returns the address that a pointer, map, chan, func or unsafe.Pointer holds, 0 for nil: two
// of one type that hold the same address are the same. Of a string or slice it returns where the
// bytes or elements lie.
// The address is for comparison, not for reading.
func (v Value) Word() (uintptr, error) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		p, err := v.pointer()
		return p.Addr(), err
	case reflect.String, reflect.Slice:
		return v.ref.Uintptr()
	}
	return 0, fmt.Errorf("a %v holds no address: %w", v.typ, ErrKind)
}

// hop returns the view of a t at ref that was reached from v through a header or a pointer.
func (v Value) hop(t reflect.Type, ref peek.Ref) Value {
	h := v.how & trusted
	if ref.Held() {
		h |= solid
	}
	return Value{typ: t, ref: ref, mark: v.mark &^ Copied, how: h}
}

// part returns the view of a t that lies off bytes into v's own memory.
func (v Value) part(t reflect.Type, off uintptr) Value {
	v.typ = t
	v.how &^= bare
	if v.how&word == 0 {
		v.ref = v.ref.Add(off)
	}
	return v
}

// Field returns direct field i of a struct. It reads no memory.
func (v Value) Field(i int) Value {
	f := &v.Fields()[i]
	if f.shared {
		v.how &^= trusted | fixed
	}
	return v.part(f.Type, f.offset)
}

// Elem follows a pointer or opens an interface. It returns the zero Value for nil.
func (v Value) Elem() (Value, error) {
	v = v.content()
	switch v.Kind() {
	case reflect.Invalid:
		return Value{}, nil
	case reflect.Pointer:
		p, err := v.pointer()
		if err != nil || p.IsNil() {
			return Value{}, err
		}
		e := v.hop(v.typ.Elem(), p)
		if v.how&solid != 0 && !p.Held() {
			e.mark |= Racy // a number, or an address in memory that C may have freed
		}
		return e, nil
	case reflect.Interface:
		return v.open()
	}
	return Value{}, fmt.Errorf("a %v points at nothing: %w", v.typ, ErrKind)
}

// open returns the content of an interface.
func (v Value) open() (Value, error) {
	d, err := v.ref.Interface(v.typ, v.firm())
	if err != nil || d.Type == nil {
		return Value{}, err
	}
	e := v.hop(d.Type, d.Data)
	if !d.Firm {
		e.mark |= Racy
	}
	if !d.Still {
		e.mark |= Torn
	}
	if v.space().direct(d.Type) {
		e.how |= word
	}
	e.how |= fixed
	return e, nil
}

// IsNil reports whether a pointer, interface, slice, map, chan or func is nil. It is true for the
// zero Value and false for other kinds.
func (v Value) IsNil() (bool, error) {
	v = v.content()
	switch v.Kind() {
	case reflect.Invalid:
		return true, nil
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		p, err := v.pointer()
		return p.IsNil(), err
	case reflect.Interface, reflect.Slice:
		w, err := v.ref.Uintptr()
		return w == 0, err
	}
	return false, nil
}

// header loads the header of a slice.
func (v Value) header() (data peek.Ref, n, c int, mark Mark, err error) {
	var w [3]uintptr
	var still bool
	firm := v.firm()
	if firm {
		// The first word of a slice is a pointer to the collector, whatever its elements.
		data, still, err = v.ref.WordsPtr(w[:], 0)
	} else {
		still, err = v.ref.Words(w[:])
		data = v.ref.At(w[0])
	}
	if err != nil {
		return data, 0, 0, 0, err
	}
	n, c = int(w[1]), int(w[2])
	if !still {
		mark |= Torn
	}
	if !firm || !still {
		mark |= Racy
	}
	if n < 0 || n > c || tooLarge(n, v.typ.Elem().Size()) || n > 0 && data.IsNil() {
		return data, 0, 0, mark, fmt.Errorf("a %v has an impossible header: %w", v.typ, ErrTorn)
	}
	return data, n, c, mark, nil
}

// tooLarge reports whether n elements of that size exceed the address space.
func tooLarge(n int, size uintptr) bool {
	return size > 0 && uintptr(n) > ^uintptr(0)>>1/size
}

// Len returns the number of bytes in a string, elements in a list, entries in a map, or values
// waiting in a chan.
func (v Value) Len() (int, error) {
	v = v.content()
	switch v.Kind() {
	case reflect.String:
		var w [2]uintptr
		if _, err := v.ref.Words(w[:]); err != nil {
			return 0, err
		}
		if n := int(w[1]); n >= 0 && (n == 0 || w[0] != 0) {
			return n, nil
		}
		return 0, fmt.Errorf("a %v has an impossible header: %w", v.typ, ErrTorn)
	case reflect.Slice:
		_, n, _, _, err := v.header()
		return n, err
	case reflect.Array:
		return v.typ.Len(), nil
	case reflect.Map:
		p, err := v.pointer()
		if err != nil {
			return 0, err
		}
		n, err := peek.Used(p)
		if x, ok := v.Interface(); err != nil && ok && v.how&trusted != 0 {
			err = peek.Try(func() { n = reflect.ValueOf(x).Len() })
		}
		return n, err
	case reflect.Chan:
		p, err := v.pointer()
		if err != nil || p.IsNil() {
			return 0, err
		}
		n, _, err := peek.Chan(p)
		return n, err
	case reflect.Struct:
		if c := v.lens().row.collection; c != nil {
			return c.len(v)
		}
	}
	return 0, fmt.Errorf("a %v has no length: %w", v.typ, ErrKind)
}

// Cap returns the capacity of a slice or chan, and the length of an array.
func (v Value) Cap() (int, error) {
	switch v.Kind() {
	case reflect.Slice:
		_, _, c, _, err := v.header()
		return c, err
	case reflect.Array:
		return v.typ.Len(), nil
	case reflect.Chan:
		p, err := v.pointer()
		if err != nil || p.IsNil() {
			return 0, err
		}
		_, c, err := peek.Chan(p)
		return c, err
	}
	return 0, fmt.Errorf("a %v has no capacity: %w", v.typ, ErrKind)
}

// Index returns element i of a list. An index out of range is an error.
func (v Value) Index(i int) (Value, error) {
	switch v.Kind() {
	case reflect.Array:
		if i < 0 || i >= v.typ.Len() {
			return Value{}, outOfRange(i, v.typ.Len())
		}
		return v.part(v.typ.Elem(), uintptr(i)*v.typ.Elem().Size()), nil
	case reflect.Slice:
		data, n, _, mark, err := v.header()
		if err != nil {
			return Value{}, err
		}
		if i < 0 || i >= n {
			return Value{}, outOfRange(i, n)
		}
		e := v.hop(v.typ.Elem(), data.Add(uintptr(i)*v.typ.Elem().Size()))
		e.mark |= mark
		if !v.space().pinned(e.typ) {
			e.how |= slot
		}
		return e, nil
	}
	if v.Kind() == reflect.Struct && v.Shape() == List {
		return v.lens().row.collection.index(v, i)
	}
	return Value{}, fmt.Errorf("a %v has no elements: %w", v.typ, ErrKind)
}

func outOfRange(i, n int) error {
	if n == 0 {
		return fmt.Errorf("index %d is out of range: it is empty", i)
	}
	return fmt.Errorf("index %d is out of range: there are %d, so 0 to %d", i, n, n-1)
}
