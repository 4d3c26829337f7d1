package access

import (
	"encoding/hex"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
	"github.com/sightglass-go/sightglass/internal/text"
)

// place is how a View was reached: one step down from the View above it.
type place struct {
	up       *View // the View above; nil for a root, and for a View that was cut off
	step     stepKind
	boxed    bool   // it lies in a map, or in the copy that an interface holds: nobody can change it in place
	fromLens bool   // a lens returned it, or something above it: no lens shows it again
	typed    bool   // of stepEntry: name is the key as typed, "" if it cannot be
	depth    uint16 // steps from the root; at most maxDepth
	index    int    // of stepField, stepIndex; of stepKeyOf which of the keys it is, counted from 1, 0 if that is not known
	// name is, of stepRoot and stepCut the path, of stepField the field's name, of stepKey the key,
	// and of stepLiteral the key as typed, "" if it cannot be typed.
	name   string
	key    *View   // of stepEntry
	window *window // of stepWindow
}

// stepKind is what a step leads through.
type stepKind uint8

const (
	stepRoot    stepKind = iota // an exposed object, or what a method or lens returned
	stepCut                     // the same, of a View that was cut off
	stepElem                    // a pointer or interface
	stepField                   // a struct, to a field
	stepIndex                   // a list, to an element
	stepKey                     // a map, to the entry under a string
	stepLiteral                 // a map, to the entry under another key
	stepEntry                   // a map, to an entry that a walk met
	stepKeyOf                   // a map, to the key of such an entry
	stepWindow                  // a list, map or text, to a part
)

// window is the part of a list, map or text that a View shows.
type window struct{ lo, hi int }

const (
	// maxDepth bounds the steps that a View remembers. Beyond it the path is kept as a text.
	maxDepth = 256
	// maxPath bounds the length of a path. Nobody types a longer one.
	maxPath = 4096
)

// Path returns the expression that reaches v, as one types it: cache.items["sku-17"].hits, xs[3].
// It is "" if there is none: for a key, below a key that cannot be typed or must not be shown, and
// for what a method returned to arguments that cannot be typed.
func (v *View) Path() string {
	var buf [128]byte
	b, ok := v.appendPath(buf[:0], (*View).entryKey)
	if !ok || len(b) > maxPath {
		return ""
	}
	return string(b)
}

// appendPath appends the path of v to b. entryKey returns the text of the key of an entry that a
// walk met; without one there is no path.
func (v *View) appendPath(b []byte, entryKey func(entry *View) (string, bool)) (_ []byte, ok bool) {
	if v.up == nil {
		return append(b, v.name...), v.name != ""
	}
	up := v.up
	switch v.step {
	case stepKeyOf:
		if v.index == 0 {
			return b, false
		}
		path, ok := up.appendPath(nil, entryKey)
		return append(b, "keys("+string(path)+")["+strconv.Itoa(v.index-1)+"]"...), ok
	case stepElem:
		if up.val.Kind() == reflect.Func {
			path, ok := up.appendPath(nil, entryKey)
			return append(b, "captured("+string(path)+").receiver"...), ok
		}
		return up.appendPath(b, entryKey)
	case stepWindow:
		if b, ok = up.appendPath(b, entryKey); !ok {
			return b, false
		}
		return append(b, "["+strconv.Itoa(v.window.lo)+":"+strconv.Itoa(v.window.hi)+"]"...), true
	}
	if v.step == stepIndex && up.val.Kind() == reflect.Chan {
		path, ok := up.appendPath(nil, entryKey)
		return append(b, "items("+string(path)+")["+strconv.Itoa(v.index)+"]"...), ok
	}
	// An element of a part is an element of the whole.
	for up.step == stepWindow {
		up = up.up
	}
	if b, ok = up.appendPath(b, entryKey); !ok {
		return b, false
	}
	key := ""
	switch v.step {
	case stepField:
		return append(append(b, '.'), v.name...), true
	case stepIndex:
		return append(strconv.AppendInt(append(b, '['), int64(v.index), 10), ']'), true
	case stepKey:
		key = text.Literal(v.name)
	case stepLiteral:
		key = v.name
	case stepEntry:
		if key, ok = entryKey(v); !ok {
			return b, false
		}
	}
	return append(append(append(b, '['), key...), ']'), key != ""
}

// entryKey returns the key of an entry that a walk met, as one types it. The paths of all that lies in
// the entry need it, and it is read once.
func (v *View) entryKey() (s string, ok bool) {
	if !v.typed {
		v.name, v.typed = "", true
		if s, ok := v.readKey(); ok {
			v.name = s
		}
	}
	return v.name, v.name != ""
}

func (v *View) readKey() (s string, ok bool) {
	x, plain, err := v.key.Plain()
	if err != nil {
		return "", false
	}
	if !plain {
		return v.key.literal(0)
	}
	if s, ok = literal.Of(x); !ok {
		return "", false
	}
	if v.key.val.Kind() != reflect.Interface {
		return s, true
	}
	// A key that an interface holds is found only by its very type: that of the literal.
	content, err := v.key.val.Elem()
	if err != nil {
		return "", false
	}
	switch content.Type() {
	case reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[bool](), reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Time]():
		return s, true
	case reflect.TypeFor[float64]():
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s, true
	}
	return "", false
}

// maxLiteral bounds the fields or elements of a key that is written as one types it, and maxNested
// how deep they are nested.
const (
	maxLiteral = 32
	maxNested  = 3
)

// literal returns v, a key or a part of one, as one types it: {x: 1, y: 2} a struct, [1, 2] an
// array, "0a1f" an array of bytes. ok is false for what cannot be typed.
func (v *View) literal(depth int) (s string, ok bool) {
	t := v.val.Type()
	if depth > maxNested || t == nil || v.checkShown() != nil {
		return "", false
	}
	x, plain, err := v.Plain()
	if err != nil {
		return "", false
	}
	if plain {
		return literal.Of(x)
	}
	var parts []string
	open, end := "[", "]"
	switch {
	case t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Uint8:
		b, n, err := v.Bytes(0, maxLiteral)
		return strconv.Quote(hex.EncodeToString(b)), err == nil && n == len(b)
	case t.Kind() == reflect.Array && t.Len() <= maxLiteral:
		for i := range t.Len() {
			e, err := v.At(i)
			if err != nil {
				return "", false
			}
			if s, ok = e.literal(depth + 1); !ok {
				return "", false
			}
			parts = append(parts, s)
		}
	case v.Shape() == inspect.Struct && t.NumField() <= maxLiteral:
		open, end = "{", "}"
		for i, f := range structOf(t).fields {
			c := v.fieldAt(i)
			if c == nil || f.Name == "_" || f.Name != f.GoName {
				return "", false
			}
			if s, ok = c.literal(depth + 1); !ok {
				return "", false
			}
			parts = append(parts, f.Name+": "+s)
		}
	default:
		return "", false
	}
	return open + strings.Join(parts, ", ") + end, true
}

// Steady reports whether the path of v leads to the same place whenever it is evaluated. It does
// within a frozen object, and where it consists of fields, pointers and named elements of arrays.
// It does not below an element of a slice or map, whose index or key may be another's later, nor
// below what a walk picked.
func (v *View) Steady() bool {
	if v.policy.Frozen {
		return true
	}
	at := v
	for ; at.up != nil; at = at.up {
		switch at.step {
		case stepField, stepWindow:
		case stepElem:
			if at.up.val.Kind() != reflect.Pointer {
				return false
			}
		case stepIndex:
			if at.pick.picked || at.up.val.Kind() != reflect.Array {
				return false
			}
		default:
			return false
		}
	}
	return !at.pick.picked
}

// names returns the names that lead to v, as patterns have them.
func (v *View) names() []string {
	if v.up == nil {
		return nil
	}
	list := v.up.names()
	switch v.step {
	case stepElem, stepWindow:
		return list
	case stepField:
		return append(list, v.name)
	}
	return append(list, "*")
}
