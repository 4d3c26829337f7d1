package value

import (
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Live is a place in the application's memory. It is read where it lies, each time.
type Live struct{ View *access.View }

// live returns v, or nil of an error: a nil View is no Value.
func live(v *access.View, err error) (Value, error) {
	if err != nil {
		return nil, err
	}
	return Live{v}, nil
}

var _ interface {
	Composite
	Iterable
	Sized
	Indexable
	HasMembers
	HasFields
	Keyed
	Sliceable
	Textual
	Nilable
	Passable
	Pictured
	Measured
	Completable
} = Live{}

// Kind is the type with an article.
func (x Live) Kind() string {
	if t := x.goType(); t != nil {
		return text.Article(inspect.TypeName(t))
	}
	return "nil"
}

// Type is the type.
func (x Live) Type() string {
	if t := x.goType(); t != nil {
		return inspect.TypeName(t)
	}
	return "nil"
}

// goType is the type as Go has it, nil if it is not known.
func (x Live) goType() reflect.Type {
	if t := x.View.PartType(); t != nil {
		return t
	}
	return x.View.Value().Type()
}

// Load returns what a place of live memory holds: a scalar becomes plain, also behind a pointer; a
// composite stays live. What is not live is itself.
//
// A nil pointer, interface or func is Nil, and a NilOf where an interface holds it. A nil list, map or
// chan stays live, because it is an empty collection too; IsNil knows it.
func Load(x Value) (Value, error) {
	switch x := x.(type) {
	case Live:
		d, y, err := x.Load()
		if y == nil && err == nil {
			y = OfDatum(d)
		}
		return y, err
	case Typed:
		return x.Value, nil
	}
	return x, nil
}

// Load is the function Load of x. Where what it returns can be a Datum it does, with y nil.
func (x Live) Load() (d inspect.Datum, y Value, err error) {
	d, plain, ok, err := x.View.Load()
	switch {
	case err != nil:
		return inspect.Datum{}, nil, err
	case d.Kind != inspect.NoDatum:
		return d, nil, nil
	case ok && plain == nil:
		if s := x.Shape(); s == inspect.List || s == inspect.Map || s == inspect.Chan {
			return d, x, nil
		}
		return d, Nil, nil
	case ok:
		if typed, is := plain.(access.TypedNil); is {
			switch typed.Type.Kind() {
			case reflect.Slice, reflect.Map, reflect.Chan:
				return d, x, nil
			}
		}
		return d, Of(plain), nil
	}
	switch x.View.Shape() {
	case inspect.Pointer, inspect.Interface, inspect.Struct:
	default:
		return d, x, nil
	}
	target, err := x.View.Target()
	if err != nil {
		return d, nil, err
	}
	if target == nil {
		if isNil, err := x.IsNil(); err != nil || !isNil {
			return d, x, err // an interface on the way holds a pointer to nil
		}
		return d, Nil, nil
	}
	if target.Shape() == inspect.Struct {
		// It may have a lens that shows a scalar. One that fails says so where it is looked
		// through.
		if shown, err := target.Resolve(); err == nil && shown != nil {
			target = shown
		}
	}
	if target.Shape() != inspect.Scalar {
		return d, x, nil
	}
	return Live{target}.Load()
}

// Resolve follows pointers and interfaces to the object itself. The target is nil, and the shape
// inspect.Nil, for nil.
func (x Live) Resolve() (target *access.View, shape inspect.Shape, err error) {
	target, err = x.View.Resolve()
	if err != nil || target == nil {
		return nil, inspect.Nil, err
	}
	return target, target.Shape(), nil
}

// Shape is that of the object itself, behind pointers and interfaces; inspect.Opaque if it cannot
// be read.
func (x Live) Shape() inspect.Shape {
	_, shape, err := x.Resolve()
	if err != nil {
		return inspect.Opaque
	}
	return shape
}

// IsNil looks through pointers, and not into interfaces.
func (x Live) IsNil() (bool, error) { return x.View.IsNil() }

// Each walks a list or map.
func (x Live) Each(_ *Thread, unlocked bool, yield Yield) error {
	target, shape, err := x.Resolve()
	switch {
	case err != nil:
		return err
	case shape == inspect.Nil:
		return NotCollection(Nil)
	case shape != inspect.List && shape != inspect.Map:
		return NotCollection(x)
	}
	walk := target.Each
	if unlocked {
		walk = target.EachUnlocked
	}
	return walk(yielding(yield))
}

// EachNamed is Each for those entries of a map whose key begins with prefix, and for others about
// which yield has to decide: see [access.View.EachNamed]. Where that knows no way it comes to all.
func (x Live) EachNamed(t *Thread, prefix string, most int, yield Yield) error {
	target, _, err := x.Resolve()
	if err != nil {
		return err
	}
	if target != nil {
		if ok, err := target.EachNamed(prefix, most, yielding(yield)); ok || err != nil {
			return err
		}
	}
	return x.Each(t, true, yield)
}

// yielding yields the entries of a walk.
func yielding(yield Yield) func(key, elem *access.View) (bool, error) {
	index := 0
	return func(key, elem *access.View) (bool, error) {
		var k Value = Unkeyed
		if key != nil {
			k = Live{key}
		}
		index++
		return yield(index-1, k, Live{elem})
	}
}

// Pick yields n entries of x, chosen at random. ok is false if x is no map of the application's, or
// is one that has to be walked for that.
func Pick(x Value, n int, random func() uint64, unlocked bool, yield Yield) (ok bool, err error) {
	l, live := x.(Live)
	if !live {
		return false, nil
	}
	target, shape, err := l.Resolve()
	if err != nil || shape != inspect.Map {
		return false, err
	}
	return target.EachPicked(n, random, unlocked, yielding(yield))
}

// InArray reports whether x is a list whose elements lie side by side, so that any of them is reached
// at once.
func InArray(x Value) bool {
	switch x := x.(type) {
	case Live:
		target, shape, err := x.Resolve()
		if err != nil || shape != inspect.List {
			return false
		}
		k := target.Value().Kind()
		return k == reflect.Slice || k == reflect.Array
	case List, Ints:
		return true
	}
	return false
}

// Len is that of a list, map or channel.
func (x Live) Len(*Thread) (int, error) {
	target, shape, err := x.Resolve()
	if err != nil {
		return 0, err
	}
	switch shape {
	case inspect.List, inspect.Map, inspect.Chan:
		return target.Len()
	}
	return 0, NotCollection(x)
}

// Member is a field or an entry.
func (x Live) Member(_ *Thread, name string) (Value, error) { return live(x.View.Member(name)) }

// Index is an element or an entry.
func (x Live) Index(t *Thread, key Value) (Value, error) {
	k, err := passKey(t, key)
	if err != nil {
		return nil, err
	}
	return live(x.View.At(k))
}

// Has reports whether a map has the key or a struct the field.
func (x Live) Has(t *Thread, key Value) (bool, error) {
	target, shape, err := x.Resolve()
	if err != nil || shape == inspect.Nil {
		return false, err
	}
	k, err := passKey(t, key)
	if err != nil {
		return false, err
	}
	return target.Has(k)
}

// passKey is Pass for a key to look up. A range and a map with keys of any kind are no keys of the
// application: they are passed as they are, to be found nowhere.
func passKey(t *Thread, key Value) (any, error) {
	switch key := key.(type) {
	case Ints, *Dict:
		return key, nil
	case Typed:
		k, err := Pass(t, key.Value)
		return access.TypedKey{Key: k, Type: key.goType, Only: key.written}, err
	}
	return Pass(t, key)
}

// Slice is a window: it reads nothing.
func (x Live) Slice(t *Thread, lo, hi int) (Value, error) {
	if x.IsString() {
		return live(x.View.Window(lo, hi))
	}
	n, err := x.Len(t)
	if err != nil {
		return nil, err
	}
	target, _, err := x.Resolve()
	if err != nil {
		return nil, err
	}
	lo, hi = clamp(lo, hi, n)
	return live(target.Window(lo, hi))
}

// Fields lists the fields of a struct, without those that embedded structs promote.
func (x Live) Fields() (names []string, err error) {
	members, err := x.View.Members()
	for _, m := range members {
		if !m.Promoted && !m.Method && !m.Ambiguous {
			names = append(names, m.Name)
		}
	}
	return names, err
}

// Names proposes fields, and methods that may be called.
func (x Live) Names(_ *Thread, add func(name, detail string)) error {
	members, err := x.View.Members()
	for _, m := range members {
		if m.Ambiguous {
			continue
		}
		name := m.Name
		if m.Method && !strings.Contains(name, "(") {
			name += "("
		}
		add(name, m.Type)
	}
	return err
}

// Pass is the View.
func (x Live) Pass(*Thread) (any, error) { return x.View, nil }

// Measure says that it is live.
func (Live) Measure(int) (size int, live bool) { return meter.ElementSize, true }

// Path is the expression that reaches x, "" if x is not live, or none does.
func Path(x Value) string {
	if x, ok := x.(Live); ok {
		return x.View.Path()
	}
	return ""
}

// InInterface reports whether x is a place of interface type, which may hold a value of any kind.
func InInterface(x Value) bool {
	l, ok := x.(Live)
	return ok && l.View.Shape() == inspect.Interface
}

// IsString reports whether x is a string, or leads to one.
func (x Live) IsString() bool {
	target, shape, err := x.Resolve()
	return err == nil && shape == inspect.Scalar && target.Value().Type().Kind() == reflect.String
}

// Text returns the content of a []byte or [n]byte. A string that is still live is too long to be
// copied.
func (x Live) Text(t *Thread) (s string, ok bool, err error) {
	if long, err := LongText(x); long != nil || err != nil {
		return "", true, orTooLong(long, err)
	}
	target, shape, err := x.Resolve()
	if err != nil || shape != inspect.List {
		return "", false, err
	}
	if of := target.Value().Type(); of == nil || !isByteList(of) {
		return "", false, nil
	}
	n, err := target.Len()
	if err != nil {
		return "", false, err
	}
	if err := t.KeepText(n); err != nil {
		return "", false, err
	}
	b, _, err := target.Bytes(0, n)
	return string(b), true, err
}

// mapKept is what a part of x keeps, if x is a map itself and no pointer to one.
func (x Live) mapKept() kept {
	t := x.View.Value().Type()
	if t == nil || t.Kind() != reflect.Map {
		return kept{}
	}
	elem := t.Elem()
	return kept{goType: inspect.TypeName(t), names: x.View.KeyConstants(), isSet: elem.Kind() == reflect.Struct && elem.NumField() == 0}
}

func (x Live) picture(p *painter, depth int, _ string) *render.Node {
	limit := p.rest()
	limit.Depth, limit.Items, limit.Nodes = depth, p.items(depth), max(p.left+1, 1)
	if depth <= 0 {
		limit.Depth = -1 // 0 means the default
	}
	if p.line {
		limit.Room = max(p.room, 1)
		if limit.Room >= limit.Line && !p.row {
			limit.Room = limit.Line - 1 // others share the line
		}
		p.row = false
	}
	n := x.View.Snap(limit)
	if x.View.PartType() != nil {
		n.Type = x.Type()
	}
	nodes, text := weigh(n)
	p.left, p.text = p.left-nodes+1, p.text-text
	return n
}

// equalLive is equal if a or b has to be compared as a place: a string that is too long to be
// copied, or what has neither fields nor elements. known is false for all others.
func equalLive(t *Thread, a, b Value, depth int) (same, comparable, known bool, err error) {
	x, xok := a.(Live)
	y, yok := b.(Live)
	switch {
	case xok && x.View.Shape() == inspect.Scalar || yok && y.View.Shape() == inspect.Scalar:
		same, comparable, err = equalLongText(t, a, b)
		return same, comparable, true, err
	case xok && yok && !x.isCollection() && !y.isCollection():
		same, comparable, err = samePlace(t, x, y, depth)
		return same, comparable, true, err
	}
	return false, false, false, nil
}

func (x Live) isCollection() bool {
	shape := x.View.Shape()
	return shape == inspect.List || shape == inspect.Map
}

// samePlace compares what has neither fields nor elements (functions, channels) by where it lies,
// behind pointers.
func samePlace(t *Thread, a, b Live, depth int) (same, comparable bool, err error) {
	x, shape, err := a.Resolve()
	if err != nil {
		return false, false, err
	}
	y, other, err := b.Resolve()
	if err != nil {
		return false, false, err
	}
	switch {
	case x == nil || y == nil:
		return x == nil && y == nil, true, nil
	case shape != other:
		return false, false, nil
	case shape == inspect.List || shape == inspect.Map:
		return equalElements(t, Live{x}, Live{y}, depth)
	}
	v, w := x.Value(), y.Value()
	if v.Type() != w.Type() {
		return false, false, nil
	}
	// Two variables may hold one function or channel.
	at, err := v.Word()
	if err != nil {
		return v.Addr() != 0 && v.Addr() == w.Addr(), true, nil
	}
	there, err := w.Word()
	return at == there, true, err
}

// sameType reports whether two structs, or pointers to such, are of one type. Of a snapshot only
// the name is known.
func sameType(a, b Value) (bool, error) {
	x, xok := a.(Live)
	y, yok := b.(Live)
	if !xok || !yok {
		return strings.TrimPrefix(a.Type(), "*") == strings.TrimPrefix(b.Type(), "*"), nil
	}
	v, _, err := x.Resolve()
	if err != nil {
		return false, err
	}
	w, _, err := y.Resolve()
	if err != nil || v == nil || w == nil {
		return false, err
	}
	return v.Value().Type() == w.Value().Type(), nil
}

// pair is two objects that pointers lead to.
type pair struct{ a, b uintptr }

// hasMet reports whether a and b are pointers to two objects that this comparison has met before.
// These are equal unless a difference is found elsewhere, so that cycles and shared objects are
// walked once.
func (t *Thread) hasMet(a, b Value, depth int) (bool, error) {
	x, xok := a.(Live)
	y, yok := b.(Live)
	if !xok || !yok || x.View.Shape() != inspect.Pointer || y.View.Shape() != inspect.Pointer {
		return false, nil
	}
	to, _, err := x.Resolve()
	if err != nil {
		return false, err
	}
	other, _, err := y.Resolve()
	if err != nil || to == nil || other == nil {
		return false, err
	}
	if depth == 0 || t.met == nil {
		t.met = map[pair]bool{}
	}
	p := pair{to.Value().Addr(), other.Value().Addr()}
	if t.met[p] {
		return true, nil
	}
	t.met[p] = true
	return false, t.Keep(3 * meter.ElementSize)
}
