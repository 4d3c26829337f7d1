package value

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// IsName reports whether s can stand after a dot.
func IsName(s string) bool {
	for i, r := range s {
		if !(r == '_' || r == '$' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// Quote writes a name for an error text: as it is if it is a name, as a Go string otherwise.
func Quote(name string) string {
	if IsName(name) {
		return name
	}
	return fmt.Sprintf("%q", text.Cut(name, 60))
}

// KeyText writes a key for an error text. Of a composite it says the kind only.
func KeyText(key Value) string {
	if s, ok := key.(String); ok {
		return fmt.Sprintf("%q", text.Cut(string(s), 60))
	}
	if _, ok := NumberOf(key); ok {
		return fmt.Sprint(key)
	}
	return "like this (" + key.Kind() + ")"
}

// NotCollection is the error for what is neither a list nor a map.
func NotCollection(x Value) error {
	if err := Refuse(x); err != nil {
		return err
	}
	e := fault.New("type", "%s is not a list or a map", x.Kind())
	switch _, isText := x.(String); {
	case IsNothing(x):
		return e.With("give a default with ??, as in xs ?? []")
	case isText:
		return e.With(`split it with split(s, "")`)
	case ShapeOf(x) == inspect.Struct:
		return e.With("name one of its fields: dir(x) lists them")
	}
	return e
}

// WrongArgument is the error for an argument of a kind that a function does not take.
func WrongArgument(function string, n int, want string, x Value) error {
	if err := Unfit(x); err != nil {
		return err
	}
	return fault.New("type", "argument %d of %s has to be %s, not %s", n, function, want, x.Kind())
}

// otherKey is the error for a key that cannot be one of a map whose keys are of another kind.
func otherKey(have string, key Value) error {
	if err := Unfit(key); err != nil {
		return err
	}
	e := fault.New("type", "the keys of this map are %s, not %s", have, key.Kind())
	if n, ok := NumberOf(key); ok {
		if _, whole := n.Int(); whole {
			return e.With("an entry by its place is values(m)[%v]", key)
		}
	}
	return e
}

// noKey is the error for a key that a plain map does not have.
func noKey(t *Thread, x Iterable, key Value) error {
	var names []string
	some, texts := false, true
	err := x.Each(t, false, func(_ int, k, _ Value) (bool, error) {
		s, ok := k.(String)
		some, texts = true, texts && ok
		names = append(names, string(s))
		return len(names) < 1000, nil
	})
	if err != nil {
		return err
	}
	name, ok := key.(String)
	if some && texts && !ok {
		return otherKey("strings", key)
	}
	e := fault.New("no_key", "there is no key %s", KeyText(key))
	if n := text.Near(string(name), names); ok && n != "" {
		return e.With("did you mean %s?", Quote(n))
	}
	return e.With("m?.key or get(m, key) gives nil then")
}

// characterHint says what number a character is, if one of the two is a text of one, or bytes of one.
func characterHint(a, b Value) string {
	for _, x := range []Value{a, b} {
		switch x := x.(type) {
		case String:
			if r, n := utf8.DecodeRuneInString(string(x)); n > 0 && n == len(x) && (r != utf8.RuneError || n > 1) && !unicode.IsDigit(r) {
				return fmt.Sprintf("the character %q is the number %d: write that", string(x), r)
			}
		case Bytes:
			if len(x) == 1 {
				return fmt.Sprintf("the byte in b%q is the number %d: write that", string(x), x[0])
			}
		}
	}
	return ""
}

// arrayHint says how the bytes of an array are written, if one of the two is one.
func arrayHint(a, b Value) string {
	for _, x := range []Value{a, b} {
		if t := ByteList(x); t != nil && t.Kind() == reflect.Array {
			return fmt.Sprintf("its %d bytes are written as %d hexadecimal digits", t.Len(), 2*t.Len())
		}
	}
	return ""
}

// Mismatch is the error for operands that an operator cannot take.
func Mismatch(op string, a, b Value) error {
	check := Unfit
	if op == "==" || op == "!=" {
		check = Refuse // texts of any length can be compared with texts
	}
	if err := check(a, b); err != nil {
		return err
	}
	e := fault.New("type", "%s %s %s makes no sense", a.Kind(), op, b.Kind())
	if op == "min" || op == "max" {
		e = fault.New("type", "%s does not compare %s with %s", op, a.Kind(), b.Kind())
	}
	_, as := a.(String)
	_, bs := b.(String)
	_, an := NumberOf(a)
	_, bn := NumberOf(b)
	_, ad := a.(Duration)
	_, bd := b.(Duration)
	_, at := a.(Time)
	_, bt := b.(Time)
	hint := ""
	switch {
	case (an || bn) && strings.ContainsAny(op, "=<>"):
		hint = characterHint(a, b)
	case (as || bs) && (op == "==" || op == "!="):
		hint = arrayHint(a, b)
	}
	switch {
	case hint != "":
		return e.With("%s", hint)
	case IsNothing(a) || IsNothing(b):
		return e.With("give a default with ??, as in x ?? 0")
	case op == "+" && (as || bs):
		return e.With("write string(…) to join text, int(…) or float(…) to add")
	case op == "+" && IsList(a) && IsList(b):
		return e.With("join lists with concat(a, b)")
	case (ad && bn || bd && an) && op != "*" && op != "/":
		return e.With(`write the number as a duration, as in 5s`)
	case as && bn || bs && an:
		return e.With("convert with int(…), float(…) or string(…)")
	case ad && bs || bd && as:
		return e.With(`write the text as a duration, as in 5s`)
	case at && bs || bt && as:
		return e.With(`write the text as a time, as in date("2006-01-02")`)
	case IsStruct(a) || IsStruct(b):
		return e.With("name a field of it, as in x.size: dir(x) lists them")
	}
	return e
}
