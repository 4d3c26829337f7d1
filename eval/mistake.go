package eval

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

// mistake is something that people type who know another language: where it is seen in the tokens of
// a line that cannot be parsed, what it is, and what to type instead.
type mistake struct {
	at         func(t tokens, i int) bool
	text, hint string // {} stands for the token
}

// mistakes are looked for in this order.
var mistakes = []mistake{
	{func(t tokens, i int) bool { return t.words(i, "select") && t.word("from") }, "this is no SQL", "filter(xs, .size > 5), map(xs, .name), sortBy(xs, .size) and groupBy(xs, .kind) ask the same"},
	{func(t tokens, i int) bool {
		return i == 0 && t.words(i, "for", "while", "range", "foreach") && !t.is(i+1, "(")
	}, "there are no loops", "filter, map, count, any, sum and reduce walk a collection, as in count(xs, .size > 5)"},
	{func(t tokens, i int) bool {
		return i == 0 && t.words(i, "var", "const", "int", "auto", "def") && t[1].Kind == lexer.Identifier
	}, "{} declares nothing here", "x = … gives the answer a name in this session"},
	{func(t tokens, i int) bool {
		return i == 0 && t.words(i, "func", "return", "import", "package", "go", "defer", "switch", "type", "struct") && t[1].Kind == lexer.Identifier || i == 0 && t.words(i, "import", "return") && t[1].Kind == lexer.String
	}, "{} is a statement, and only an expression can be asked", "type the value that you want to see"},
	{func(t tokens, i int) bool { return t.glued(i, "=", "=") || t.glued(i, "==", "=") }, "=== is no operator", "write =="},
	{func(t tokens, i int) bool { return t.glued(i, "!=", "=") }, "!== is no operator", "write !="},
	{func(t tokens, i int) bool { return t.glued(i, "<", ">") }, "<> is no operator", "write !="},
	{func(t tokens, i int) bool { return t.glued(i, "=", ">") && (t.is(i-2, ",", "(") || i == 1) }, "a predicate has no => and no parameter", "# is the element and .name a field of it, as in filter(xs, .size > 5)"},
	{func(t tokens, i int) bool { return t.glued(i, "=", ">") }, "=> is no operator", "write >="},
	{func(t tokens, i int) bool { return t.glued(i, "=", "<") }, "=< is no operator", "write <="},
	{func(t tokens, i int) bool { return t.glued(i, "-", ">") }, "-> is no operator", "write . to follow a pointer too"},
	{func(t tokens, i int) bool { return t.glued(i, ":", "=") }, ":= declares nothing here", "x = … gives the answer a name in this session"},
	{func(t tokens, i int) bool {
		return t.is(i, "+", "-", "*", "/") && t.is(i+1, "=") && t[i].To == t[i+1].From
	}, "{}= would change something, and an expression only looks", "x = x + 1 gives a name of this session a new answer"},
	{func(t tokens, i int) bool { return (t.glued(i, "+", "+") || t.glued(i, "-", "-")) && !t.operand(i+2) }, "{}{} would change something, and an expression only looks", "x = x + 1 gives a name of this session a new answer"},
	{func(t tokens, i int) bool { return t.words(i, "func", "function", "lambda", "fn") && i > 0 }, "a predicate is no function", "# is the element and .name a field of it, as in filter(xs, .size > 5)"},
	{func(t tokens, i int) bool { return t.glued(i, "&", "&") || t.is(i, "&") && t.ends(i-1) }, "& is no operator", "write && or and; bitand(a, b) is for the bits"},
	{func(t tokens, i int) bool { return t.is(i, "&") }, "nothing has its address taken by &", "write addr(x)"},
	{func(t tokens, i int) bool { return t.upper(i, "and", "or", "not", "in") }, "{} is no operator", "it is written in lower case"},
	{func(t tokens, i int) bool { return i > 0 && t.words(i, "like", "ilike", "rlike") }, "{} is no operator", `write x contains "…", startsWith, endsWith, or matches for a regular expression`},
	{func(t tokens, i int) bool { return i > 0 && t.words(i, "is", "equals", "eq") && t.ends(i-1) }, "{} is no operator", "write =="},
	{func(t tokens, i int) bool { return i > 0 && t.words(i, "xor", "mod", "div") && t.ends(i-1) }, "{} is no operator", "there are +, -, *, /, % and **, and bitand, bitor and bitxor"},
	{func(t tokens, i int) bool { return t.words(i, "then", "elif", "elseif", "elsif") && i > 0 }, "there is no {}", "write if c { 1 } else { 2 }, or c ? 1 : 2"},
	{func(t tokens, i int) bool {
		return t.is(i, "|") && t[i+1].Kind == lexer.Identifier && isFunction(t[i+1].Value) && !t.is(i+2, "(")
	}, "| needs a call", "write () behind the function, as in xs | len()"},
	{func(t tokens, i int) bool {
		return t.is(i, "|") && !(t.is(i+2, "(") && t[i+1].Kind == lexer.Identifier)
	}, "| hands a value to a function, as in xs | len()", "write || or or for one of two; bitor(a, b) is for the bits"},
	{func(t tokens, i int) bool { return t.is(i, ".") && t.is(i+1, "(") }, "there are no type assertions", "an interface is looked into by itself; type(x) says what is in it"},
	{func(t tokens, i int) bool { return t.is(i, ".", "?.") && t[i+1].Kind == lexer.String }, "a name follows a dot", `a key that is no name is written m["…"]`},
	{func(t tokens, i int) bool {
		return (t.is(i, ".") && t.is(i+1, "*") || t.is(i, "[") && t.is(i+1, "*", "]")) && t.ends(i-1)
	}, "all elements at once have no field", "map(xs, .name) is the field of each"},
	{func(t tokens, i int) bool { return t.is(i, "*") && !t.ends(i-1) }, "* is not written before a pointer", "pointers are followed by themselves: leave it out"},
	{func(t tokens, i int) bool {
		return t.is(i, "[") && t.is(i+1, "]") && t[i+2].Kind == lexer.Identifier || t.words(i, "map") && t.is(i+1, "[") || t.is(i, "]") && t[i+1].Kind == lexer.Identifier && t.is(i+2, "{")
	}, "no type is written before a list or a map", "write [1, 2], or {a: 1}"},
	{func(t tokens, i int) bool {
		return t.is(i, ".") && i > 0 && t.ends(i-1) && lookup(t[i+1].Value).isFold() && t.is(i+2, "(")
	}, "what works on a collection is a function, and no method of it", "the collection comes first, as in filter(xs, .size > 5), or xs | filter(.size > 5)"},
	{func(t tokens, i int) bool {
		return t.is(i, "{") && t.is(i-1, ",", "(") && t.is(i+2, ":") && (t[i+1].Kind == lexer.Identifier || t[i+1].Kind == lexer.String) && lookup(t.call(i)).isFold()
	}, "braces around a predicate make no map", "write two, as in map(xs, {{name: .name}})"},
	{func(t tokens, i int) bool {
		return i > 1 && t.is(i, ".") && t.is(i-1, "(") && lookup(t[i-2].Value).isFold() && !t.is(i-3, "|")
	}, "the collection is missing", "it comes first, as in count(xs, .size > 5)"},
	{func(t tokens, i int) bool { return t.is(i, ".") && !t.ends(i-1) && !t.within(i) }, "a dot at the start has a meaning in predicates only", "it is a field of the element there, as in count(xs, .size > 5)"},
	{func(t tokens, i int) bool {
		return t[i].Kind == lexer.Identifier && isFunction(t[i].Value) && t.operand(i+1) && !t.is(i+1, "(") && !t.is(i-1, ".", "?.")
	}, "{} is a function", "write its arguments in parentheses: {}(…)"},
	{func(t tokens, i int) bool { return i == 0 && t.is(i, "if") && !t.find("else") }, "an if has an else here", "write if c { 1 } else { 2 }, or c ? 1 : 2"},
	{func(t tokens, i int) bool { return i == 0 && t.is(i, "if") && !t.find("{") }, "an if has braces here", "write if c { 1 } else { 2 }, or c ? 1 : 2"},
	{func(t tokens, i int) bool { return t.is(i, "let") && !t.find(";") }, "a let has an expression behind it", "write let x = 1; x + 1, or x = 1 to keep the name for this session"},
	{func(t tokens, i int) bool { return t.is(i, "?") && !t.find(":") }, "? has a : behind it", "write c ? 1 : 2"},
	{func(t tokens, i int) bool { return t.is(i, ".", "?.") && t[i+1].Kind == lexer.EOF }, "a name is missing behind the dot", "dir(x) lists what may follow it"},
	{func(t tokens, i int) bool { return t.open(i) }, "this {} is not closed", "write its other half"},
	{func(t tokens, i int) bool { return t.closes(i) }, "this {} closes nothing", "leave it out"},
	{func(t tokens, i int) bool {
		return t.ends(i) && t.operand(i+1) && !t.is(i+1, "(", "[", "{") && t[i].Kind != lexer.Operator
	}, "something is missing behind {}", "an operator, a comma or a dot"},
}

// tokens are those of a line; the last is the end. Those before the first and behind the last are the end too.
type tokens []lexer.Token

func (t tokens) is(i int, values ...string) bool {
	if i < 0 || i >= len(t) || t[i].Kind != lexer.Operator && t[i].Kind != lexer.Bracket {
		return false
	}
	return slices.Contains(values, t[i].Value)
}

// glued reports whether a and b follow each other at i with nothing between them.
func (t tokens) glued(i int, a, b string) bool {
	return t.is(i, a) && t.is(i+1, b) && t[i].To == t[i+1].From
}

// words reports whether a name is one of those, in any case.
func (t tokens) words(i int, words ...string) bool {
	return i >= 0 && i < len(t) && (t[i].Kind == lexer.Identifier || t[i].Kind == lexer.Operator) &&
		!t.is(i-1, ".", "?.") && slices.Contains(words, strings.ToLower(t[i].Value))
}

// upper reports whether a name is one of those words, not in lower case.
func (t tokens) upper(i int, words ...string) bool {
	return t[i].Kind == lexer.Identifier && t.words(i, words...)
}

// word reports whether such a word is anywhere.
func (t tokens) word(word string) bool {
	for i := range t {
		if t.words(i, word) {
			return true
		}
	}
	return false
}

// find reports whether such an operator or bracket is anywhere.
func (t tokens) find(value string) bool {
	for i := range t {
		if t.is(i, value) {
			return true
		}
	}
	return false
}

// ends reports whether an operand may end at i.
func (t tokens) ends(i int) bool {
	if i < 0 || i >= len(t) {
		return false
	}
	switch t[i].Kind {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return t.is(i, ")", "]", "}", "#")
}

// operand reports whether an operand may start at i.
func (t tokens) operand(i int) bool {
	if i >= len(t) {
		return false
	}
	switch t[i].Kind {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return t.is(i, "(", "[", "{", "#")
}

// within reports whether token i is in parentheses or braces, where a predicate may be.
func (t tokens) within(i int) bool {
	depth := 0
	for _, u := range t[:i] {
		switch {
		case u.Is(lexer.Bracket, "(", "{"):
			depth++
		case u.Is(lexer.Bracket, ")", "}"):
			depth--
		}
	}
	return depth > 0
}

// call is the name of the function that token i is an argument of, "" if it is that of none.
func (t tokens) call(i int) string {
	depth := 0
	for i--; i > 0; i-- {
		switch {
		case t[i].Kind != lexer.Bracket:
		case halves[t[i].Value] == "":
			depth++
		case depth > 0:
			depth--
		case t.is(i, "(") && t[i-1].Kind == lexer.Identifier:
			return t[i-1].Value
		default:
			return ""
		}
	}
	return ""
}

var halves = map[string]string{"(": ")", "[": "]", "{": "}"}

// open reports whether i is a bracket that nothing closes, and the innermost such.
func (t tokens) open(i int) bool {
	if t[i].Kind != lexer.Bracket || halves[t[i].Value] == "" {
		return false
	}
	depth := 0
	for j := i; j < len(t); j++ {
		switch {
		case t[j].Kind != lexer.Bracket:
		case halves[t[j].Value] != "":
			depth++
		default:
			if depth--; depth == 0 {
				return t[j].Value != halves[t[i].Value]
			}
		}
	}
	return depth == 1
}

// closes reports whether i is a bracket that closes none.
func (t tokens) closes(i int) bool {
	if t[i].Kind != lexer.Bracket || halves[t[i].Value] != "" {
		return false
	}
	depth := 0
	for j := i - 1; j >= 0; j-- {
		switch {
		case t[j].Kind != lexer.Bracket:
		case halves[t[j].Value] == "":
			depth++
		default:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return true
}

// foreign are functions of other languages, and what stands in their place.
var foreign = map[string]string{
	"print": "an answer is shown by itself: write the value alone", "println": "an answer is shown by itself: write the value alone", "printf": "an answer is shown by itself: write the value alone",
	"append": "nothing can be changed; concat(xs, ys) makes a longer list", "push": "nothing can be changed; concat(xs, ys) makes a longer list",
	"delete": "nothing can be changed; filter(m, #key != …) leaves an entry out", "clear": "nothing can be changed", "set": "nothing can be changed; x = … gives a name in this session",
	"make": "write a list as [1, 2], a map as {a: 1}", "new": "write a list as [1, 2], a map as {a: 1}",
	"select": "filter(xs, …) keeps elements, map(xs, .name) takes a field of each", "where": "write filter(xs, …)", "forEach": "write map(xs, …)", "foreach": "write map(xs, …)",
	"length": "write len(x)", "avg": "write mean(xs)", "average": "write mean(xs)", "distinct": "write uniq(xs)", "unique": "write uniq(xs)", "orderBy": "write sortBy(xs, .name)",
	"str": "write string(x)", "toString": "write string(x)", "typeof": "write type(x)", "exists": "write any(xs, …), or key in m", "contains": `write s contains "…", or x in xs`,
}

// methods are names that a value has in other languages, and the functions for them.
var methods = map[string]string{"length": "len", "size": "len", "count": "len", "toString": "string", "String": "string", "toUpperCase": "upper", "toLowerCase": "lower"}

// asFunction tells that a member or method that x does not have is a function, or an operator.
func asFunction(err error, x any, name string) error {
	e := fault.From(err)
	if e.Code != "no_field" && e.Code != "no_key" && e.Code != "not_allowed" && e.Code != "method" || strings.HasPrefix(e.Hint, "did you mean") {
		return err
	}
	is := "x"
	v, live := x.(*access.View)
	if live && v.Path() != "" {
		is = v.Path()
	}
	if live && (v.HasMethod(name) || e.Code == "no_key" && !isLength(name)) {
		return err
	}
	switch name {
	case "contains", "startsWith", "endsWith", "matches":
		return e.With(`%s is an operator: write %s %[1]s "…"`, name, is)
	case "includes":
		return e.With(`write %s contains "…", or x in %[1]s`, is)
	}
	if fn, ok := methods[name]; ok {
		return e.With("write %s(%s)", fn, is)
	}
	if isFunction(name) {
		return e.With("%s is a function: write %[1]s(%s)", name, is)
	}
	return err
}

func isLength(name string) bool { return name == "len" || methods[name] == "len" }

// otherKind tells how a key of another kind is written.
func otherKind(err error, key any) error {
	e := fault.From(err)
	if e.Code != "type" || e.Hint != "" {
		return err
	}
	if s, ok := key.(string); ok && strings.Contains(e.Text, "of the type int") {
		if _, err := strconv.Atoi(s); err == nil {
			return e.With("write the key without quotes: [%s]", s)
		}
	}
	if n, ok := number.Of(key); ok && strings.HasSuffix(e.Text, "of the type string") {
		if i, whole := n.Int(); whole {
			return e.With(`write the key as text: ["%d"]; an entry by its place is values(m)[%[1]d]`, i)
		}
	}
	return err
}

// maxMistaken is how many tokens are looked at: the time grows with their square.
const maxMistaken = 2000

// mistaken is the error for a line that cannot be parsed, in the words of somebody who sees what was meant;
// as it is if nobody does.
func mistaken(t tokens, err error) error {
	if len(t) > maxMistaken {
		return err
	}
	for _, m := range mistakes {
		for i := range t[:len(t)-1] {
			if m.at(t, i) {
				text, hint := strings.ReplaceAll(m.text, "{}", t[i].Value), strings.ReplaceAll(m.hint, "{}", t[i].Value)
				return fault.Pos(t[i].From + 1).Err(fault.New("syntax", "%s", text).With("%s", hint))
			}
		}
	}
	return err
}
