// Package variable finds the package variables of the running program, by the debug information of
// its binary.
package variable

import (
	"debug/dwarf"
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Variable is a package variable.
type Variable struct {
	Package string // its import path; "main" of the program
	Name    string
	Pointer any // a pointer to it; nil if the binary does not describe its type
	Type    string
}

// Constants are the constants of an integer type that are declared in its own package.
type Constants struct {
	Type  reflect.Type
	Names map[string]uint64 // the values, in two's complement
}

// Found is what the debug information has of some packages.
type Found struct {
	Variables []Variable
	Constants []Constants
}

// witness is a variable that Read must find, with its address and its type.
var witness = struct {
	first, second uint64
	text          string
}{0x53494748, 0x54474c41, "witness"}

const witnessName = "witness"

// Read returns the variables of the packages that are wanted, by their import paths, in the order of
// the binary, and the constants of their types. It is an error if the binary has no debug information, or none that fits this process:
// that is proved by a variable of our own, which must be found with its address and type.
//
// symbols is a file that may have the debug information if the binary has none, as after strip; "" for
// none. It is an error if that is not of the same link.
func Read(symbols string, wanted func(pkg string) bool) (all Found, err error) {
	b, err := open(symbols)
	if err != nil {
		return all, err
	}
	defer b.close()
	s := scanner{executable: b, wanted: func(pkg string) bool { return pkg == ownPackage || wanted(pkg) }}
	if err := s.units(); err != nil {
		return all, err
	}
	proof := -1
	for i, f := range s.found {
		if f.pkg == ownPackage && f.name == witnessName {
			proof = i
		}
	}
	if proof < 0 {
		return all, errors.New("the debug information of the binary does not have our own package")
	}
	s.slide = reflect.ValueOf(&witness).Pointer() - uintptr(s.found[proof].addr)
	if t := s.typeOf(s.found[proof].typ); t != reflect.TypeOf(witness) {
		return all, errors.New("the debug information of the binary names types in another way than this Go release")
	}
	for _, f := range s.found {
		if !wanted(f.pkg) {
			continue
		}
		v := Variable{Package: f.pkg, Name: f.name, Type: s.nameOf(f.typ)}
		a := uintptr(f.addr) + s.slide
		if t := s.typeOf(f.typ); t != nil && b.isData(f.addr, uint64(t.Size())) {
			v.Pointer, v.Type = peek.InBinary(t, a), t.String()
		}
		all.Variables = append(all.Variables, v)
	}
	all.Constants = s.constantsByType()
	return all, nil
}

// constantsByType returns the constants that were found, by their types. A type of another package, such
// as time.Duration, has no names here: they would not be its own.
func (s *scanner) constantsByType() (all []Constants) {
	at := map[reflect.Type]int{}
	types := map[dwarf.Offset]reflect.Type{}
	for _, c := range s.constants {
		t, ok := types[c.typ]
		if !ok {
			t = s.typeOf(c.typ)
			types[c.typ] = t
		}
		if t == nil || t.Name() == "" || t.PkgPath() != c.pkg || t.Kind() < reflect.Int || t.Kind() > reflect.Uintptr {
			continue
		}
		i, ok := at[t]
		if !ok {
			i = len(all)
			at[t] = i
			all = append(all, Constants{t, map[string]uint64{}})
		}
		all[i].Names[c.name] = uint64(c.value)
	}
	return all
}

// ownPackage is the import path of this package.
const ownPackage = "github.com/sightglass-go/sightglass/inspect/internal/variable"

// found is a variable as the debug information has it.
type found struct {
	pkg, name string
	addr      uint64 // as linked
	typ       dwarf.Offset
}

// constant is an integer constant as the debug information has it.
type constant struct {
	pkg, name string
	value     int64
	typ       dwarf.Offset
}

// scanner reads the debug information of a binary.
type scanner struct {
	*executable
	wanted    func(pkg string) bool
	found     []found
	constants []constant
	slide     uintptr // between where the binary was linked to and where it lies
}

// What Go adds to DWARF: see cmd/internal/dwarf in Go's source.
const (
	attrGoKind        dwarf.Attr = 0x2900
	attrGoKey         dwarf.Attr = 0x2901
	attrGoElem        dwarf.Attr = 0x2902
	attrGoRuntimeType dwarf.Attr = 0x2904
)

// The operators of a location that is an address: DWARF 5, section 2.5.1.1.
const (
	opAddr  = 0x03
	opAddrx = 0xa1
)

// units looks for the variables of all units that are wanted.
func (s *scanner) units() error {
	r := s.info.Reader()
	for {
		unit, err := r.Next()
		if unit == nil || err != nil {
			return err
		}
		pkg, _ := unit.Val(dwarf.AttrName).(string)
		if unit.Tag != dwarf.TagCompileUnit || !s.wanted(pkg) {
			r.SkipChildren()
			continue
		}
		base, _ := unit.Val(dwarf.AttrAddrBase).(int64)
		for unit.Children {
			e, err := r.Next()
			if err != nil {
				return err
			}
			if e == nil || e.Tag == 0 {
				break
			}
			switch e.Tag {
			case dwarf.TagVariable:
				s.variable(pkg, base, e)
			case dwarf.TagConstant:
				s.constant(pkg, e)
			}
			if e.Children {
				r.SkipChildren()
			}
		}
	}
}

// constant adds e if it is an integer of a type, with a name that Go source can have.
func (s *scanner) constant(pkg string, e *dwarf.Entry) {
	full, _ := e.Val(dwarf.AttrName).(string)
	name, ok := strings.CutPrefix(full, pkg+".")
	typ, typed := e.Val(dwarf.AttrType).(dwarf.Offset)
	value, whole := e.Val(dwarf.AttrConstValue).(int64)
	if ok && typed && whole && name != "" && name != "_" && !strings.ContainsAny(name, ".·:") {
		s.constants = append(s.constants, constant{pkg, name, value, typ})
	}
}

// variable adds e if it is a variable with a name that Go source can have.
func (s *scanner) variable(pkg string, base int64, e *dwarf.Entry) {
	full, _ := e.Val(dwarf.AttrName).(string)
	name, ok := strings.CutPrefix(full, pkg+".")
	typ, typed := e.Val(dwarf.AttrType).(dwarf.Offset)
	where, _ := e.Val(dwarf.AttrLocation).([]byte)
	if !ok || !typed || len(where) == 0 || strings.ContainsAny(name, ".·:") {
		return
	}
	switch where[0] {
	case opAddr:
		if len(where) == 1+addrBytes {
			s.found = append(s.found, found{pkg, name, s.address(where[1:]), typ})
		}
	case opAddrx:
		i, n := binary.Uvarint(where[1:])
		at := base + int64(i)*addrBytes
		if n > 0 && i < 1<<32 && base >= 0 && at+addrBytes <= int64(len(s.addrs)) {
			s.found = append(s.found, found{pkg, name, s.address(s.addrs[at:]), typ})
		}
	}
}

// addrBytes is the size of an address, in the binary as in the process that it is.
const addrBytes = bits.UintSize / 8

// address returns the address at the beginning of b.
func (s *scanner) address(b []byte) uint64 {
	if addrBytes == 4 {
		return uint64(s.order.Uint32(b))
	}
	return s.order.Uint64(b)
}

// maxLevels bounds how deep types are nested that the binary does not describe.
const maxLevels = 8

// typeOf returns the type that the entry at off describes. If the binary has no descriptor of it, it
// is made of those of its parts; nil if these have none either.
func (s *scanner) typeOf(off dwarf.Offset) reflect.Type { return s.typeWithin(off, maxLevels) }

func (s *scanner) typeWithin(off dwarf.Offset, levels int) reflect.Type {
	e := s.entry(off)
	if e == nil || levels == 0 {
		return nil
	}
	if t := s.described(e); t != nil {
		return t
	}
	part := func(attr dwarf.Attr) reflect.Type {
		to, ok := e.Val(attr).(dwarf.Offset)
		if !ok {
			return nil
		}
		return s.typeWithin(to, levels-1)
	}
	if e.Tag == dwarf.TagTypedef {
		// A type with a name has methods, which nothing here knows: it is the one described or none.
		if to, ok := e.Val(dwarf.AttrType).(dwarf.Offset); ok {
			name, _ := e.Val(dwarf.AttrName).(string)
			if under := s.entry(to); under != nil {
				if t := s.described(under); t != nil && sameName(name, t) {
					return t
				}
			}
			if !strings.HasPrefix(name, "map[") {
				return nil
			}
		}
	}
	kind, _ := e.Val(attrGoKind).(int64)
	switch elem := part(attrGoElem); {
	case e.Tag == dwarf.TagPointerType:
		if t := part(dwarf.AttrType); t != nil {
			return reflect.PointerTo(t)
		}
	case e.Tag == dwarf.TagArrayType:
		if t := part(dwarf.AttrType); t != nil {
			return s.array(off, e, t)
		}
	case elem == nil:
	case reflect.Kind(kind) == reflect.Slice:
		return checked(reflect.SliceOf(elem), e)
	case reflect.Kind(kind) == reflect.Map:
		if key := part(attrGoKey); key != nil && key.Comparable() {
			return reflect.MapOf(key, elem)
		}
	}
	return nil
}

// maxArray bounds what an array takes in bytes, and its length: reflect ends the process for one that
// does not fit the address space.
const maxArray = min(1<<40, math.MaxInt)

// array returns the type of an array of elem, whose length is an entry below e.
func (s *scanner) array(off dwarf.Offset, e *dwarf.Entry, elem reflect.Type) reflect.Type {
	if !e.Children {
		return nil
	}
	r := s.info.Reader()
	r.Seek(off)
	if _, err := r.Next(); err != nil {
		return nil
	}
	length, err := r.Next()
	if err != nil || length == nil || length.Tag != dwarf.TagSubrangeType {
		return nil
	}
	n, ok := length.Val(dwarf.AttrCount).(int64)
	if !ok || n < 0 || n > maxArray || elem.Size() > 0 && uint64(n) > maxArray/uint64(elem.Size()) {
		return nil
	}
	return checked(reflect.ArrayOf(int(n), elem), e)
}

// checked returns t if it has the size that e says.
func checked(t reflect.Type, e *dwarf.Entry) reflect.Type {
	if size, ok := e.Val(dwarf.AttrByteSize).(int64); ok && uint64(size) != uint64(t.Size()) {
		return nil
	}
	return t
}

// described returns the type whose descriptor e names.
func (s *scanner) described(e *dwarf.Entry) reflect.Type {
	var word uint64
	switch x := e.Val(attrGoRuntimeType).(type) {
	case uint64:
		word = x
	case int64:
		word = uint64(x)
	}
	if word == 0 {
		return nil
	}
	// Since Go 1.26 it is an offset from where the descriptors begin, before it was an address.
	t, ok := peek.Here().DescribedAt(uintptr(word), s.slide)
	if !ok {
		return nil
	}
	if name, _ := e.Val(dwarf.AttrName).(string); !sameName(name, t) {
		return nil
	}
	return t
}

// sameName reports whether DWARF's name of a type, with whole import paths, can be that of t.
func sameName(name string, t reflect.Type) bool {
	last := func(s string) string { return s[strings.LastIndexAny(s, "./")+1:] }
	if t.Name() == "" || strings.ContainsAny(name, "[{(") {
		return true
	}
	return last(name) == last(t.Name())
}

func (s *scanner) nameOf(off dwarf.Offset) string {
	if e := s.entry(off); e != nil {
		if name, ok := e.Val(dwarf.AttrName).(string); ok {
			return name
		}
	}
	return ""
}

func (s *scanner) entry(off dwarf.Offset) *dwarf.Entry {
	r := s.info.Reader()
	r.Seek(off)
	e, err := r.Next()
	if err != nil {
		return nil
	}
	return e
}

var errNone = errors.New("the binary has no debug information: build it without -ldflags=-w or -s, or say with registry.Symbols or SIGHTGLASS_SYMBOLS where the file is that it was before strip")
