package peek

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// errMethodValue is the error of method values that do not look as expected.
var errMethodValue = errors.New("the layout of method values is not known in this version of Go")

// methodValue ends the name of the function that the compiler makes of x.Method without a call.
const methodValue = "-fm"

// receiverOff is where the receiver stands in the closure of a method value, behind the code: at the
// next place that is aligned for it.
func receiverOff(t reflect.Type) uintptr {
	align := uintptr(t.Align())
	return (wordSize + align - 1) &^ (align - 1)
}

// Receiver says where the receiver of the method value lies that a func holds, and of what type it
// is. p is what the func's word points at; name is that of the code there. t is nil if it is no
// method value, or the binary has no such type. more is called again and again during the search,
// which takes milliseconds the first time; its error ends it.
func Receiver(p Ref, more func() error) (name string, at Ref, t reflect.Type, err error) {
	s := p.Space()
	pc, err := p.Uintptr()
	if err != nil {
		return "", Ref{}, nil, err
	}
	name, _, _, ok := s.Func(pc)
	if !ok || !s.funcAt(pc) {
		return "", Ref{}, nil, fmt.Errorf("no function begins at %#x", pc)
	}
	if !strings.HasSuffix(name, methodValue) {
		return name, Ref{}, nil, nil
	}
	if err := s.methodValues.caught(s.proveMethodValues, ErrUncaught); err != nil {
		return name, Ref{}, nil, err
	}
	if known, found := s.receivers.Load(name); found {
		t, _ = known.(reflect.Type)
	} else {
		if t, err = s.receiverType(name, more); err != nil {
			return name, Ref{}, nil, err
		}
		s.receivers.Store(name, t)
	}
	if t == nil {
		return name, Ref{}, nil, nil
	}
	return name, p.Add(receiverOff(t)), t, nil
}

// receiverType returns the type of the receiver of a method value, nil if it is not known.
func (s *Space) receiverType(name string, more func() error) (reflect.Type, error) {
	pkg, typ, pointer, ok := splitMethodValue(name)
	if !ok {
		return nil, nil
	}
	t, err := s.binary().named(pkg, typ, more)
	if t != nil && pointer {
		t = reflect.PointerTo(t)
	}
	return t, err
}

// splitMethodValue takes the name of a method value apart: a/b.(*T).M-fm, a/b.T.M-fm.
func splitMethodValue(name string) (pkg, typ string, pointer, ok bool) {
	name, ok = strings.CutSuffix(name, methodValue)
	if !ok {
		return "", "", false, false
	}
	dir := name[:strings.LastIndexByte(name, '/')+1]
	first, rest, _ := strings.Cut(name[len(dir):], ".")
	typ, method, ok := strings.Cut(rest, ".")
	if !ok || method == "" || strings.ContainsAny(method, ".[") {
		return "", "", false, false
	}
	if strings.HasPrefix(typ, "(*") && strings.HasSuffix(typ, ")") {
		typ, pointer = typ[2:len(typ)-1], true
	}
	// The linker writes a dot in the last part of a path as %2e.
	return dir + strings.ReplaceAll(first, "%2e", "."), typ, pointer, typ != "" && !strings.ContainsAny(typ, "([")
}

// named looks for the type of that name in the binary, nil if there is none. It only finds types that
// name the type of a pointer to them, which names them in turn: what merely looks like a type does not.
func (s *types) named(pkg, typ string, more func() error) (reflect.Type, error) {
	if s.err != nil {
		return nil, s.err
	}
	where := &s.space.where
	suffix := "." + typ
	for w := s.base; w+descBytes <= s.end; w += wordSize {
		if w&(1<<14-1) == 0 {
			if err := more(); err != nil {
				return nil, err
			}
		}
		var d [descBytes]byte
		if s.space.At(w).copy(d[:]) != nil || d[where.descFlags]&flagNamed == 0 || !s.sound(d) {
			continue
		}
		ptrTo := uint32Of(d[where.descPtrTo:])
		if ptrTo == 0 || ptrTo == ^uint32(0) {
			continue
		}
		if name, ok := s.name(uint32Of(d[where.descName:])); !ok || !strings.HasSuffix(name, suffix) {
			continue
		}
		if t, ok := s.typeOf(w); ok && t.Name() == typ && t.PkgPath() == pkg {
			return t, nil
		}
	}
	return nil, nil
}

// proveMethodValues checks on two method values what is believed of them.
func (s *Space) proveMethodValues() error {
	x := &witness{name: "receiver"}
	for _, c := range []struct {
		f    func() string
		t    reflect.Type
		want []byte
	}{{x.pointed, reflect.TypeFor[*witness](), asBytes(&x)}, {x.String, reflect.TypeFor[witness](), asBytes(x)}} {
		p, err := Of(reflect.ValueOf(&c.f)).In(s).Ptr(true)
		if err != nil {
			return err
		}
		pc, err := p.Uintptr()
		if err != nil {
			return err
		}
		name, _, _, ok := s.Func(pc)
		if !ok {
			return errMethodValue
		}
		t, err := s.receiverType(name, func() error { return nil })
		if err != nil {
			return err
		}
		got := make([]byte, c.t.Size())
		if t != c.t || p.Add(receiverOff(t)).Copy(got) != nil || string(got) != string(c.want) {
			return errMethodValue
		}
	}
	return nil
}

func (w *witness) pointed() string { return w.name }
