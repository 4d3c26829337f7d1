package access

import (
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Member describes what may follow a dot.
type Member struct {
	Name   string
	Type   string // for a method its signature, as func(string) int
	Method bool
	Hidden bool // never shown
	// Promoted says that it is a field of an embedded struct.
	Promoted bool
	// Ambiguous says that Name alone selects no field, as Note explains.
	Ambiguous bool
	Note      string // "embedded", which lock is not taken, why a method cannot be called, or ""
}

// Members lists what may follow "v.": the fields in the order of their declaration, then what
// embedded structs promote, then the methods that may be called, by name. It leaves out blank
// fields and those tagged `inspect:"-"`. It follows pointers and interfaces and reads nothing else.
// For a nil pointer it lists what the pointer could point to.
func (v *View) Members() ([]Member, error) {
	list, err := v.membersOfTarget()
	if err != nil {
		return nil, err
	}
	holder, err := v.holder()
	if err != nil || holder == nil {
		return list, err
	}
	for _, m := range holder.fields() {
		if !slices.ContainsFunc(list, func(other Member) bool { return other.Name == m.Name }) {
			m.Note = strings.TrimPrefix(m.Note+", of the "+inspect.TypeName(holder.val.Type()), ", ")
			list = append(list, m)
		}
	}
	return list, nil
}

// membersOfTarget is Members for the target of v alone.
func (v *View) membersOfTarget() ([]Member, error) {
	t, err := v.Target()
	if err != nil {
		return nil, err
	}
	if t == nil {
		// The nil may be that of a pointer in an interface.
		content, err := v.Content()
		if err != nil || content == nil {
			return nil, err
		}
		if t = content.zeroTarget(); t == nil {
			return nil, nil
		}
	}
	if err := t.checkShown(); err != nil {
		return nil, err
	}
	var list []Member
	if t.hasFields() {
		list = structView{t}.fields()
	}
	return append(list, t.callable()...), nil
}

// Methods lists the exported methods of v, or of what it leads to, by name. The Note of a method
// that may not be called says why. Methods that nothing in the program can call may be missing. For
// nil the list is empty.
func (v *View) Methods() ([]Member, error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return nil, err
	}
	if err := t.checkShown(); err != nil {
		return nil, err
	}
	var list []Member
	r := t.receiver()
	for i := range r.NumMethod() {
		m := describeMethod(r, r.Method(i))
		m.Note = t.method(m.Name).note()
		list = append(list, m)
	}
	return list, nil
}

// callable lists the methods of v that may be called.
func (v *View) callable() []Member {
	v.decide()
	if v.calls == 0 {
		return nil
	}
	var list []Member
	r := v.receiver()
	for i := range r.NumMethod() {
		m := r.Method(i)
		if allowed, _ := v.method(m.Name).allowed(); allowed {
			list = append(list, describeMethod(r, m))
		}
	}
	slices.SortFunc(list, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// describeMethod describes method m of t.
func describeMethod(t reflect.Type, m reflect.Method) Member {
	return Member{Name: m.Name, Type: inspect.TypeName(signature(m, t)), Method: true, Hidden: secret.ByName(m.Name) != 0}
}

// signature returns the type of method m of t without its receiver.
func signature(m reflect.Method, t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Interface {
		return m.Type
	}
	var in, out []reflect.Type
	for i := 1; i < m.Type.NumIn(); i++ {
		in = append(in, m.Type.In(i))
	}
	for i := range m.Type.NumOut() {
		out = append(out, m.Type.Out(i))
	}
	return reflect.FuncOf(in, out, m.Type.IsVariadic())
}

// zeroTarget returns a zero struct in place of what a nil pointer could point to; nil if that is
// not known.
func (v *View) zeroTarget() *View {
	t := v.val.Type()
	for range maxHops {
		if t == nil || t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	return v.newChild(inspect.Of(reflect.Zero(t).Interface()), place{step: stepElem})
}

// fields lists the fields, by the names that select them. What is promoted from a hidden struct, or
// from one that is shown as a whole, is left out.
func (s structView) fields() (list []Member) {
	for _, name := range s.val.FieldNames() {
		index, ambiguous := s.find(name)
		switch {
		case ambiguous != nil:
			list = append(list, Member{Name: name, Ambiguous: true, Note: ambiguous.note()})
		case index != nil:
			if f := s.possible(index); f != nil {
				m := f.fieldMember()
				m.Promoted = len(index) > 1
				list = append(list, m)
			}
		}
	}
	return list
}

// possible returns the field at an index. Behind a nil pointer it returns what could be there. It
// returns nil for a field whose name does not select it.
func (s structView) possible(index []int) *View {
	at := s.View
	for i, n := range index {
		if i > 0 {
			if at.decide(); at.hidden {
				return nil
			}
			if at.Shape() == inspect.Pointer {
				at = at.zeroTarget()
			}
			if at == nil || at.Shape() != inspect.Struct {
				return nil
			}
		}
		if at = at.fieldAt(n); at == nil {
			return nil
		}
	}
	return at
}

// fieldMember describes v, a field.
func (v *View) fieldMember() Member {
	v.decide()
	f := &structOf(v.up.val.Type()).fields[v.index]
	m := Member{Name: f.Name, Type: inspect.TypeName(f.Type), Hidden: v.hidden}
	if f.Embedded {
		m.Note = "embedded"
	} else if !v.hidden {
		m.Note = v.lockNote()
	}
	return m
}

// lockNote says that a field leads to, or holds, structs with a lock that is not taken; "" if it
// does not.
func (v *View) lockNote() string {
	p := v.policy
	t := innermostElem(v.val.Type())
	declared := p.Lock
	if declared != nil {
		p = p.independent
	}
	if p.Uniform() || t.Kind() != reflect.Struct || kind.IsSync(t) || len(structOf(t).Locks) == 0 {
		return ""
	}
	own := guard.NotTaken
	if target, err := v.val.Elem(); err == nil && target.IsValid() && target.Type() == t {
		own = p.OwnLock(target)
		if declared != nil {
			if _, _, ok := declared.FieldOf(target); ok {
				own = declared
			}
		}
	} else if v.val.Type() == t {
		own = p.OwnLock(v.val)
	} else if _, named := structOf(t).Named(p.Names); named {
		own = nil
	}
	if own != guard.NotTaken {
		return ""
	}
	return p.whyNotTaken(t)
}

// innermostElem returns t without pointers, lists and maps around it.
func innermostElem(t reflect.Type) reflect.Type {
	for range maxHops {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		default:
			return t
		}
	}
	return t
}
