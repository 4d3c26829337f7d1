package access

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Path is the expression that reaches v, as one types it: cache.items["sku-17"].hits, xs[3]. It is
// "" where none does: below a key that cannot be typed or may not be shown, for keys themselves,
// for what a method returned to arguments that cannot be typed.
func (v *View) Path() string {
	b, ok := v.appendPath(nil)
	if !ok || len(b) > maxPath {
		return ""
	}
	return string(b)
}

// Steady reports whether the path of v leads to the same place whenever it is evaluated: by fields,
// pointers and elements of arrays that were named, or in an object that is frozen. It is false for
// what was picked from a collection by a walk, and for elements of slices and maps: another one may
// have their index or key later.
func (v *View) Steady() bool {
	if v.policy.Frozen {
		return true
	}
	at := v
	for ; at.up != nil; at = at.up {
		switch at.step.kind {
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

func (v *View) appendPath(b []byte) (_ []byte, ok bool) {
	if v.up == nil {
		return append(b, v.step.name...), v.step.name != ""
	}
	up := v.up
	switch s := &v.step; s.kind {
	case stepKeyOf:
		return b, false
	case stepElem:
		return up.appendPath(b)
	case stepWindow:
		if b, ok = up.appendPath(b); !ok {
			return b, false
		}
		return append(b, "["+strconv.Itoa(v.window.lo)+":"+strconv.Itoa(v.window.hi)+"]"...), true
	}
	// An element of a part is an element of the whole.
	for up.step.kind == stepWindow {
		up = up.up
	}
	if b, ok = up.appendPath(b); !ok {
		return b, false
	}
	switch s := &v.step; s.kind {
	case stepField:
		b = append(append(b, '.'), s.name...)
	case stepIndex:
		b = append(strconv.AppendInt(append(b, '['), int64(s.index), 10), ']')
	case stepKey:
		b = append(append(append(b, '['), text.Literal(s.name)...), ']')
	case stepLiteral:
		if s.name == "" {
			return b, false
		}
		b = append(append(append(b, '['), s.name...), ']')
	case stepEntry:
		key, ok := v.typedKey()
		if !ok {
			return b, false
		}
		b = append(append(append(b, '['), key...), ']')
	}
	return b, true
}

// typedKey returns the key of the entry that a walk met, as one types it.
func (v *View) typedKey() (s string, ok bool) {
	x, plain, err := v.step.key.Plain()
	if err != nil || !plain {
		return "", false
	}
	if s, ok = literal(x); !ok || v.step.key.val.Kind() != reflect.Interface {
		return s, ok
	}
	// A key that an interface holds is found only by its very type, which is what the literal has
	// or what it is not.
	content, err := v.step.key.val.Elem()
	if err != nil {
		return "", false
	}
	switch content.Type() {
	case reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[bool](), reflect.TypeFor[time.Duration]():
		return s, true
	case reflect.TypeFor[float64]():
		return s, strings.ContainsAny(s, ".e")
	}
	return "", false
}

// literal returns x, a plain value, as one types it; ok is false if it cannot be typed.
func literal(x any) (s string, ok bool) {
	switch x := x.(type) {
	case string:
		return text.Literal(x), true
	case []byte:
		return text.Literal(string(x)), true
	case bool:
		return strconv.FormatBool(x), true
	case int:
		return strconv.Itoa(x), true
	case int64:
		return strconv.FormatInt(x, 10), true
	case uint64:
		// The expression language has no literal beyond an int64.
		return strconv.FormatUint(x, 10), x <= math.MaxInt64
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return "", false
		}
		return strconv.FormatFloat(x, 'g', -1, 64), true
	case time.Duration:
		return "duration(" + strconv.Quote(x.String()) + ")", true
	}
	return "", false
}
