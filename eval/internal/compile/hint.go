package compile

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// hints are rows of names, and what to write instead of each of them.
type hints []string

// of returns the hint for name, "" for none. Only errors ask for it.
func (h hints) of(name string) string {
	for _, row := range h {
		names, hint, _ := strings.Cut(row, ": ")
		if slices.Contains(strings.Fields(names), name) {
			return hint
		}
	}
	return ""
}

// foreignNames are packages and words of other languages that stand before a dot or alone.
var foreignNames = hints{
	"time: now() is the time, and durations are written 5s or 1h30m",
	"fmt: an answer is shown by itself; string(x) makes a text of it",
	`strings: write s contains "…", lower(s), split(s, ",") and the like`,
	"strconv: write int(s), float(s) or string(x)",
	"math: write min, max, abs, ceil, floor or round, and a ** b",
	"slices: write sort(xs), uniq(xs), max(xs) or x in xs",
	"maps: write keys(m) or values(m)",
	"errors: an error is shown with what it wraps",
	"reflect: type(x) is its type, dir(x) lists its fields",
	"regexp: write s matches `…`",
	"unsafe: addr(x) is an address, size(x) what an object takes",
	"bytes: bytes are lists and texts: len(b), string(b)",
	"runtime os: only what the application exposes can be asked for; registry.Func exposes what a function returns",
	"sys: only what the application exposes can be asked for",
	"this self: an object is asked for by its name: dir() lists them",
}

// elementNames are what an element is called in the predicates of other languages.
var elementNames = hints{
	"it item elem element $ $0: # is the element",
	"key: #key is the key of the element",
	"index: #index is the position of the element",
	"acc: #acc is what reduce has so far",
}

// The types of Go's numbers, but those that are functions.
const (
	integerTypes = "int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 byte"
	floatTypes   = "float32 float64"
)

// foreignFunctions are functions of other languages.
var foreignFunctions = hints{
	"println printf: an answer is shown by itself: write the value alone",
	"append push: nothing can be changed; concat(xs, ys) makes a longer list",
	"delete: nothing can be changed; filter(m, #key != …) leaves an entry out",
	"clear: nothing can be changed",
	"set: nothing can be changed; x = … gives a name in this session",
	"make new: write a list as [1, 2], a map as {a: 1}",
	"select: filter(xs, …) keeps elements, map(xs, .name) takes a field of each",
	"where: write filter(xs, …)",
	"forEach foreach: write map(xs, …)",
	"head limit: write take(xs, 10)",
	"tail: write xs[-10:]",
	"skip offset: write xs[10:]",
	"maxBy: top(xs, 1, .size) has the element, max(xs, .size) the size",
	"minBy: first(sort(xs, .size)) is the element, min(xs, .size) the size",
	"countBy: write freq(xs, .field)",
	"sumBy: write sum(xs, .field)",
	"size_of sizeof: write size(x)",
	integerTypes + ": write int(x)",
	floatTypes + ": write float(x)",
	"bool: compare it, as in x != 0",
	"group_by: write groupBy(xs, .field)",
	"sort_by order_by: write sort(xs, .field)",
	"unique_by: write uniq(xs, .field)",
	"flatMap: write flatten(xs, .field)",
	"to_entries entries: write toPairs(m)",
	"substr substring: write s[0:5]",
	"parseInt atoi: write int(s)",
	"parseFloat: write float(s)",
	"range: write 0..9",
	"coalesce ifnull nvl: write a ?? b",
	"isnull isNil: write x == nil",
	"isEmpty: write len(x) == 0",
	"sprintf Sprintf format: write string(x), and + to join texts",
	"ptype whatis instanceof typeof: write type(x)",
	"values_of: write values(m)",
	"since: write now() - t",
	"length: write len(x)",
	"avg average: write mean(xs)",
	"distinct unique: write uniq(xs)",
	"orderBy: write sortBy(xs, .name)",
	"str toString: write string(x)",
	"exists: write any(xs, …), or key in m",
	`contains: write s contains "…", or x in xs`,
}

// foreignMethods are names that values have in other languages, and the functions to use instead.
var foreignMethods = map[string]string{"length": "len", "size": "len", "count": "len", "toString": "string", "String": "string", "toUpperCase": "upper", "toLowerCase": "lower"}

// hintFunction adds to an error about a member or method that x does not have that a function or an
// operator has that name.
func hintFunction(err error, x value.Value, name string) error {
	e := fault.From(err)
	if e.Code != "no_field" && e.Code != "no_key" && e.Code != "not_allowed" && e.Code != "method" || strings.HasPrefix(e.Hint, "did you mean") {
		return err
	}
	is := cmp.Or(value.Path(x), "x")
	if v, live := x.(value.Live); live && (v.View.HasMethod(name) || e.Code == "no_key" && !isLength(name)) {
		return err
	}
	switch name {
	case "contains", "startsWith", "endsWith", "matches":
		return e.With(`%s is an operator: write %s %[1]s "…"`, name, is)
	case "includes":
		return e.With(`write %s contains "…", or x in %[1]s`, is)
	}
	if fn, ok := foreignMethods[name]; ok {
		return e.With("write %s(%s)", fn, is)
	}
	if fn := library.Lookup(name); fn != nil {
		if fn.Min > 1 {
			is += ", …"
		}
		return e.With("%s is a function: write %[1]s(%s)", name, is)
	}
	return err
}

// hintElements adds to the error about a field that a list or a map does not have how the field of
// each element is written, if the elements have it.
func hintElements(err error, x value.Value, name string) error {
	e := fault.From(err)
	v, live := x.(value.Live)
	if !live || e.Code != "no_field" && e.Code != "no_key" || strings.HasPrefix(e.Hint, "did you mean") {
		return err
	}
	t := value.Pointee(v.View.Value().Type())
	if t == nil || t.Kind() != reflect.Slice && t.Kind() != reflect.Array && t.Kind() != reflect.Map {
		return err
	}
	elem := value.Pointee(t.Elem())
	if elem.Kind() != reflect.Struct {
		return err
	}
	if f, ok := elem.FieldByName(name); !ok || f.Tag.Get("inspect") == "-" {
		return err
	}
	return e.With("map(%s, .%s) has the field of each", cmp.Or(value.Path(x), "xs"), name)
}

func isLength(name string) bool { return name == "len" || foreignMethods[name] == "len" }

// conversion returns the parts of a key that is written with its type, as text shows the keys of a
// map[any]V: int32(7), or main.ID(7). of is nil for any other. err is why key does not compile.
func conversion(key ast.Node, err error) (goType string, of ast.Node) {
	call, ok := key.(*ast.CallNode)
	if err == nil || !ok || len(call.Arguments) != 1 {
		return "", nil
	}
	e := fault.From(err)
	if e.Code != "unknown_function" && e.Code != "unknown_name" {
		return "", nil
	}
	written := call.Callee
	if id, ok := written.(*ast.IdentifierNode); ok {
		if method, ok := syntax.Original(id).(*ast.MemberNode); ok {
			written = method
		}
	}
	switch callee := written.(type) {
	case *ast.IdentifierNode:
		switch {
		case callee.Value == "byte":
			return "uint8", call.Arguments[0]
		case slices.Contains(strings.Fields(integerTypes+" "+floatTypes), callee.Value):
			return callee.Value, call.Arguments[0]
		}
	case *ast.MemberNode:
		pkg, isName := callee.Node.(*ast.IdentifierNode)
		if prop, ok := callee.Property.(*ast.StringNode); ok && isName && e.Hint == HintDir {
			return pkg.Value + "." + prop.Value, call.Arguments[0]
		}
	}
	return "", nil
}

// hintKey adds to an error about a key of the wrong kind how the key is written.
func hintKey(err error, key value.Value) error {
	e := fault.From(err)
	if e.Code != "type" || e.Hint != "" {
		return err
	}
	if s, ok := key.(value.String); ok && strings.Contains(e.Text, "of the type int") {
		if _, err := strconv.Atoi(string(s)); err == nil {
			return e.With("write the key without quotes: [%s]", s)
		}
	}
	if value.IsList(key) && strings.Contains(e.Text, "its index is a whole number") {
		return e.With("a part is written [1:5]")
	}
	if n, ok := value.NumberOf(key); ok && strings.HasSuffix(e.Text, "of the type string") {
		if i, whole := n.Int(); whole {
			return e.With(`write the key as text: ["%d"]; an entry by its place is values(m)[%[1]d]`, i)
		}
	}
	return err
}
