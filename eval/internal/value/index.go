package value

import (
	"errors"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Member is x.name, or x["name"]: a field of a struct or an entry of a map. The answer is not
// loaded.
func Member(t *Thread, x Value, name string) (Value, error) {
	if x, ok := x.(HasMembers); ok {
		return x.Member(t, name)
	}
	if err := Refuse(x); err != nil {
		return nil, err
	}
	e := fault.New("no_field", "%s has no field %s", x.Kind(), Quote(name))
	if HasMethod(x, name) {
		return nil, e.With("it is a method: write %s()", name)
	}
	return nil, e
}

// Index is x[key]. The answer is not loaded.
func Index(t *Thread, x, key Value) (Value, error) {
	if err := Refuse(x, key); err != nil {
		return nil, err
	}
	if x, ok := x.(Indexable); ok {
		return x.Index(t, key)
	}
	if name, ok := key.(String); ok {
		return Member(t, x, string(name))
	}
	return nil, fault.New("type", "%s has no elements", x.Kind())
}

// position converts an index into a list of n elements, counting from the end if negative.
func position(key Value, n int) (int, error) {
	i, err := ToInt("an index", key)
	if err != nil {
		return 0, err
	}
	at := i
	if at < 0 {
		at += n
	}
	if at < 0 || at >= n {
		return 0, fault.New("range", "index %d is out of range: there are %s elements", i, text.Thousands(n))
	}
	return at, nil
}

// Slice is x[lo:hi]; see Sliceable.
func Slice(t *Thread, x Value, lo, hi int) (Value, error) {
	if x, ok := x.(Sliceable); ok {
		return x.Slice(t, lo, hi)
	}
	n, err := Len(t, x)
	if err != nil {
		return nil, err
	}
	lo, hi = clamp(lo, hi, n)
	if IsMap(x) {
		return Part(t, x, lo, hi)
	}
	part, i := List{}, 0
	err = Each(t, x, false, func(_ int, _, elem Value) (bool, error) {
		if i >= lo && i < hi {
			x, err := Load(elem)
			if err != nil {
				return false, err
			}
			part = append(part, x)
		}
		i++
		return i < hi, nil
	})
	return part, err
}

// clamp converts the bounds of a slice of n elements, so that 0 <= lo <= hi <= n.
func clamp(lo, hi, n int) (int, int) {
	fix := func(i int) int {
		if i < 0 {
			i += n
		}
		return max(0, min(i, n))
	}
	lo, hi = fix(lo), fix(hi)
	return min(lo, hi), hi
}

// In is x in xs: a key of a map, a field of a struct, an element of a list.
func In(t *Thread, x, xs Value) (Value, error) {
	if err := Refuse(x, xs); err != nil {
		return nil, err
	}
	if l, ok := xs.(Live); ok {
		// It is resolved once, since each hop is charged.
		target, _, err := l.Resolve()
		if err != nil || target == nil {
			return Bool(false), err
		}
		xs = Live{target}
	}
	if k, ok := xs.(Keyed); ok && !IsList(xs) {
		found, err := k.Has(t, x)
		return Bool(found), err
	}
	if _, ok := xs.(String); ok {
		return nil, fault.New("type", "in looks into lists and maps, not strings").With("write s contains \"…\"")
	}
	found, some, could := false, false, false
	var other Value // an element, as an example
	err := Each(t, xs, true, func(_ int, _, elem Value) (bool, error) {
		kept := t.Kept()
		elem, err := Load(elem)
		if err != nil {
			return false, err
		}
		same, comparable, err := Same(t, x, elem)
		t.Release(kept)
		if _, scalar := elem.(Scalar); scalar && !some {
			other = elem
		}
		some, could, found = true, could || comparable, same
		return !found, err
	})
	if err == nil && some && !could {
		e := fault.New("type", "%s can never be in a list that has none of its kind", x.Kind())
		if other != nil {
			e.Hint = fault.From(Mismatch("==", x, other)).Hint
		}
		return nil, e
	}
	return Bool(found), err
}

// Each walks the elements of a collection: of a set, a map[K]struct{}, its keys. See Iterable. It is
// an error for what is no collection.
func Each(t *Thread, x Value, unlocked bool, yield Yield) error {
	x, set := Settle(x)
	if !set {
		return Entries(t, x, unlocked, yield)
	}
	return Entries(t, x, unlocked, func(i int, key, _ Value) (bool, error) { return yield(i, key, key) })
}

// Entries is Each, but what it yields of a map is always the value beside the key.
func Entries(t *Thread, x Value, unlocked bool, yield Yield) error {
	if x, ok := x.(Iterable); ok {
		return x.Each(t, unlocked, yield)
	}
	return NotCollection(x)
}

// Len is how many elements a collection has, or how many wait in a channel.
func Len(t *Thread, x Value) (int, error) {
	if x, ok := x.(Sized); ok {
		return x.Len(t)
	}
	return 0, NotCollection(x)
}

// ForgiveNil is Forgive for the call of a method: nil alone is forgiven.
func ForgiveNil(err error, forgiven bool) (Value, error) {
	if forgiven && fault.From(err).Code == "nil" {
		return Absent, nil
	}
	return nil, err
}

// Forgive decides what an access to a part of from that failed is under ?. (optional), or on the
// left of ?? (lenient). nil in front of ?., and anywhere on the left of ??, ends the chain. An absent
// key is Nil, as is what is not exposed in a namespace. An absent field stays a mistake, except behind
// an interface, where the next value may have it.
func Forgive(err error, from Value, optional, lenient bool) (Value, error) {
	var e *fault.Error
	if !errors.As(err, &e) || !optional && !lenient {
		return nil, err
	}
	switch e.Code {
	case "nil":
		return Absent, nil
	case "no_field":
		if !InInterface(from) {
			return nil, err
		}
		fallthrough
	case "no_key", "range", "unknown_name":
		if lenient {
			return Absent, nil
		}
		return Nil, nil
	}
	return nil, err
}
