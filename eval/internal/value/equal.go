package value

import (
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Same reports whether a == b, and whether they are of kinds that can be equal at all. nil may be
// compared with everything that is not redacted.
func Same(t *Thread, a, b Value) (same, comparable bool, err error) { return equal(t, a, b, 0) }

// equal is Same at a depth within composites.
func equal(t *Thread, a, b Value, depth int) (same, comparable bool, err error) {
	switch x := a.(type) {
	case Int:
		if y, ok := b.(Int); ok {
			return x == y, true, nil
		}
	case String:
		if y, ok := b.(String); ok {
			same, err := t.SameText(string(x), string(y))
			return same, true, err
		}
	case Comparable:
		if same, ok := x.Equal(b); ok {
			return same, true, nil
		}
	}
	if err := Refuse(a, b); err != nil {
		return false, false, err
	}
	an, err := IsNil(a)
	if err != nil {
		return false, false, err
	}
	bn, err := IsNil(b)
	if err != nil {
		return false, false, err
	}
	if an && bn || a == Nil || b == Nil {
		return an && bn, true, nil
	}
	if x, ok := NumberOf(a); ok {
		if y, ok := NumberOf(b); ok {
			o, ordered := number.Compare(x, y)
			return ordered && o == 0, true, nil
		}
	}
	if err := t.Tick(1); err != nil {
		return false, false, err
	}
	if depth > MaxDepth {
		return false, false, fault.New("budget", "the values are nested too deeply to be compared").With("compare parts of them")
	}
	literal, isLiteral := b.(Map)
	record := a
	if !isLiteral {
		literal, isLiteral = a.(Map)
		record = b
	}
	switch {
	case IsStruct(a) && IsStruct(b):
		return equalFields(t, a, b, depth)
	case isLiteral && IsStruct(record):
		return equalLiteral(t, record, literal, depth)
	}
	if same, comparable, known, err := equalBytes(t, a, b); known || err != nil {
		return same, comparable, err
	}
	if same, comparable, known, err := equalLive(t, a, b, depth); known || err != nil {
		return same, comparable, err
	}
	return equalElements(t, a, b, depth)
}

// equalLoaded compares what two places hold. Values of different kinds are different.
func equalLoaded(t *Thread, a, b Value, depth int) (bool, error) {
	a, err := Load(a)
	if err != nil {
		return false, err
	}
	if b, err = Load(b); err != nil {
		return false, err
	}
	same, _, err := equal(t, a, b, depth)
	return same, err
}

// equalFields compares two structs of one type. It compares all fields, also behind the first that
// differs: a redacted one is an error whatever the others hold.
func equalFields(t *Thread, a, b Value, depth int) (same, comparable bool, err error) {
	if ok, err := sameType(a, b); !ok || err != nil {
		return false, false, err
	}
	if met, err := t.hasMet(a, b, depth); met || err != nil {
		return true, true, err
	}
	names, err := Fields(a)
	if err != nil {
		return false, false, err
	}
	same = true
	for _, name := range names {
		x, err := Member(t, a, name)
		if err != nil {
			return false, false, err
		}
		y, err := Member(t, b, name)
		if err != nil {
			return false, false, err
		}
		ok, err := equalLoaded(t, x, y, depth+1)
		if err != nil {
			return false, false, err
		}
		same = same && ok
	}
	return same, true, nil
}

// equalLiteral compares a struct with one that is written as {field: value, …}, which has to name
// all its fields.
func equalLiteral(t *Thread, a Value, literal Map, depth int) (same, comparable bool, err error) {
	names, err := Fields(a)
	if err != nil {
		return false, false, err
	}
	named, err := literal.names(t)
	if err != nil {
		return false, false, err
	}
	for _, name := range named {
		if slices.Contains(names, name) {
			continue
		}
		promoted, err := Member(t, a, name)
		if err == nil {
			err = fault.New("type", "%s has a field %s in an embedded struct", a.Kind(), Quote(name)).
				With("name that struct, as in {%s}", embedded(promoted, name))
		}
		return false, false, err
	}
	same = true
	for _, name := range names {
		y, ok := literal[name]
		if !ok {
			return false, false, fault.New("type", "%s has a field %s, which the literal does not name", a.Kind(), Quote(name)).
				With("name all its fields, or compare one, as in x.%s == …", name)
		}
		x, err := Member(t, a, name)
		if err != nil {
			return false, false, err
		}
		ok, err = equalLoaded(t, x, y, depth+1)
		if err != nil {
			return false, false, err
		}
		same = same && ok
	}
	return same, true, nil
}

// embedded is how a literal names a field that an embedded struct promotes: base: {ID: …}.
func embedded(promoted Value, name string) string {
	if of := strings.TrimSuffix(Path(promoted), "."+name); of != "" {
		return of[strings.LastIndexByte(of, '.')+1:] + ": {" + name + ": …}"
	}
	return name + ": …"
}

// equalElements compares lists by position and maps by key, live or not.
func equalElements(t *Thread, a, b Value, depth int) (same, comparable bool, err error) {
	list := IsList(a)
	if !(list && IsList(b)) && !(IsMap(a) && IsMap(b)) {
		return false, false, nil
	}
	n, err := Len(t, a)
	if err != nil {
		return false, false, err
	}
	m, err := Len(t, b)
	if err != nil {
		return false, false, err
	}
	if n != m {
		return false, true, nil
	}
	same = true
	err = Entries(t, a, true, func(i int, key, x Value) (bool, error) {
		var y Value
		var found error
		if list {
			y, found = Index(t, b, Int(i))
		} else if key, found = Load(key); found == nil {
			y, found = Index(t, b, key)
		}
		if found != nil {
			if e := fault.From(found); e.Code != "no_key" && e.Code != "range" && e.Code != "unknown_name" {
				return false, e
			}
			same = false
			return false, nil
		}
		ok, err := equalLoaded(t, x, y, depth+1)
		same = same && ok
		return same, err
	})
	return same, true, err
}
