package inspect

import (
	"reflect"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// A planner finds out, once for each type, where the words lie that lead further.
type planner struct {
	rules ReachRules
	plans map[planKey]*plan
	types []*plan // one for each type, by its id
	ids   map[reflect.Type]int
	text  []byte
}

func newPlanner(rules ReachRules) planner {
	return planner{rules: rules, plans: map[planKey]*plan{}, ids: map[reflect.Type]int{}}
}

// Type returns the type with that id.
func (r *planner) Type(id int) reflect.Type { return r.types[id].typ }

// begin returns the plan of v, of that state; ok is false if v cannot be walked by its words.
func (r *planner) begin(v Value, state uint32) (p *plan, ok bool) {
	if v.Addr() == 0 || !v.ref.Here() || v.how&(word|bare|lent) != 0 || peek.Uncaught() || here.memory.MapsUnknown() != nil {
		return nil, false
	}
	p = r.planOf(v.typ, state, true, true)
	r.make(p)
	// With such a plan nobody would get anywhere.
	return p, len(p.ops) != 1 || p.ops[0].kind != leadOther || p.ops[0].off != 0 || p.ops[0].route != nil
}

type planKey struct {
	typ           reflect.Type
	state         uint32
	shown, inside bool
}

// A plan says where in values of a type the words lie that lead further.
type plan struct {
	planKey
	size uintptr
	id   int
	made bool
	ops  []leadOp

	arrivals [2]uint32 // of a Search: by a pointer, and to an element of a list; 0 if not known yet
}

type leadKind uint8

const (
	leadPointer leadKind = iota
	leadSlice
	leadText
	leadInterface
	leadMap
	leadFunc
	leadUnsafe
	leadArray
	leadOther
)

type leadOp struct {
	kind  leadKind
	bytes bool // of a slice: it may be a text
	word  bool // of leadOther: a nil word leads nowhere
	off   uintptr
	typ   reflect.Type
	id    int // of typ
	state uint32
	route []hop
	elem  *plan
	n     uintptr
	of    *mapPlan
	holds map[uintptr]*content // of an interface: by its first word
}

// hop is a step within a value.
type hop struct {
	field bool
	index int
	off   uintptr
	typ   reflect.Type
}

type mapPlan struct {
	typ        reflect.Type
	state      uint32
	id         int
	layout     *peek.MapType
	key, elem  *plan
	named      bool // by texts
	nameless   bool // no key can be typed
	walk       bool
	entryBytes uintptr

	arrival uint32 // of a Search; 0 if not known yet
}

// content is what an interface holds.
type content struct {
	typ    reflect.Type
	direct bool
	plan   *plan // of a direct pointer what it points at
	of     *mapPlan
	kind   reflect.Kind
}

func (r *planner) idOf(t reflect.Type) int {
	if id, ok := r.ids[t]; ok {
		return id
	}
	p := &plan{planKey: planKey{typ: t}, id: len(r.types)}
	r.types = append(r.types, p)
	r.ids[t] = p.id
	return p.id
}

func (r *planner) planOf(t reflect.Type, state uint32, shown, inside bool) *plan {
	k := planKey{t, state, shown, inside}
	p := r.plans[k]
	if p == nil {
		p = &plan{planKey: k, size: t.Size(), id: r.idOf(t)}
		p.made = !shown
		r.plans[k] = p
	}
	return p
}

// make finds the ops of p. Types may be recursive, so that is done when p is first met.
func (r *planner) make(p *plan) {
	if !p.made {
		p.made = true
		p.ops = r.ops(nil, p, p.typ, p.state, 0, nil)
	}
}

// Leads reports whether values of type t may lead to other memory that belongs to the application.
// Locations of times are shared by the whole program, and what the runtime has is its own.
func Leads(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && Leads(t.Elem())
	case reflect.Struct:
		if ofRuntime(t.PkgPath()) || t == reflect.TypeFor[time.Time]() {
			return false
		}
		for i := range t.NumField() {
			if Leads(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return shapeOf(t.Kind()) != Scalar || t.Kind() == reflect.String
}

// ofRuntime reports whether a package is of the runtime. What package sync keeps in internal/sync is
// the application's.
func ofRuntime(path string) bool {
	return path == "runtime" || strings.HasPrefix(path, "runtime/") || strings.HasPrefix(path, "internal/") && path != "internal/sync"
}

// ops appends the ops of a value of type t, off bytes into one of p.
func (r *planner) ops(ops []leadOp, p *plan, t reflect.Type, state uint32, off uintptr, route []hop) []leadOp {
	if !Leads(t) {
		return ops
	}
	o := leadOp{off: off, typ: t, id: r.idOf(t), state: state, route: route}
	shape := ShapeOf(t)
	switch t.Kind() {
	case reflect.Pointer:
		if shape != Pointer {
			return ops
		}
		part, shown := r.rules.Elem(state, t.Elem())
		o.kind, o.elem = leadPointer, r.planOf(t.Elem(), part, shown, false)
	case reflect.Struct:
		return r.structOps(ops, p, o, shape)
	case reflect.Array:
		part, shown := r.rules.Index(state, t.Elem())
		if !shown {
			return ops
		}
		if t.Len() <= maxFlat && len(ops) < maxFlatOps {
			for i := range t.Len() {
				at := off + uintptr(i)*t.Elem().Size()
				way := append(route[:len(route):len(route)], hop{index: i, off: at, typ: t.Elem()})
				ops = r.ops(ops, p, t.Elem(), part, at, way)
			}
			return ops
		}
		if p.inside && t.Elem().Kind() == reflect.Struct && r.rules.Apart(t.Elem()) {
			o.kind = leadOther
			break
		}
		o.kind, o.n, o.elem = leadArray, uintptr(t.Len()), r.planOf(t.Elem(), part, true, p.inside)
		if r.make(o.elem); len(o.elem.ops) == 0 {
			return ops
		}
	case reflect.Slice:
		if shape != List {
			return ops
		}
		part, shown := r.rules.Index(state, t.Elem())
		o.kind, o.elem, o.bytes = leadSlice, r.planOf(t.Elem(), part, shown, false), t.Elem().Kind() == reflect.Uint8
	case reflect.String:
		o.kind = leadText
	case reflect.Interface:
		o.kind = leadInterface
	case reflect.Map:
		if o.kind, o.of = leadMap, r.mapOf(t, state); o.of == nil {
			o.kind, o.word = leadOther, true
		}
	case reflect.Func:
		o.kind = leadFunc
	case reflect.UnsafePointer:
		o.kind = leadUnsafe
	default:
		o.kind, o.word = leadOther, true
	}
	return append(ops, o)
}

func (r *planner) structOps(ops []leadOp, p *plan, o leadOp, shape Shape) []leadOp {
	l := here.lensOf(o.typ)
	switch {
	case p.inside && o.route != nil && r.rules.Apart(o.typ):
		o.kind = leadOther
		return append(ops, o)
	case shape == Pointer && l.field >= 0 && l.typ != nil:
		part, shown := r.rules.Elem(o.state, l.typ.Elem())
		o.kind, o.elem = leadPointer, r.planOf(l.typ.Elem(), part, shown, false)
		o.off += o.typ.Field(l.field).Offset
		return append(ops, o)
	case shape != Struct && shape != List:
		o.kind = leadOther
		return append(ops, o)
	}
	for i, f := range Fields(o.typ) {
		part, shown := r.rules.Field(o.state, o.typ, i)
		if !shown {
			continue
		}
		way := append(o.route[:len(o.route):len(o.route)], hop{field: true, index: i})
		ops = r.ops(ops, p, f.Type, part, o.off+f.offset, way)
	}
	return ops
}

// mapOf returns the plan of maps of type t, nil if they are left to the caller.
func (r *planner) mapOf(t reflect.Type, state uint32) *mapPlan {
	if t.Key().Kind() == reflect.Interface {
		return nil // its content decides what of the entry is shown
	}
	layout, err := here.memory.Maps(t)
	if err != nil {
		return nil
	}
	m := &mapPlan{typ: t, state: state, layout: layout, id: r.idOf(t), entryBytes: t.Key().Size() + t.Elem().Size() + 1}
	part, shown := r.rules.Key(state, t.Key())
	m.key = r.planOf(t.Key(), part, shown, false)
	r.make(m.key)
	part, shown = r.rules.Entry(state, t.Elem(), nil)
	m.elem = r.planOf(t.Elem(), part, shown, false)
	m.named = t.Key().Kind() == reflect.String && Leads(t.Elem())
	m.walk = Leads(t.Key()) || Leads(t.Elem())
	m.nameless = !typeable(t.Key())
	return m
}

// typeable reports whether values of type t may be typed, as far as that tells.
func typeable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return typeable(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if t != reflect.TypeFor[time.Time]() && !typeable(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return shapeOf(t.Kind()) == Scalar
}

// entryOf returns the plan of the elem beside a key, nil if it is not shown.
func (r *planner) entryOf(m *mapPlan, key uintptr) *plan {
	if !m.named {
		return m.elem
	}
	at, n := peek.Word(key), peek.Word(key+peek.WordSize)
	if n > MaxKey {
		return nil // it can neither be looked up nor named
	}
	r.text = grown(r.text, int(n))
	peek.CopyBytes(r.text, at)
	if !r.rules.SuspectKey(r.text) {
		return m.elem
	}
	state, shown := r.rules.Entry(m.state, m.typ.Elem(), r.text)
	if !shown {
		return nil
	}
	return r.planOf(m.typ.Elem(), state, true, false)
}

// contentOf finds out what the interface at a holds, whose first word is known; nil if that is not to
// be believed. The words of types and tables of the binary stay what they are.
func (r *planner) contentOf(o *leadOp, a, word uintptr) *content {
	c := o.holds[word]
	if c == nil {
		if c = r.findContent(o, a, word); c == nil {
			return nil
		}
		if o.holds == nil {
			o.holds = map[uintptr]*content{}
		}
		o.holds[word] = c
	}
	return c
}

func (r *planner) findContent(o *leadOp, a, word uintptr) *content {
	d, err := here.memory.At(a).Interface(o.typ, false)
	if err != nil || d.Type == nil || peek.Word(a) != word {
		return nil
	}
	t := d.Type
	c := &content{typ: t, direct: here.direct(t)}
	state, shown := r.rules.Elem(o.state, t)
	if !c.direct {
		c.plan = r.planOf(t, state, shown, false)
		return c
	}
	if !shown || !Leads(t) {
		return c
	}
	switch c.kind = t.Kind(); c.kind {
	case reflect.Pointer:
		state, shown = r.rules.Elem(state, t.Elem())
		c.plan = r.planOf(t.Elem(), state, shown, false)
	case reflect.Map:
		c.of = r.mapOf(t, state)
	}
	return c
}
