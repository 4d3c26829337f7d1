// Package variable finds the package variables of the running program, by the debug information of
// its binary.
package variable

import (
	"debug/dwarf"
	"encoding/binary"
	"errors"
	"math/bits"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Variable is a package variable.
type Variable struct {
	Package     string // its import path; "main" of the program
	PackageName string // as in its source
	Name        string
	Pointer     any // a pointer to it; nil if it cannot be read
	Type        string

	// Names are the constants of the integer type that it is of, if that has lost its name, and their
	// values in two's complement; nil if there are none.
	Names map[string]uint64

	// Why says why Pointer is nil. Sealed names a type in it whose fields are not shown, as nobody
	// knows their tags; "" if there is none.
	Why, Sealed string
	// Unfollowed names a type in it that contains itself, or is too large, and of which nothing is shown there.
	Unfollowed string
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
	Packages  []string // the import paths of all packages of the program, sorted
}

// witness is a variable that Read must find, with its address and its type.
var witness = struct {
	first, second uint64
	text          string
}{0x53494748, 0x54474c41, "witness"}

const witnessName = "witness"

// Options are about how the debug information is read.
type Options struct {
	// Symbols is a file that may have it if the binary has none, as after strip; "" for none. It is an
	// error if that is not of the same link.
	Symbols string
	// Untagged reports whether no field of a package has a tag that hides it; nil: of none but the
	// standard library.
	Untagged func(pkg string) bool
	// Step is called now and then, and its error ends Read; nil: never.
	Step func() error
}

// Read returns the variables of the packages that are wanted, by their import paths, in the order of
// the binary, and the constants of their types. It is an error if the binary has no debug information, or none that fits this process:
// that is proved by a variable of our own, which must be found with its address and type.
//
// A type of which the binary has no descriptor is made of what the debug information says of it. See
// maker for what is shown of such types.
func Read(o Options, wanted func(pkg string) bool) (all Found, err error) {
	var ended error // packages of the standard library may wrap it in a way that loses it
	step := func() error {
		if ended == nil && o.Step != nil {
			ended = o.Step()
		}
		return ended
	}
	defer func() {
		if ended != nil {
			all, err = Found{}, ended
		}
	}()
	b, err := open(o.Symbols, step)
	if err != nil {
		return all, err
	}
	defer b.close()
	s := scanner{executable: b, step: step, wanted: func(pkg string) bool { return pkg == ownPackage || wanted(pkg) }}
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
	if t := s.describedAt(s.found[proof].typ); t != reflect.TypeOf(witness) {
		return all, errors.New("the debug information of the binary names types in another way than this Go release")
	}
	m := newMaker(&s, o.Untagged)
	for _, f := range s.found {
		if !wanted(f.pkg) {
			continue
		}
		if err := step(); err != nil {
			return Found{}, err
		}
		all.Variables = append(all.Variables, m.variable(f))
	}
	slices.Sort(s.packages)
	all.Packages = slices.Compact(s.packages)
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
			t = s.describedAt(c.typ)
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
	unit
	name string
	addr uint64 // as linked
	typ  dwarf.Offset
}

// constant is an integer constant as the debug information has it.
type constant struct {
	unit
	name  string
	value int64
	typ   dwarf.Offset
}

// unit is what the debug information says of a package.
type unit struct {
	pkg     string // its import path
	pkgName string
	prefix  string // before the names of what it declares
}

// scanner reads the debug information of a binary.
type scanner struct {
	*executable
	step      func() error
	wanted    func(pkg string) bool
	found     []found
	constants []constant
	packages  []string // of all units
	slide     uintptr  // between where the binary was linked to and where it lies
}

// What Go adds to DWARF: see cmd/internal/dwarf in Go's source.
const (
	attrGoKind        dwarf.Attr = 0x2900
	attrGoKey         dwarf.Attr = 0x2901
	attrGoElem        dwarf.Attr = 0x2902
	attrGoEmbedded    dwarf.Attr = 0x2903
	attrGoRuntimeType dwarf.Attr = 0x2904
	attrGoPackageName dwarf.Attr = 0x2905
)

// The operators of a location that is an address: DWARF 5, section 2.5.1.1.
const (
	opAddr  = 0x03
	opAddrx = 0xa1
)

// entriesAStep is how many entries are looked at between two steps: each takes some hundred nanoseconds.
const entriesAStep = 100

// langGo is the language of Go's units: DWARF 5, section 3.1.1.
const langGo = int64(0x16)

// units looks for the variables of all units that are wanted.
func (s *scanner) units() error {
	r := s.info.Reader()
	for {
		if err := s.step(); err != nil {
			return err
		}
		e, err := r.Next()
		if e == nil || err != nil {
			return err
		}
		pkg, _ := e.Val(dwarf.AttrName).(string)
		if e.Tag == dwarf.TagCompileUnit && e.Val(dwarf.AttrLanguage) == langGo {
			s.packages = append(s.packages, pkg)
		}
		if e.Tag != dwarf.TagCompileUnit || !s.wanted(pkg) {
			r.SkipChildren()
			continue
		}
		base, _ := e.Val(dwarf.AttrAddrBase).(int64)
		name, _ := e.Val(attrGoPackageName).(string)
		u := unit{pkg, name, prefixOf(pkg) + "."}
		for n := 1; e.Children; n++ {
			if n%entriesAStep == 0 {
				if err := s.step(); err != nil {
					return err
				}
			}
			e, err := r.Next()
			if err != nil {
				return err
			}
			if e == nil || e.Tag == 0 {
				break
			}
			switch e.Tag {
			case dwarf.TagVariable:
				s.variable(u, base, e)
			case dwarf.TagConstant:
				s.constant(u, e)
			}
			if e.Children {
				r.SkipChildren()
			}
		}
	}
}

// constant adds e if it is an integer of a type, with a name that Go source can have.
func (s *scanner) constant(u unit, e *dwarf.Entry) {
	full, _ := e.Val(dwarf.AttrName).(string)
	name, ok := strings.CutPrefix(full, u.pkg+".") // which is no symbol of the linker's
	if !ok {
		name, ok = strings.CutPrefix(full, u.prefix)
	}
	typ, typed := e.Val(dwarf.AttrType).(dwarf.Offset)
	value, whole := e.Val(dwarf.AttrConstValue).(int64)
	if ok && typed && whole && name != "" && name != "_" && !strings.ContainsAny(name, ".·:") {
		s.constants = append(s.constants, constant{u, name, value, typ})
	}
}

// variable adds e if it is a variable with a name that Go source can have.
func (s *scanner) variable(u unit, base int64, e *dwarf.Entry) {
	full, _ := e.Val(dwarf.AttrName).(string)
	name, ok := strings.CutPrefix(full, u.prefix)
	typ, typed := e.Val(dwarf.AttrType).(dwarf.Offset)
	where, _ := e.Val(dwarf.AttrLocation).([]byte)
	if !ok || !typed || len(where) == 0 || strings.ContainsAny(name, ".·:") {
		return
	}
	switch where[0] {
	case opAddr:
		if len(where) == 1+addrBytes {
			s.found = append(s.found, found{u, name, s.address(where[1:]), typ})
		}
	case opAddrx:
		i, n := binary.Uvarint(where[1:])
		at := base + int64(i)*addrBytes
		if n > 0 && i < 1<<32 && base >= 0 && at+addrBytes <= int64(len(s.addrs)) {
			s.found = append(s.found, found{u, name, s.address(s.addrs[at:]), typ})
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

// describedAt returns the type that the entry at off describes, nil if the binary has no descriptor of
// it.
func (s *scanner) describedAt(off dwarf.Offset) reflect.Type {
	e := s.entry(off)
	if e == nil {
		return nil
	}
	if t := s.described(e); t != nil {
		return t
	}
	// The entry of a type's name leads to that of what it is.
	to, ok := e.Val(dwarf.AttrType).(dwarf.Offset)
	if under := s.entry(to); e.Tag == dwarf.TagTypedef && ok && under != nil {
		name, _ := e.Val(dwarf.AttrName).(string)
		if t := s.described(under); t != nil && sameName(name, t) {
			return t
		}
	}
	return nil
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

func (s *scanner) entry(off dwarf.Offset) *dwarf.Entry {
	r := s.info.Reader()
	r.Seek(off)
	e, err := r.Next()
	if err != nil {
		return nil
	}
	return e
}

var errNone = errors.New("the binary has no debug information; build it with go build, not go run, and without -ldflags=-w or -s, or name with registry.Symbols or SIGHTGLASS_SYMBOLS the file that it was before strip, or expose what you look for with a file that sightglass vars writes")
