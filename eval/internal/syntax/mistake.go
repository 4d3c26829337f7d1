package syntax

import (
	"strings"

	"github.com/expr-lang/expr/parser/lexer"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
)

// mistake is something that people type who know another language.
type mistake struct {
	text string // what is wrong; {} stands for the token
	hint string // what to type instead; {} stands for the token
	at   func(t tokens, i int) bool
}

const (
	useAssignment = "x = … names the answer in this session"
	useNewName    = "x = x + 1 gives x another value in this session"
	useElement    = "# is the element and .name a field of it, as in filter(xs, .size > 5)"
	useCondition  = "write if c { 1 } else { 2 }, or c ? 1 : 2"
)

// mistakes are looked for in a line that cannot be parsed, in this order.
var mistakes = []mistake{
	// Statements of other languages.
	{"this is not SQL", "filter(xs, .size > 5), map(xs, .name), sortBy(xs, .size) and groupBy(xs, .kind) ask the same",
		func(t tokens, i int) bool { return t.isWord(i, "select") && t.hasWord("from") }},
	{"there are no loops", "filter, map, count, any, sum and reduce walk a collection, as in count(xs, .size > 5)",
		func(t tokens, i int) bool {
			return i == 0 && t.isWord(i, "for", "while", "range", "foreach") && !t.is(i+1, "(")
		}},
	{"there are no comprehensions", "map(filter(xs, .size > 5), .name) makes a list of another",
		func(t tokens, i int) bool { return i > 0 && t.isWord(i, "for") && t.endsOperand(i-1) }},
	{"there is no {}", "filter(xs, .size > 5) keeps the elements that meet a condition",
		func(t tokens, i int) bool { return t.isWord(i, "where", "having") && t.endsOperand(i-1) }},
	{"there is no {}", "sort(xs, .size) orders elements, groupBy(xs, .kind) groups them and take(xs, 10) has the first",
		func(t tokens, i int) bool { return t.isWord(i, "order", "group", "limit") && t.endsOperand(i-1) }},
	{"{} is not an operator", "write 1 <= x and x <= 5",
		func(t tokens, i int) bool { return t.isWord(i, "between") && t.endsOperand(i-1) }},
	{"{} declares nothing here", useAssignment,
		func(t tokens, i int) bool {
			return i == 0 && t.isWord(i, "var", "const", "int", "auto", "def") && t.kind(1) == lexer.Identifier
		}},
	{"{} is a statement, and only expressions can be evaluated", "type the value that you want to see",
		func(t tokens, i int) bool {
			return i == 0 && (t.kind(1) == lexer.Identifier && t.isWord(i, "func", "return", "import", "package", "go", "defer", "switch", "type", "struct") ||
				t.kind(1) == lexer.String && t.isWord(i, "import", "return"))
		}},

	// Operators of other languages.
	{"=== is not an operator", "write ==",
		func(t tokens, i int) bool { return t.adjacent(i, "=", "=") || t.adjacent(i, "==", "=") }},
	{"!== is not an operator", "write !=",
		func(t tokens, i int) bool { return t.adjacent(i, "!=", "=") }},
	{"<> is not an operator", "write !=",
		func(t tokens, i int) bool { return t.adjacent(i, "<", ">") }},
	{"a predicate has no parameter and no =>", useElement,
		func(t tokens, i int) bool { return t.adjacent(i, "=", ">") && (t.is(i-2, ",", "(") || i == 1) }},
	{"a predicate has no parameter and no ->", useElement,
		func(t tokens, i int) bool { return t.adjacent(i, "-", ">") && t.is(i-2, ",", "(") }},
	{"a predicate has no parameter", useElement,
		func(t tokens, i int) bool { return t.is(i, "|") && t.is(i-1, ",", "(", "{") }},
	{"=> is not an operator", "write >=",
		func(t tokens, i int) bool { return t.adjacent(i, "=", ">") }},
	{"=< is not an operator", "write <=",
		func(t tokens, i int) bool { return t.adjacent(i, "=", "<") }},
	{"-> is not an operator", "write . to follow a pointer too",
		func(t tokens, i int) bool { return t.adjacent(i, "-", ">") }},
	{":= declares nothing here", useAssignment,
		func(t tokens, i int) bool { return t.adjacent(i, ":", "=") }},
	{"{}= would change something, and an expression only looks", useNewName,
		func(t tokens, i int) bool {
			return t.is(i, "+", "-", "*", "/") && t.adjacent(i, t.list[i].Value, "=")
		}},
	{"{}{} would change something, and an expression only looks", useNewName,
		func(t tokens, i int) bool {
			return (t.adjacent(i, "+", "+") || t.adjacent(i, "-", "-")) && !t.startsOperand(i+2)
		}},
	{"a predicate is an expression, not a function", useElement,
		func(t tokens, i int) bool { return i > 0 && t.isWord(i, "func", "function", "lambda", "fn") }},
	{"& is not an operator", "write && or and; bitand(a, b) is for the bits",
		func(t tokens, i int) bool { return t.adjacent(i, "&", "&") || t.is(i, "&") && t.endsOperand(i-1) }},
	{"& does not take an address", "write addr(x)",
		func(t tokens, i int) bool { return t.is(i, "&") }},
	{"{} is not an operator", "write it in lower case",
		func(t tokens, i int) bool {
			return t.kind(i) == lexer.Identifier && t.isWord(i, "and", "or", "not", "in")
		}},
	{"{} is not an operator", `write x contains "…", startsWith, endsWith, or matches for a regular expression`,
		func(t tokens, i int) bool { return i > 0 && t.isWord(i, "like", "ilike", "rlike") }},
	{"{} is not an operator", "write ==",
		func(t tokens, i int) bool { return t.isWord(i, "is", "equals", "eq") && t.endsOperand(i-1) }},
	{"{} is not an operator", "there are +, -, *, /, % and **, and bitand, bitor and bitxor",
		func(t tokens, i int) bool { return t.isWord(i, "xor", "mod", "div") && t.endsOperand(i-1) }},
	{"there is no {}", useCondition,
		func(t tokens, i int) bool { return i > 0 && t.isWord(i, "then", "elif", "elseif", "elsif") }},

	// Signs that mean something else here.
	{"| needs a call", "write () after the function, as in xs | len()",
		func(t tokens, i int) bool { return t.is(i, "|") && t.isFunction(i+1) && !t.is(i+2, "(") }},
	{"| hands a value to a function, as in xs | len()", "write || or or for alternatives; bitor(a, b) is for the bits",
		func(t tokens, i int) bool {
			return t.is(i, "|") && !(t.is(i+2, "(") && t.kind(i+1) == lexer.Identifier)
		}},
	{"there are no type assertions", "interfaces are followed automatically; type(x) says what is in one",
		func(t tokens, i int) bool { return t.is(i, ".") && t.is(i+1, "(") }},
	{"?[ does not read past nil", "write ?.[…], or get(xs, 7)",
		func(t tokens, i int) bool { return t.adjacent(i, "?", "[") && t.endsOperand(i-1) && t.touches(i-1) }},
	{"a dot does not come before [", "leave it out: x[…]; behind ?. it reads past nil",
		func(t tokens, i int) bool { return t.adjacent(i, ".", "[") && t.endsOperand(i-1) }},
	{":: is not an operator", "write . for a field, and [1:5] for a part",
		func(t tokens, i int) bool { return t.is(i, "::") }},
	{"{} is no name", "an element is written x[0]",
		func(t tokens, i int) bool {
			return t.kind(i) == lexer.Number && strings.HasPrefix(t.list[i].Value, ".") && t.endsOperand(i-1) && t.touches(i-1)
		}},
	{"a name follows a dot", `a key that is not a name is written m["…"]`,
		func(t tokens, i int) bool { return t.is(i, ".", "?.") && t.kind(i+1) == lexer.String }},
	{"* does not stand for every element", "map(xs, .name) has the field of each",
		func(t tokens, i int) bool {
			return (t.is(i, ".") && t.is(i+1, "*") || t.is(i, "[") && t.is(i+1, "*", "]")) && t.endsOperand(i-1)
		}},
	{"* does not dereference", "leave it out: pointers are followed automatically",
		func(t tokens, i int) bool { return t.is(i, "*") && !t.endsOperand(i-1) }},
	{"a text is bytes without a conversion", `write b"…" for bytes that are no text`,
		func(t tokens, i int) bool {
			return t.is(i, "[") && t.is(i+1, "]") && t.isWord(i+2, "byte") && t.is(i+3, "(")
		}},
	{"a list is written in brackets", `write x in ["a", "b"]`,
		func(t tokens, i int) bool {
			return t.is(i, "(") && t.isWord(i-1, "in") && t.isLiteral(i+1) && t.is(i+2, ",")
		}},
	{"a part is written with a colon", "write xs[0:5]",
		func(t tokens, i int) bool {
			return t.is(i, "[") && t.endsOperand(i-1) && t.kind(i+1) == lexer.Number && t.is(i+2, ",")
		}},
	{"thousands have no comma", "write 1000 or 1_000",
		func(t tokens, i int) bool {
			return t.is(i, ",") && t.kind(i-1) == lexer.Number && t.kind(i+1) == lexer.Number && len(t.list[i+1].Value) == 3 && t.touches(i-1) && t.touches(i) && !t.inBrackets(i)
		}},
	{"lists and maps are written without a type", "write [1, 2], or {a: 1}",
		func(t tokens, i int) bool {
			return t.is(i, "[") && t.is(i+1, "]") && t.kind(i+2) == lexer.Identifier ||
				t.isWord(i, "map") && t.is(i+1, "[") ||
				t.is(i, "]") && t.kind(i+1) == lexer.Identifier && t.is(i+2, "{")
		}},

	// Functions with a predicate.
	{"this is a function, not a method of the collection", "write the collection first, as in filter(xs, .size > 5), or xs | filter(.size > 5)",
		func(t tokens, i int) bool {
			return t.is(i, ".") && t.endsOperand(i-1) && t.takesPredicate(i+1) && t.is(i+2, "(")
		}},
	{"braces around a predicate do not make a map", "write two pairs, as in map(xs, {{name: .name}})",
		func(t tokens, i int) bool {
			isKey := t.kind(i+1) == lexer.Identifier || t.kind(i+1) == lexer.String
			return t.is(i, "{") && t.is(i-1, ",", "(") && isKey && t.is(i+2, ":") && t.takesPredicate(t.callee(i))
		}},
	{"the collection is missing", "it comes first, as in count(xs, .size > 5)",
		func(t tokens, i int) bool {
			return t.is(i, ".") && t.is(i-1, "(") && t.takesPredicate(i-2) && !t.is(i-3, "|") && !t.inBrackets(i-2)
		}},
	{"len takes no predicate", "count(xs, .size > 5) counts the elements that meet one",
		func(t tokens, i int) bool { return t.isWord(i, "len") && t.isGivenPredicate(i) }},
	{"the predicate of {} stands elsewhere", "help {} shows its arguments", tokens.isMisplacedPredicate},
	{"{} is no function", "filter, map, count, any, sum, max, sort, groupBy, top and freq take a predicate",
		func(t tokens, i int) bool {
			return t.kind(i) == lexer.Identifier && t.is(i+1, "(") && !t.isFunction(i) && !t.inBrackets(i) && t.signs(i) != nil
		}},
	{"{} takes no predicate", "filter(xs, .size > 5) or map(xs, .size) goes first, as in {}(map(xs, .size))",
		tokens.isGivenPredicate},
	{"a leading dot has a meaning only in a predicate", "there it selects a field of the element, as in count(xs, .size > 5)",
		func(t tokens, i int) bool { return t.is(i, ".") && !t.endsOperand(i-1) && !t.inBrackets(i) }},

	{"# begins no comment", "a comment begins with //",
		func(t tokens, i int) bool {
			return t.is(i, "#") && t.endsOperand(i-1) && !t.touches(i-1) && !t.inBrackets(i)
		}},

	// What is incomplete.
	{"{} is a function", "write its arguments in parentheses: {}(…)",
		func(t tokens, i int) bool {
			return t.isFunction(i) && t.startsOperand(i+1) && !t.is(i+1, "(") && !t.is(i-1, ".", "?.")
		}},
	{"an if needs an else", useCondition,
		func(t tokens, i int) bool { return i == 0 && t.is(i, "if") && !t.has("else") }},
	{"an if needs braces", useCondition,
		func(t tokens, i int) bool { return i == 0 && t.is(i, "if") && !t.has("{") }},
	{"a let needs an expression after it", "write let x = 1; x + 1, or x = 1 to keep the name for this session",
		func(t tokens, i int) bool { return t.is(i, "let") && !t.has(";") }},
	{"? needs a :", "write c ? 1 : 2",
		func(t tokens, i int) bool { return t.is(i, "?") && !t.has(":") }},
	{"a name is missing after the dot", "dir(x) lists what may follow it",
		func(t tokens, i int) bool { return t.is(i, ".", "?.") && t.kind(i+1) == lexer.EOF }},
	{"this {} is not closed", "write its other half", tokens.isUnclosed},
	{"this {} closes nothing", "leave it out", tokens.isUnopened},
	{"something is missing after {}", "an operator, a comma or a dot",
		func(t tokens, i int) bool {
			return t.endsOperand(i) && t.kind(i) != lexer.Operator && (t.isLiteral(i+1) || t.is(i+1, "#"))
		}},
}

// maxExplained bounds the tokens that explain looks at: its time grows with their square.
const maxExplained = 2000

// explain returns an error in the words of somebody who sees what was meant by a line that cannot
// be parsed; err if nobody does.
func (t tokens) explain(err error) error {
	if len(t.list) > maxExplained {
		return err
	}
	for _, m := range mistakes {
		for i, token := range t.list[:len(t.list)-1] {
			if m.at(t, i) {
				word := signs.Replace(token.Value)
				text, hint := strings.ReplaceAll(m.text, "{}", word), strings.ReplaceAll(m.hint, "{}", word)
				return fault.Pos(token.From + 1).Err(fault.New("syntax", "%s", text).With("%s", hint))
			}
		}
	}
	return err
}

// checkAssignment returns an error for an = that does not belong to a let.
func (t tokens) checkAssignment() error {
	for i, token := range t.list {
		if t.is(i, "=") && !t.is(i-2, "let") {
			return fault.Pos(token.From + 1).Err(fault.New("syntax", "an expression cannot assign: it only looks").
				With("x = … at the start of a line names the answer; did you mean ==?"))
		}
	}
	return nil
}
