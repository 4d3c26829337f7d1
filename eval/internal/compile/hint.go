package compile

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// foreignFunctions are functions of other languages, and what to write instead.
var foreignFunctions = map[string]string{
	"println": "an answer is shown by itself: write the value alone", "printf": "an answer is shown by itself: write the value alone",
	"append": "nothing can be changed; concat(xs, ys) makes a longer list", "push": "nothing can be changed; concat(xs, ys) makes a longer list",
	"delete": "nothing can be changed; filter(m, #key != …) leaves an entry out", "clear": "nothing can be changed", "set": "nothing can be changed; x = … gives a name in this session",
	"make": "write a list as [1, 2], a map as {a: 1}", "new": "write a list as [1, 2], a map as {a: 1}",
	"select": "filter(xs, …) keeps elements, map(xs, .name) takes a field of each", "where": "write filter(xs, …)", "forEach": "write map(xs, …)", "foreach": "write map(xs, …)",
	"length": "write len(x)", "avg": "write mean(xs)", "average": "write mean(xs)", "distinct": "write uniq(xs)", "unique": "write uniq(xs)", "orderBy": "write sortBy(xs, .name)",
	"str": "write string(x)", "toString": "write string(x)", "typeof": "write type(x)", "exists": "write any(xs, …), or key in m", "contains": `write s contains "…", or x in xs`,
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
	if isFunction(name) {
		return e.With("%s is a function: write %[1]s(%s)", name, is)
	}
	return err
}

func isLength(name string) bool { return name == "len" || foreignMethods[name] == "len" }

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
	if n, ok := value.NumberOf(key); ok && strings.HasSuffix(e.Text, "of the type string") {
		if i, whole := n.Int(); whole {
			return e.With(`write the key as text: ["%d"]; an entry by its place is values(m)[%[1]d]`, i)
		}
	}
	return err
}
