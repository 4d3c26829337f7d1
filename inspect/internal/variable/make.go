package variable

import (
	"cmp"
	"debug/dwarf"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/inspect/internal/gotype"
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// A maker makes the types that variables have and the binary has no descriptor of, from what its debug
// information says of them. The linker drops the descriptor of a type that nothing puts into an
// interface. Each size and each offset of a type that was made is compared with the debug information.
//
// That has no tags of fields but in the name of a struct type without a name. So a field could be told
// that its tag hides. The structs of the standard library have no such tags, nor have those of which
// the application says so. Of every other one nothing is told but that it is there: see sealed. What a
// type's name says is a secret is sealed too, since the type that is made lacks that name.
type maker struct {
	*scanner
	untagged func(pkg string) bool // reports whether no field of that package has a tag that hides it; may be nil
	modules  modules
	known    map[string]reflect.Type // types that are more than their fields, by their names
	made     map[dwarf.Offset]*made
	cut      []dwarf.Offset // of those in made that are not followed to the end

	constantsAt map[dwarf.Offset]map[string]uint64 // by their types; nil until they are asked for
}

// made is a type, or why there is none.
type made struct {
	typ    reflect.Type
	sealed string // names a type in it of which the tags are unknown
	itself string // names a type in it that contains itself, and is not followed there
	err    error
	open   bool // it is being made
	cut    bool // a part of it is not followed
}

// errItself is why a type has no part that contains it.
var errItself = errors.New("its type contains itself in a way that reflect has no type for")

func newMaker(s *scanner, untagged func(pkg string) bool) *maker {
	m := &maker{scanner: s, untagged: untagged, modules: readModules(), known: map[string]reflect.Type{}, made: map[dwarf.Offset]*made{}}
	for _, t := range []reflect.Type{
		reflect.TypeFor[atomic.Bool](), reflect.TypeFor[atomic.Int32](), reflect.TypeFor[atomic.Int64](), reflect.TypeFor[atomic.Uint32](),
		reflect.TypeFor[atomic.Uint64](), reflect.TypeFor[atomic.Uintptr](), reflect.TypeFor[atomic.Value](), reflect.TypeFor[sync.Mutex](),
		reflect.TypeFor[sync.RWMutex](), reflect.TypeFor[sync.Once](), reflect.TypeFor[sync.WaitGroup](), reflect.TypeFor[sync.Map](),
		reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](),
	} {
		m.known[gotype.Qualified(t)] = t
	}
	return m
}

// variable returns the variable that was found.
func (m *maker) variable(f found) Variable {
	v := Variable{Package: f.pkg, PackageName: f.pkgName, Name: f.name, Type: pathsIn(m.nameAt(f.typ))}
	t, err := m.typeAt(f.typ)
	// What is not followed in this variable can be followed in another one.
	for _, off := range m.cut {
		delete(m.made, off)
	}
	m.cut = m.cut[:0]
	if err != nil {
		v.Why = err.Error()
		return v
	}
	a := uintptr(f.addr) + m.slide
	switch {
	case !m.isData(f.addr, uint64(t.typ.Size())):
		v.Why = "it does not lie among the variables of the binary"
	case a%uintptr(t.typ.Align()) != 0:
		v.Why = fmt.Sprintf("it lies at %#x, where no %s can", a, v.Type)
	default:
		if v.Pointer = peek.InBinary(t.typ, a); v.Pointer == nil {
			v.Why = "a " + v.Type + " is the Go runtime's own, and nothing points at one"
			break
		}
		v.Type, v.Sealed, v.Unfollowed = gotype.Name(t.typ), t.sealed, t.itself
		if t.typ.Name() != "" && t.typ.PkgPath() == "" {
			v.Names = m.namesOf(f.typ)
		}
	}
	return v
}

// namesOf returns the constants of the type at off that its own package declares, if it is a type of
// integers.
func (m *maker) namesOf(off dwarf.Offset) map[string]uint64 {
	if m.constantsAt == nil {
		m.constantsAt = map[dwarf.Offset]map[string]uint64{}
		for _, c := range m.constants {
			if pkg, _ := split(m.nameAt(c.typ)); pkg != c.pkg {
				continue
			}
			if m.constantsAt[c.typ] == nil {
				m.constantsAt[c.typ] = map[string]uint64{}
			}
			m.constantsAt[c.typ][c.name] = uint64(c.value)
		}
	}
	return m.constantsAt[off]
}

// nameAt returns the name of the type at off.
func (s *scanner) nameAt(off dwarf.Offset) string {
	if e := s.entry(off); e != nil {
		return nameOf(e)
	}
	return ""
}

func nameOf(e *dwarf.Entry) string {
	name, _ := e.Val(dwarf.AttrName).(string)
	return name
}

// typeAt returns the type at off, as the binary describes it or else made.
func (m *maker) typeAt(off dwarf.Offset) (*made, error) {
	t := m.made[off]
	if t == nil {
		t = &made{open: true}
		m.made[off] = t
		t.make(m, off)
		t.open = false
		if t.cut || t.err == errItself {
			m.cut = append(m.cut, off)
		}
	}
	if t.open {
		return t, errItself
	}
	return t, t.err
}

func (t *made) make(m *maker, off dwarf.Offset) {
	// Reflect panics for a type that it cannot make.
	defer func() {
		if r := recover(); r != nil {
			t.typ, t.err = nil, fmt.Errorf("its type cannot be made: %v", r)
		}
	}()
	if t.typ = m.describedAt(off); t.typ != nil {
		return
	}
	e := m.entry(off)
	if e == nil {
		t.err = errors.New("the debug information has no entry of its type")
		return
	}
	if t.typ = m.known[nameOf(e)]; t.typ != nil {
		t.err = checked(t.typ, e)
		return
	}
	if t.err = t.shape(m, off, e); t.err != nil {
		return
	}
	if t.err = checked(t.typ, e); t.err == nil && namesSecret(nameOf(e), t.typ) {
		t.typ = sealed(pathsIn(nameOf(e)), "secret", t.typ.Size(), t.typ.Align())
	}
}

// checked is an error unless t has the size that e says.
func checked(t reflect.Type, e *dwarf.Entry) error {
	size, ok := e.Val(dwarf.AttrByteSize).(int64)
	if ok && uint64(size) != uint64(t.Size()) {
		return fmt.Errorf("a %s has %d bytes, and was made with %d", nameOf(e), size, t.Size())
	}
	return nil
}

// basic are the types of one word or less, and strings, by their kinds.
var basic = map[reflect.Kind]reflect.Type{
	reflect.Bool: reflect.TypeFor[bool](), reflect.String: reflect.TypeFor[string](),
	reflect.Int: reflect.TypeFor[int](), reflect.Int8: reflect.TypeFor[int8](), reflect.Int16: reflect.TypeFor[int16](),
	reflect.Int32: reflect.TypeFor[int32](), reflect.Int64: reflect.TypeFor[int64](),
	reflect.Uint: reflect.TypeFor[uint](), reflect.Uint8: reflect.TypeFor[uint8](), reflect.Uint16: reflect.TypeFor[uint16](),
	reflect.Uint32: reflect.TypeFor[uint32](), reflect.Uint64: reflect.TypeFor[uint64](), reflect.Uintptr: reflect.TypeFor[uintptr](),
	reflect.Float32: reflect.TypeFor[float32](), reflect.Float64: reflect.TypeFor[float64](),
	reflect.Complex64: reflect.TypeFor[complex64](), reflect.Complex128: reflect.TypeFor[complex128](),
	reflect.UnsafePointer: reflect.TypeOf(reflect.Value.UnsafePointer).Out(0),
}

// undescribed stands for an interface type with methods that has no descriptor. No value is ever in one,
// as the table of its methods would refer to the descriptor.
type undescribed interface{ undescribed() }

// shape makes the type of e, at off.
func (t *made) shape(m *maker, off dwarf.Offset, e *dwarf.Entry) error {
	number, _ := e.Val(attrGoKind).(int64)
	kind := reflect.Kind(number)
	if b := basic[kind]; b != nil {
		t.typ = b
		return nil
	}
	switch {
	case kind == reflect.Interface:
		t.typ = reflect.TypeFor[undescribed]()
		if to, ok := e.Val(dwarf.AttrType).(dwarf.Offset); ok && m.nameAt(to) == "runtime.eface" {
			t.typ = reflect.TypeFor[any]()
		}
		return nil
	case kind == reflect.Struct && e.Tag == dwarf.TagStructType:
		return t.structure(m, off, e)
	case kind == reflect.Func && e.Tag == dwarf.TagSubroutineType:
		return t.function(m, off)
	case e.Tag == dwarf.TagPointerType:
		elem, err := t.behind(m, e, dwarf.AttrType)
		if err == nil {
			t.typ = reflect.PointerTo(elem)
		}
		return err
	case e.Tag == dwarf.TagArrayType:
		return t.array(m, off, e)
	case kind == reflect.Slice:
		elem, err := t.behind(m, e, attrGoElem)
		if err == nil {
			t.typ = reflect.SliceOf(elem)
		}
		return err
	case kind == reflect.Map:
		elem, err := t.behind(m, e, attrGoElem)
		if err != nil {
			return err
		}
		key, err := t.part(m, e, attrGoKey)
		if err == nil {
			t.typ = reflect.MapOf(key, elem)
		}
		return err
	case kind == reflect.Chan:
		elem, err := t.behind(m, e, attrGoElem)
		if err == nil {
			t.typ = reflect.ChanOf(direction(nameOf(e)), elem)
		}
		return err
	case e.Tag == dwarf.TagTypedef:
		under, err := t.part(m, e, dwarf.AttrType)
		t.typ = under
		return err
	}
	return fmt.Errorf("the debug information does not say what a %s is", nameOf(e))
}

// direction returns the direction of a channel type of that name.
func direction(name string) reflect.ChanDir {
	switch {
	case strings.HasPrefix(name, "<-chan"):
		return reflect.RecvDir
	case strings.HasPrefix(name, "chan<-"):
		return reflect.SendDir
	}
	return reflect.BothDir
}

// part returns the type that attr of e leads to, which is a part of t.
func (t *made) part(m *maker, e *dwarf.Entry, attr dwarf.Attr) (reflect.Type, error) {
	to, ok := e.Val(attr).(dwarf.Offset)
	if !ok {
		return nil, fmt.Errorf("the debug information does not say of what a %s is", nameOf(e))
	}
	return t.partAt(m, to)
}

func (t *made) partAt(m *maker, off dwarf.Offset) (reflect.Type, error) {
	part, err := m.typeAt(off)
	if err != nil {
		return nil, err
	}
	t.sealed, t.itself, t.cut = cmp.Or(t.sealed, part.sealed), cmp.Or(t.itself, part.itself), t.cut || part.cut
	return part.typ, nil
}

// maxName bounds the name that reflect gives a type behind a pointer, which contains those of all of its
// parts. Without a bound it could double with each pointer.
const maxName = 8 << 10

// behind is part for what t only leads to: if that contains t itself or is too large to be made, a
// type that is not followed stands for it.
func (t *made) behind(m *maker, e *dwarf.Entry, attr dwarf.Attr) (reflect.Type, error) {
	to, ok := e.Val(attr).(dwarf.Offset)
	if !ok {
		return nil, fmt.Errorf("the debug information does not say of what a %s is", nameOf(e))
	}
	switch elem, err := t.partAt(m, to); {
	case err == errItself, err == nil && len(elem.String()) > maxName:
		t.cut, t.itself = true, pathsIn(m.nameAt(to))
		return leads(t.itself), nil
	default:
		return elem, err
	}
}

// leads returns a type that stands for one of that name, and shows nothing of it.
func leads(name string) reflect.Type {
	return reflect.StructOf([]reflect.StructField{{Name: "notFollowed", PkgPath: ownPackage, Type: reflect.TypeFor[struct{}](), Tag: gotype.Tag(name, false, "")}})
}

// sealed returns a type of that size that shows nothing but that it is there, for the reason that its
// one field is named for. It has no pointers, and no names of fields.
func sealed(name, why string, size uintptr, align int) reflect.Type {
	word := map[int]reflect.Type{1: basic[reflect.Uint8], 2: basic[reflect.Uint16], 4: basic[reflect.Uint32]}[align]
	if word == nil {
		word = basic[reflect.Uint64]
	}
	return reflect.StructOf([]reflect.StructField{{
		Name: why, PkgPath: ownPackage, Type: reflect.ArrayOf(int(size/word.Size()), word),
		Tag: gotype.Tag(name, false, `inspect:"secret"`),
	}})
}

// namesSecret reports whether the name of a type says that its values are secrets.
func namesSecret(name string, t reflect.Type) bool {
	pkg, base := split(name)
	if pkg == "" || !secret.Suspect(base) {
		return false
	}
	switch kinds := secret.ByName(base); t.Kind() {
	case reflect.Bool, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return false
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Uintptr, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return kinds&secret.Number != 0 && !secret.Counted(base)
	default:
		return kinds|secret.ByTypeName(base) != 0
	}
}

// split returns the import path and the name of a type with a name, without its arguments. The path is
// "" for any other type.
func split(name string) (pkg, base string) {
	name, _, _ = strings.Cut(name, "[")
	if strings.ContainsAny(name, " (){}*") {
		return "", name
	}
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return "", name
	}
	return pathsIn(name[:slash+dot]), name[slash+dot+1:]
}

// children returns the entries below that at off.
func (s *scanner) children(off dwarf.Offset) (all []*dwarf.Entry, err error) {
	r := s.info.Reader()
	r.Seek(off)
	e, err := r.Next()
	for err == nil && e != nil && e.Children {
		var child *dwarf.Entry
		if child, err = r.Next(); err != nil || child == nil || child.Tag == 0 {
			break
		}
		all = append(all, child)
		if child.Children {
			r.SkipChildren()
		}
	}
	return all, err
}

// maxArray bounds what an array takes in bytes, and its length: reflect ends the process for one that
// does not fit the address space.
const maxArray = min(1<<40, math.MaxInt)

// array makes an array, whose length is an entry below e.
func (t *made) array(m *maker, off dwarf.Offset, e *dwarf.Entry) error {
	elem, err := t.part(m, e, dwarf.AttrType)
	if err != nil {
		return err
	}
	below, err := m.children(off)
	if err != nil {
		return err
	}
	if len(below) == 1 && below[0].Tag == dwarf.TagSubrangeType {
		n, ok := below[0].Val(dwarf.AttrCount).(int64)
		if ok && n >= 0 && n <= maxArray && (elem.Size() == 0 || uint64(n) <= maxArray/uint64(elem.Size())) {
			t.typ = reflect.ArrayOf(int(n), elem)
			return nil
		}
	}
	return fmt.Errorf("the debug information does not say how long a %s is", nameOf(e))
}

// function makes the type of a function, whose parameters and results are entries below it.
func (t *made) function(m *maker, off dwarf.Offset) error {
	below, err := m.children(off)
	if err != nil {
		return err
	}
	var in, out []reflect.Type
	variadic := false
	for _, e := range below {
		if e.Tag == dwarf.TagUnspecifiedParameters {
			variadic = true
			continue
		}
		p, err := t.behind(m, e, dwarf.AttrType)
		if err != nil {
			return err
		}
		if result, _ := e.Val(dwarf.AttrVarParam).(bool); result {
			out = append(out, p)
		} else {
			in = append(in, p)
		}
	}
	t.sealed, t.itself = "", "" // a function holds no values of its parameters
	t.typ = reflect.FuncOf(in, out, variadic)
	return nil
}

// structure makes a struct, whose fields are entries below e, or seals it.
func (t *made) structure(m *maker, off dwarf.Offset, e *dwarf.Entry) error {
	name := nameOf(e)
	below, err := m.children(off)
	if err != nil {
		return err
	}
	tags, known := make([]string, len(below)), true
	if pkg, _ := split(name); pkg == "" {
		tags, known = fieldTags(name, len(below))
	} else {
		known = m.modules.standard(pkg) || m.untagged != nil && m.untagged(pkg)
	}
	if !known {
		return t.seal(m, off, e)
	}
	fields := make([]reflect.StructField, len(below))
	for i, f := range below {
		typ, err := t.part(m, f, dwarf.AttrType)
		if err != nil {
			return err
		}
		of := ""
		if i == 0 && !strings.HasPrefix(name, structPrefix) {
			of = pathsIn(name)
		}
		embedded, _ := f.Val(attrGoEmbedded).(bool)
		fields[i] = reflect.StructField{Name: fieldName(nameOf(f)), Type: typ, Tag: gotype.Tag(of, embedded, tags[i])}
		if r, _ := utf8.DecodeRuneInString(fields[i].Name); !unicode.IsUpper(r) {
			fields[i].PkgPath = ownPackage
		}
	}
	t.typ = reflect.StructOf(fields)
	for i, f := range below {
		at, ok := f.Val(dwarf.AttrDataMemberLoc).(int64)
		if got := t.typ.Field(i).Offset; !ok || uint64(at) != uint64(got) {
			return fmt.Errorf("the field %s of a %s lies at %d, and was made at %d", nameOf(f), name, at, got)
		}
	}
	if strings.HasPrefix(name, "sync/atomic.Pointer[") && len(fields) > 0 {
		// It is read as the pointer that it is. Its first field names what that leads to.
		if p := fields[0].Type; p.Kind() == reflect.Array && p.Elem().Kind() == reflect.Pointer {
			t.typ = p.Elem()
		}
	}
	return nil
}

// seal makes of e, a struct at off, a type that shows nothing of it.
func (t *made) seal(m *maker, off dwarf.Offset, e *dwarf.Entry) error {
	size, ok := e.Val(dwarf.AttrByteSize).(int64)
	if !ok || size < 0 || size > maxArray {
		return fmt.Errorf("the debug information does not say how large a %s is", nameOf(e))
	}
	align, err := m.align(off)
	if err != nil {
		return err
	}
	t.sealed = pathsIn(nameOf(e))
	if strings.HasPrefix(t.sealed, structPrefix) {
		t.sealed = "struct" // the name has those of the fields
	}
	t.typ = sealed(t.sealed, "unknownTags", uintptr(size), align)
	return nil
}

// align returns the alignment of the type at off.
func (m *maker) align(off dwarf.Offset) (int, error) {
	if t := m.describedAt(off); t != nil {
		return t.Align(), nil
	}
	e := m.entry(off)
	if e == nil {
		return 0, errors.New("the debug information has no entry of its type")
	}
	number, _ := e.Val(attrGoKind).(int64)
	switch b := basic[reflect.Kind(number)]; {
	case b != nil:
		return b.Align(), nil
	case e.Tag == dwarf.TagArrayType, e.Tag == dwarf.TagTypedef && number == 0:
		if to, ok := e.Val(dwarf.AttrType).(dwarf.Offset); ok {
			return m.align(to)
		}
		return 0, fmt.Errorf("the debug information does not say of what a %s is", nameOf(e))
	case reflect.Kind(number) != reflect.Struct:
		return basic[reflect.Uintptr].Align(), nil
	}
	below, err := m.children(off)
	if err != nil {
		return 0, err
	}
	most := 1
	for _, f := range below {
		to, _ := f.Val(dwarf.AttrType).(dwarf.Offset)
		align, err := m.align(to)
		if err != nil {
			return 0, err
		}
		most = max(most, align)
	}
	return most, nil
}

// fieldName returns the name of a field, which is that of its type if it is embedded: it may have a path
// and arguments.
func fieldName(name string) string {
	name, _, _ = strings.Cut(name, "[")
	return name[strings.LastIndexAny(name, "./*")+1:]
}
