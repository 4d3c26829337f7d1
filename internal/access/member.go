package access

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Member is v.name: a field of a struct, promoted and unexported ones too, or the entry of a map
// under that string. Errors: *FieldError, *KeyError, *NilError, *TypeError.
func (v *View) Member(name string) (*View, error) {
	t, err := v.behind("." + name)
	if err != nil {
		return nil, err
	}
	switch {
	case t.hasFields():
		return t.member(name)
	case t.Shape() == inspect.Map:
		return t.entry(name)
	}
	return nil, t.noField(name)
}

// hasFields reports whether v is a struct of which fields can be named, also one that is shown as a
// text.
func (v *View) hasFields() bool {
	return v.Shape() == inspect.Struct || v.worded() && isWorded(v.val.Type())
}

// member is the field of a struct, or of what a lens shows of it.
func (v *View) member(name string) (*View, error) {
	own, err := v.promoted(name)
	var missing *FieldError
	if !errors.As(err, &missing) {
		return own, err
	}
	shown, failed := v.through()
	if failed != nil {
		return nil, failed
	}
	if shown == nil {
		if _, ok := v.lens(); ok {
			if _, given := v.given(); !given {
				return nil, v.refused()
			}
		}
		return nil, err
	}
	return shown.Member(name)
}

// promoted is the field of a struct that Go's selector finds.
func (v *View) promoted(name string) (*View, error) {
	index, ok := v.val.FindField(name)
	if !ok {
		return nil, v.noField(name)
	}
	at := v
	for i, n := range index {
		if i > 0 && at.Shape() == inspect.Pointer {
			below, err := at.hop()
			if err != nil {
				return nil, err
			}
			if below == nil {
				return nil, &NilError{Path: at.Path(), Op: "." + name}
			}
			at = below
		}
		if at = at.field(n); at == nil {
			return nil, v.noField(name)
		}
	}
	return at, nil
}

// noField is the error for a name that v does not have.
func (v *View) noField(name string) error {
	e := &FieldError{Path: v.Path(), Type: v.val.Type().String(), Name: name, Method: v.HasMethod(name)}
	if members, err := v.Members(); err == nil && !e.Method {
		names := make([]string, len(members))
		for i, m := range members {
			names[i] = m.Name
		}
		e.Near = text.Near(name, names)
	}
	return e
}

// HasMethod reports whether v, or what it leads to, has an exported method of that name, be it
// callable or not.
func (v *View) HasMethod(name string) bool {
	t, err := v.Target()
	if err != nil || t == nil {
		return false
	}
	_, ok := t.receiver().MethodByName(name)
	return ok
}

// Guard says how what lies in v, or in what it leads to, is read, as [Entry.Guard] does of an
// exposed object; "" for nil.
func (v *View) Guard() (string, error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return "", err
	}
	p := t.policy
	switch k := t.inner(); {
	case p.Uniform() || p.Lock == k && k != nil:
		return p.guard(t.val.Type(), nil), nil
	case k != nil:
		return p.guardedBy(k.String()), nil
	case t.ours():
		return "a copy", nil
	}
	for at := t; at != nil; at = at.up {
		if at.mutex == guard.NotTaken {
			return p.guard(at.val.Type(), guard.NotTaken), nil
		}
	}
	return p.guard(t.val.Type(), nil), nil
}

// receiver is the type whose methods v has: the pointer's, where there may be one to it.
func (v *View) receiver() reflect.Type {
	t := v.val.Type()
	if v.boxed || v.val.Mark()&inspect.Copied != 0 || t.Kind() == reflect.Interface {
		return t
	}
	return reflect.PointerTo(t)
}

// Member describes what may follow a dot.
type Member struct {
	Name   string
	Type   string // of a method: its signature, as func(string) int
	Method bool
	Hidden bool   // is never shown
	Note   string // "embedded", or ""
}

// Members lists what may follow "v.": the fields in the order of their declaration, then what
// embedded structs promote, then the methods that may be called, by name. What is tagged
// `inspect:"-"`, and blank fields, are left out. It follows pointers and interfaces and reads
// nothing else; a nil pointer lists what it could point at.
func (v *View) Members() ([]Member, error) {
	t, err := v.Target()
	if err != nil {
		return nil, err
	}
	if t == nil {
		if t = v.unfilled(); t == nil {
			return nil, nil
		}
	}
	if err := t.shown(); err != nil {
		return nil, err
	}
	var list []Member
	if t.hasFields() {
		list = t.fields(nil, make(map[string]bool), 0)
	}
	return append(list, t.methods()...), nil
}

// unfilled stands for what a nil pointer could point at, nil if that is not to be known.
func (v *View) unfilled() *View {
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
	c := v.newChild(inspect.Of(reflect.Zero(t).Interface()), step{kind: stepElem})
	return c
}

// maxPromoted bounds how deep embedded structs are listed.
const maxPromoted = 8

// fields adds the fields of a struct to list that are not hidden by others of the same name further
// up.
func (v *View) fields(list []Member, seen map[string]bool, depth int) []Member {
	var embedded []*View
	for i, f := range structOf(v.val.Type()).fields {
		if f.Absent || f.Name == "_" || seen[f.Name] {
			continue
		}
		seen[f.Name] = true
		c := v.field(i)
		c.decide()
		m := Member{Name: f.Name, Type: inspect.TypeName(f.Type), Hidden: c.hidden}
		if f.Embedded {
			m.Note = "embedded"
			if !c.hidden && depth < maxPromoted {
				embedded = append(embedded, c)
			}
		} else if !c.hidden {
			m.Note = c.passed()
		}
		list = append(list, m)
	}
	for _, e := range embedded {
		if e.Shape() == inspect.Pointer {
			e = e.unfilled()
		}
		if e != nil && e.Shape() == inspect.Struct {
			list = e.fields(list, seen, depth+1)
		}
	}
	return list
}

// passed says of a field that what it leads to, or holds, has a lock which is not taken; "" if that
// is not so.
func (v *View) passed() string {
	p := v.policy
	t := bare(v.val.Type())
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
	return p.why(t)
}

// bare is what a type is about without pointers, and of a list or map the same of its elements.
func bare(t reflect.Type) reflect.Type {
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

// methods lists the methods of v that may be called.
func (v *View) methods() []Member {
	v.decide()
	if v.calls == 0 {
		return nil
	}
	var list []Member
	t := v.receiver()
	for i := range t.NumMethod() {
		m := t.Method(i)
		if allowed, _ := v.allows(m.Name); !allowed {
			continue
		}
		list = append(list, Member{Name: m.Name, Type: inspect.TypeName(signature(m, t)), Method: true, Hidden: secret.ByName(m.Name) != 0})
	}
	slices.SortFunc(list, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Methods lists the exported methods of v, or of what it leads to, by name. The Note of one that
// may not be called says why not. Methods that nothing in the program could call may be missing. It
// is empty for nil.
func (v *View) Methods() ([]Member, error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return nil, err
	}
	if err := t.shown(); err != nil {
		return nil, err
	}
	var list []Member
	r := t.receiver()
	for i := range r.NumMethod() {
		m := r.Method(i)
		list = append(list, Member{Name: m.Name, Type: inspect.TypeName(signature(m, r)), Method: true, Hidden: secret.ByName(m.Name) != 0, Note: t.note(m.Name)})
	}
	return list, nil
}

// note is refusal in few words, for listings.
func (v *View) note(method string) string {
	why := v.refusal(method)
	if allowed, action := v.allows(method); why != "" && !allowed && !action {
		return fmt.Sprintf("not allowed; registry.Methods(%q) would", v.pattern(method))
	}
	return why
}

// signature is the type of method m of t without its receiver.
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
