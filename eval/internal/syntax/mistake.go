package syntax

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
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
		return i == 0 && t.words(i, "var", "const", "int", "auto", "def") && t.kind(1) == lexer.Identifier
	}, "{} declares nothing here", "x = … gives the answer a name in this session"},
	{func(t tokens, i int) bool {
		return i == 0 && t.words(i, "func", "return", "import", "package", "go", "defer", "switch", "type", "struct") && t.kind(1) == lexer.Identifier || i == 0 && t.words(i, "import", "return") && t.kind(1) == lexer.String
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
		return t.is(i, "+", "-", "*", "/") && t.is(i+1, "=") && t.lexed[i].To == t.lexed[i+1].From
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
		return t.is(i, "|") && t.kind(i+1) == lexer.Identifier && t.known.isFunction(t.lexed[i+1].Value) && !t.is(i+2, "(")
	}, "| needs a call", "write () behind the function, as in xs | len()"},
	{func(t tokens, i int) bool {
		return t.is(i, "|") && !(t.is(i+2, "(") && t.kind(i+1) == lexer.Identifier)
	}, "| hands a value to a function, as in xs | len()", "write || or or for one of two; bitor(a, b) is for the bits"},
	{func(t tokens, i int) bool { return t.is(i, ".") && t.is(i+1, "(") }, "there are no type assertions", "an interface is looked into by itself; type(x) says what is in it"},
	{func(t tokens, i int) bool { return t.is(i, ".", "?.") && t.kind(i+1) == lexer.String }, "a name follows a dot", `a key that is no name is written m["…"]`},
	{func(t tokens, i int) bool {
		return (t.is(i, ".") && t.is(i+1, "*") || t.is(i, "[") && t.is(i+1, "*", "]")) && t.ends(i-1)
	}, "all elements at once have no field", "map(xs, .name) is the field of each"},
	{func(t tokens, i int) bool { return t.is(i, "*") && !t.ends(i-1) }, "* is not written before a pointer", "pointers are followed by themselves: leave it out"},
	{func(t tokens, i int) bool {
		return t.is(i, "[") && t.is(i+1, "]") && t.kind(i+2) == lexer.Identifier || t.words(i, "map") && t.is(i+1, "[") || t.is(i, "]") && t.kind(i+1) == lexer.Identifier && t.is(i+2, "{")
	}, "no type is written before a list or a map", "write [1, 2], or {a: 1}"},
	{func(t tokens, i int) bool {
		return t.is(i, ".") && i > 0 && t.ends(i-1) && t.known.isFold(t.lexed[i+1].Value) && t.is(i+2, "(")
	}, "what works on a collection is a function, and no method of it", "the collection comes first, as in filter(xs, .size > 5), or xs | filter(.size > 5)"},
	{func(t tokens, i int) bool {
		return t.is(i, "{") && t.is(i-1, ",", "(") && t.is(i+2, ":") && (t.kind(i+1) == lexer.Identifier || t.kind(i+1) == lexer.String) && t.known.isFold(t.call(i))
	}, "braces around a predicate make no map", "write two, as in map(xs, {{name: .name}})"},
	{func(t tokens, i int) bool {
		return i > 1 && t.is(i, ".") && t.is(i-1, "(") && t.known.isFold(t.lexed[i-2].Value) && !t.is(i-3, "|")
	}, "the collection is missing", "it comes first, as in count(xs, .size > 5)"},
	{func(t tokens, i int) bool { return t.is(i, ".") && !t.ends(i-1) && !t.within(i) }, "a dot at the start has a meaning in predicates only", "it is a field of the element there, as in count(xs, .size > 5)"},
	{func(t tokens, i int) bool {
		return t.kind(i) == lexer.Identifier && t.known.isFunction(t.lexed[i].Value) && t.operand(i+1) && !t.is(i+1, "(") && !t.is(i-1, ".", "?.")
	}, "{} is a function", "write its arguments in parentheses: {}(…)"},
	{func(t tokens, i int) bool { return i == 0 && t.is(i, "if") && !t.find("else") }, "an if has an else here", "write if c { 1 } else { 2 }, or c ? 1 : 2"},
	{func(t tokens, i int) bool { return i == 0 && t.is(i, "if") && !t.find("{") }, "an if has braces here", "write if c { 1 } else { 2 }, or c ? 1 : 2"},
	{func(t tokens, i int) bool { return t.is(i, "let") && !t.find(";") }, "a let has an expression behind it", "write let x = 1; x + 1, or x = 1 to keep the name for this session"},
	{func(t tokens, i int) bool { return t.is(i, "?") && !t.find(":") }, "? has a : behind it", "write c ? 1 : 2"},
	{func(t tokens, i int) bool { return t.is(i, ".", "?.") && t.kind(i+1) == lexer.EOF }, "a name is missing behind the dot", "dir(x) lists what may follow it"},
	{func(t tokens, i int) bool { return t.open(i) }, "this {} is not closed", "write its other half"},
	{func(t tokens, i int) bool { return t.closes(i) }, "this {} closes nothing", "leave it out"},
	{func(t tokens, i int) bool {
		return t.ends(i) && t.operand(i+1) && !t.is(i+1, "(", "[", "{") && t.kind(i) != lexer.Operator
	}, "something is missing behind {}", "an operator, a comma or a dot"},
}

// tokens are those of a line; the last is the end. Those before the first and behind the last are the end too.
type tokens struct {
	lexed []lexer.Token
	known Functions
}

// kind is the kind of token i.
func (t tokens) kind(i int) lexer.Kind {
	if i < 0 || i >= len(t.lexed) {
		return lexer.EOF
	}
	return t.lexed[i].Kind
}

func (t tokens) is(i int, values ...string) bool {
	if i < 0 || i >= len(t.lexed) || t.lexed[i].Kind != lexer.Operator && t.lexed[i].Kind != lexer.Bracket {
		return false
	}
	return slices.Contains(values, t.lexed[i].Value)
}

// glued reports whether a and b follow each other at i with nothing between them.
func (t tokens) glued(i int, a, b string) bool {
	return t.is(i, a) && t.is(i+1, b) && t.lexed[i].To == t.lexed[i+1].From
}

// words reports whether a name is one of those, in any case.
func (t tokens) words(i int, words ...string) bool {
	return i >= 0 && i < len(t.lexed) && (t.lexed[i].Kind == lexer.Identifier || t.lexed[i].Kind == lexer.Operator) &&
		!t.is(i-1, ".", "?.") && slices.Contains(words, strings.ToLower(t.lexed[i].Value))
}

// upper reports whether a name is one of those words, not in lower case.
func (t tokens) upper(i int, words ...string) bool {
	return t.lexed[i].Kind == lexer.Identifier && t.words(i, words...)
}

// word reports whether such a word is anywhere.
func (t tokens) word(word string) bool {
	for i := range t.lexed {
		if t.words(i, word) {
			return true
		}
	}
	return false
}

// find reports whether such an operator or bracket is anywhere.
func (t tokens) find(value string) bool {
	for i := range t.lexed {
		if t.is(i, value) {
			return true
		}
	}
	return false
}

// ends reports whether an operand may end at i.
func (t tokens) ends(i int) bool {
	if i < 0 || i >= len(t.lexed) {
		return false
	}
	switch t.lexed[i].Kind {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return t.is(i, ")", "]", "}", "#")
}

// operand reports whether an operand may start at i.
func (t tokens) operand(i int) bool {
	if i >= len(t.lexed) {
		return false
	}
	switch t.lexed[i].Kind {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return t.is(i, "(", "[", "{", "#")
}

// within reports whether token i is in parentheses or braces, where a predicate may be.
func (t tokens) within(i int) bool {
	depth := 0
	for _, u := range t.lexed[:i] {
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
		case t.lexed[i].Kind != lexer.Bracket:
		case halves[t.lexed[i].Value] == "":
			depth++
		case depth > 0:
			depth--
		case t.is(i, "(") && t.lexed[i-1].Kind == lexer.Identifier:
			return t.lexed[i-1].Value
		default:
			return ""
		}
	}
	return ""
}

var halves = map[string]string{"(": ")", "[": "]", "{": "}"}

// open reports whether i is a bracket that nothing closes, and the innermost such.
func (t tokens) open(i int) bool {
	if t.lexed[i].Kind != lexer.Bracket || halves[t.lexed[i].Value] == "" {
		return false
	}
	depth := 0
	for j := i; j < len(t.lexed); j++ {
		switch {
		case t.lexed[j].Kind != lexer.Bracket:
		case halves[t.lexed[j].Value] != "":
			depth++
		default:
			if depth--; depth == 0 {
				return t.lexed[j].Value != halves[t.lexed[i].Value]
			}
		}
	}
	return depth == 1
}

// closes reports whether i is a bracket that closes none.
func (t tokens) closes(i int) bool {
	if t.lexed[i].Kind != lexer.Bracket || halves[t.lexed[i].Value] != "" {
		return false
	}
	depth := 0
	for j := i - 1; j >= 0; j-- {
		switch {
		case t.lexed[j].Kind != lexer.Bracket:
		case halves[t.lexed[j].Value] == "":
			depth++
		default:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return true
}

// maxMistaken is how many tokens are looked at: the time grows with their square.
const maxMistaken = 2000

// mistaken is the error for a line that cannot be parsed, in the words of somebody who sees what was meant;
// as it is if nobody does.
func mistaken(t tokens, err error) error {
	if len(t.lexed) > maxMistaken {
		return err
	}
	for _, m := range mistakes {
		for i := range t.lexed[:len(t.lexed)-1] {
			if m.at(t, i) {
				text, hint := strings.ReplaceAll(m.text, "{}", t.lexed[i].Value), strings.ReplaceAll(m.hint, "{}", t.lexed[i].Value)
				return fault.Pos(t.lexed[i].From + 1).Err(fault.New("syntax", "%s", text).With("%s", hint))
			}
		}
	}
	return err
}
