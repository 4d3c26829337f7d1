package eval

import "slices"

// Function is what the manual says of a function of the language.
type Function struct {
	Name    string
	Args    string // as they are written
	Summary string // one line, lower case, without a full stop
	Example string // a line to type
}

// Usage is how the function is written, as in top(xs, n, .field).
func (f Function) Usage() string { return f.Name + "(" + f.Args + ")" }

// Functions are all functions of the language in the order of the manual: first those that are asked of live
// objects, then those that work on collections, on numbers, on text and on times. It is a new list each time.
func Functions() []Function {
	list := slices.Clone(manual)
	for i := range list {
		if fn, ok := functions[list[i].Name]; ok {
			list[i].Args = fn.args
		}
	}
	return list
}

// usage is how the function of that name is written.
func usage(name string) string {
	for _, f := range Functions() {
		if f.Name == name {
			return f.Usage()
		}
	}
	return name + "(…)"
}

// manual has every function. The arguments stand here of those that take a predicate only.
var manual = []Function{
	{"dir", "", "what is exposed, or what may follow the dot behind x", `dir(cache)`},
	{"help", "", "what x is and holds, and which methods may be called", `help(cache)`},
	{"type", "", "the Go type of x", `type(cache.items)`},
	{"path", "", "the expression that reaches x", `path(cache.items.ax)`},
	{"tree", "", "what x is made of, to that depth (3)", `tree(cache, 2)`},
	{"size", "", "the bytes of x itself, and of all that it leads to", `size(cache)`},
	{"addr", "", "the address of x", `addr(cache) > 0`},
	{"cap", "", "the capacity of a slice or channel", `cap(nums)`},
	{"snap", "", "a copy of x as it is now", `before = snap(cache)`},
	{"diff", "", "what is different in two values, such as snap(x) and x", `diff([1, 2], [1, 3])`},
	{"json", "", "x as JSON, as answers are in JSON mode", `json(cache.items.ax.tags)`},
	{"vars", "", "what this session keeps under which names", `vars()`},
	{"top", "xs, n, .field", "the n elements with the greatest .field, with their keys", `top(cache.items, 5, .hits)`},
	{"freq", "xs, .field", "how many have which .field, the most frequent first", `freq(cache.items, .status)`},
	{"hist", "xs, .field", "how the numbers or durations .field are distributed", `hist(cache.items, .hits)`},

	{"len", "", "how many elements, entries or characters x has", `len(cache.items)`},
	{"get", "", "x[key], and nil where there is none", `get(cache.items, "zz")`},
	{"keys", "", "the keys of a map", `keys(cache.items)`},
	{"values", "", "the values of a map", `values(cache.items)`},
	{"count", "xs, condition", "how many elements meet the condition", `count(cache.items, .hits > 10)`},
	{"filter", "xs, condition", "the elements that meet the condition", `filter(cache.items, .hits > 10)`},
	{"map", "xs, expression", "what the expression makes of each element", `map(cache.items, .hits)`},
	{"find", "xs, condition", "the first element that meets the condition, or nil", `find(cache.items, .status == "up")`},
	{"findIndex", "xs, condition", "the index of the first element that meets the condition", `findIndex(nums, # == 1)`},
	{"findLast", "xs, condition", "the last element that meets the condition, or nil", `findLast(nums, # < 3)`},
	{"findLastIndex", "xs, condition", "the index of the last element that meets the condition", `findLastIndex(nums, # < 3)`},
	{"any", "xs, condition", "does any element meet the condition?", `any(nums, # > 2)`},
	{"all", "xs, condition", "do all elements meet the condition?", `all(nums, # > 0)`},
	{"none", "xs, condition", "does no element meet the condition?", `none(nums, # > 3)`},
	{"one", "xs, condition", "does exactly one element meet the condition?", `one(nums, # == 1)`},
	{"sortBy", `xs, .field, "desc"`, "the elements in the order of .field", `sortBy(cache.items, .hits, "desc")`},
	{"groupBy", "xs, .field", "a map from each .field to the elements that have it", `groupBy(cache.items, .status)`},
	{"reduce", "xs, expression, start", "one value of all; #acc is what there is so far", `reduce(nums, #acc + #, 0)`},
	{"take", "", "the first n elements", `take(cache.items, 10)`},
	{"first", "", "the first element, or nil", `first(nums)`},
	{"last", "", "the last element, or nil", `last(nums)`},
	{"sort", "", "the elements in order", `sort(nums)`},
	{"reverse", "", "the elements from the last to the first", `reverse(nums)`},
	{"uniq", "", "each element once", `uniq([1, 2, 1])`},
	{"concat", "", "the elements of several collections", `concat(nums, [7])`},
	{"flatten", "", "the elements of the lists in a list", `flatten([[1], [2, 3]])`},
	{"join", "", "strings, with something between them", `join(["a", "b"], ", ")`},
	{"toPairs", "", "the entries of a map as [key, value]", `toPairs({a: 1})`},
	{"fromPairs", "", "a map of [key, value]s", `fromPairs([["a", 1]])`},

	{"sum", "xs, .field", "the sum of numbers or durations", `sum(cache.items, .hits)`},
	{"min", "", "the least of numbers, durations, times or strings", `min(map(cache.items, .hits))`},
	{"max", "", "the greatest of them", `max(nums)`},
	{"mean", "", "the mean of numbers or durations", `mean(map(cache.items, .ttl))`},
	{"median", "", "the one in the middle", `median(nums)`},
	{"abs", "", "a number without its sign", `abs(-2)`},
	{"ceil", "", "the next integer up", `ceil(1.2)`},
	{"floor", "", "the next integer down", `floor(1.8)`},
	{"round", "", "the nearest integer", `round(1.5)`},
	{"int", "", "an integer; of a duration its nanoseconds", `int("42")`},
	{"float", "", "a float, of a number or a text", `float("1.5")`},
	{"bitand", "", "the bits that both have", `bitand(6, 3)`},
	{"bitor", "", "the bits that one of them has", `bitor(6, 3)`},
	{"bitxor", "", "the bits in which they differ", `bitxor(6, 3)`},
	{"bitnand", "", "the bits of a that b has not", `bitnand(6, 3)`},
	{"bitnot", "", "the bits turned over", `bitnot(5)`},
	{"bitshl", "", "the bits moved to the left", `bitshl(1, 4)`},
	{"bitshr", "", "the bits moved to the right", `bitshr(16, 4)`},
	{"bitushr", "", "the bits moved to the right, the sign too", `bitushr(16, 4)`},

	{"string", "", "x as text, as it is shown; of bytes their text", `string(cache.items.ax.payload)`},
	{"upper", "", "in upper case", `upper("up")`},
	{"lower", "", "in lower case", `lower("UP")`},
	{"trim", "", "without white space, or those characters, at both ends", `trim("  x ")`},
	{"trimPrefix", "", "without that beginning", `trimPrefix("sku-7", "sku-")`},
	{"trimSuffix", "", "without that end", `trimSuffix("a.go", ".go")`},
	{"hasPrefix", "", "does s begin with that?", `hasPrefix("sku-7", "sku-")`},
	{"hasSuffix", "", "does s end with that?", `hasSuffix("a.go", ".go")`},
	{"split", "", "the parts between separators, n at most", `split("a,b", ",")`},
	{"splitAfter", "", "the parts with their separators", `splitAfter("a,b", ",")`},
	{"replace", "", "another text in place of one", `replace("a-b", "-", "+")`},
	{"repeat", "", "s, n times", `repeat("ab", 2)`},
	{"indexOf", "", "where a text is in s; -1 if nowhere", `indexOf("abc", "c")`},
	{"lastIndexOf", "", "where it is last", `lastIndexOf("abcb", "b")`},
	{"toJSON", "", "x as JSON, all of it; durations in nanoseconds", `toJSON([1, "a"])`},
	{"fromJSON", "", "what JSON says", `fromJSON("[1, 2]")`},
	{"toBase64", "", "s in base64", `toBase64("hi")`},
	{"fromBase64", "", "what base64 says", `fromBase64("aGk=")`},

	{"now", "", "the time", `now() - date("2024-01-01") > duration("1h")`},
	{"duration", "", "a duration, of its text", `duration("1m30s")`},
	{"date", "", "a time, of its text", `date("2024-02-29").Year()`},
	{"timezone", "", "a time zone, of its name", `timezone("UTC")`},
}
