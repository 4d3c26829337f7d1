package eval

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/builtin"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(textFunctions, []function{
	{name: "string", args: "x", min: 1, reads: composites, run: toString,
		summary: "x as text, as it is shown; of bytes their text", example: `string(cache.items.ax.payload)`},
	{name: "upper", args: "s", min: 1, run: upper,
		summary: "in upper case", example: `upper("up")`},
	{name: "lower", args: "s", min: 1, run: lower,
		summary: "in lower case", example: `lower("UP")`},
	{name: "trim", args: "s, chars", min: 1, max: 2, run: trim,
		summary: "without white space, or those characters, at both ends", example: `trim("  x ")`},
	{name: "trimPrefix", args: "s, prefix", min: 1, max: 2, run: onStrings("trimPrefix"),
		summary: "without that beginning", example: `trimPrefix("sku-7", "sku-")`},
	{name: "trimSuffix", args: "s, suffix", min: 1, max: 2, run: onStrings("trimSuffix"),
		summary: "without that end", example: `trimSuffix("a.go", ".go")`},
	{name: "hasPrefix", args: "s, prefix", min: 2, run: onStrings("hasPrefix"),
		summary: "does s begin with that?", example: `hasPrefix("sku-7", "sku-")`},
	{name: "hasSuffix", args: "s, suffix", min: 2, run: onStrings("hasSuffix"),
		summary: "does s end with that?", example: `hasSuffix("a.go", ".go")`},
	{name: "split", args: "s, separator, n", min: 2, max: 3, run: split,
		summary: "the parts between separators, n at most", example: `split("a,b", ",")`},
	{name: "splitAfter", args: "s, separator, n", min: 2, max: 3, run: splitAfter,
		summary: "the parts with their separators", example: `splitAfter("a,b", ",")`},
	{name: "replace", args: "s, old, new, n", min: 3, max: 4, run: replace,
		summary: "another text in place of one", example: `replace("a-b", "-", "+")`},
	{name: "repeat", args: "s, n", min: 2, run: repeat,
		summary: "s, n times", example: `repeat("ab", 2)`},
	{name: "indexOf", args: "s, part", min: 2, run: indexOf,
		summary: "where a text is in s; -1 if nowhere", example: `indexOf("abc", "c")`},
	{name: "lastIndexOf", args: "s, part", min: 2, run: lastIndexOf,
		summary: "where it is last", example: `lastIndexOf("abcb", "b")`},
	{name: "toJSON", args: "x", min: 1, reads: streams, run: toJSON,
		summary: "x as JSON, all of it; durations in nanoseconds", example: `toJSON([1, "a"])`},
	{name: "fromJSON", args: "s", min: 1, run: fromJSON,
		summary: "what JSON says", example: `fromJSON("[1, 2]")`},
	{name: "toBase64", args: "s", min: 1, run: toBase64,
		summary: "s in base64", example: `toBase64("hi")`},
	{name: "fromBase64", args: "s", min: 1, run: onStrings("fromBase64"),
		summary: "what base64 says", example: `fromBase64("aGk=")`},
})

// onStrings is expr-lang's own function on strings, after its arguments have been checked and
// what it may build has been charged: no more than its first argument.
func onStrings(name string) func(f *frame, args []any) (any, error) {
	fn := builtin.Builtins[builtin.Index[name]]
	return func(f *frame, args []any) (any, error) {
		for i, arg := range args {
			s, err := f.stringArgument(name, i+1, arg)
			if err != nil {
				return nil, err
			}
			args[i] = s
		}
		if err := f.text(len(args[0].(string))); err != nil {
			return nil, err
		}
		x, err := fn.Func(args...)
		if err != nil {
			return nil, fault.New("arguments", "%s: %v", name, err).Because(err)
		}
		if s, ok := x.(string); ok {
			// What is without its prefix is a part, and would keep the whole alive.
			return strings.Clone(s), nil
		}
		return x, nil
	}
}

// stringArgument is argument n of a function that takes text: a string or bytes.
func (f *frame) stringArgument(name string, n int, x any) (string, error) {
	s, ok, err := f.textOf(x)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", wrongArgument(name, n, "a string", x)
	}
	return s, nil
}

// runes is how many characters s has.
func (f *frame) runes(s string) (int, error) {
	n := 0
	err := chunks(s, func(part string) error {
		n += utf8.RuneCountInString(part)
		return f.m.tick(1 + len(part)/bytesPerStep)
	})
	return n, err
}

// builder builds a string within the budget.
type builder struct{ strings.Builder }

func (b *builder) add(f *frame, s string) error {
	if b.Len()+len(s) > maxText {
		return f.text(b.Len() + len(s))
	}
	if err := f.m.tick(1 + len(s)/bytesPerStep); err != nil {
		return err
	}
	// A builder that grows copies itself: twice the bytes.
	if err := f.m.Keep(2 * len(s)); err != nil {
		return err
	}
	b.WriteString(s)
	return nil
}

// textChunk is how much of a string is converted between two ticks. It can be divided by three, as
// toBase64 needs it.
const textChunk = 63 << 10

// chunks calls each for the parts of s one after the other, cut where a character ends.
func chunks(s string, each func(part string) error) error {
	for len(s) > 0 {
		n := len(s)
		if n > textChunk {
			n = len(text.Whole(s[:textChunk]))
		}
		if err := each(s[:n]); err != nil {
			return err
		}
		s = s[n:]
	}
	return nil
}

// convert applies a conversion that goes rune by rune, chunk by chunk.
func (f *frame) convert(name string, x any, to func(string) string) (any, error) {
	s, err := f.stringArgument(name, 1, x)
	if err != nil {
		return nil, err
	}
	var out builder
	err = chunks(s, func(part string) error {
		// A step for a byte: what is worked out takes longer than copying.
		if err := f.m.tick(len(part)); err != nil {
			return err
		}
		return out.add(f, to(part))
	})
	return out.String(), err
}

func toBase64(f *frame, args []any) (any, error) {
	s, err := f.stringArgument("toBase64", 1, args[0])
	if err != nil {
		return nil, err
	}
	var out builder
	for len(s) > 0 && err == nil {
		n := min(len(s), textChunk)
		err = out.add(f, base64.StdEncoding.EncodeToString([]byte(s[:n])))
		s = s[n:]
	}
	return out.String(), err
}

func indexOf(f *frame, args []any) (any, error) {
	return f.place("indexOf", args, f.index)
}

func lastIndexOf(f *frame, args []any) (any, error) {
	return f.place("lastIndexOf", args, f.lastIndex)
}

// place is where the second argument is in the first, -1 if it is not.
func (f *frame) place(name string, args []any, find func(s, part string) (int, error)) (any, error) {
	s, err := f.stringArgument(name, 1, args[0])
	if err != nil {
		return nil, err
	}
	part, err := f.stringArgument(name, 2, args[1])
	if err != nil {
		return nil, err
	}
	at, err := find(s, part)
	return at, err
}

// maxTrimmed bounds the characters that trim may be given, in bytes.
const maxTrimmed = 4 << 10

// trim is trim(s) or trim(s, chars). Go's own compares each character of s with all of chars.
func trim(f *frame, args []any) (any, error) {
	s, err := f.stringArgument("trim", 1, args[0])
	if err != nil {
		return nil, err
	}
	in := unicode.IsSpace
	if len(args) == 2 {
		chars, err := f.stringArgument("trim", 2, args[1])
		if err != nil {
			return nil, err
		}
		if len(chars) > maxTrimmed {
			return nil, fault.New("range", "trim takes off up to %s of characters", text.Bytes(maxTrimmed))
		}
		set := make(map[rune]bool)
		for _, r := range chars {
			set[r] = true
		}
		in = func(r rune) bool { return set[r] }
	}
	for _, next := range []struct {
		rune func(string) (rune, int)
		rest func(n int) string
	}{
		{utf8.DecodeRuneInString, func(n int) string { return s[n:] }},
		{utf8.DecodeLastRuneInString, func(n int) string { return s[:len(s)-n] }},
	} {
		for r, n := next.rune(s); n > 0 && in(r); r, n = next.rune(s) {
			if err := f.m.tick(1); err != nil {
				return nil, err
			}
			s = next.rest(n)
		}
	}
	if err := f.text(len(s)); err != nil {
		return nil, err
	}
	// A part would keep the whole alive.
	return strings.Clone(s), nil
}

func upper(f *frame, args []any) (any, error) { return f.convert("upper", args[0], strings.ToUpper) }
func lower(f *frame, args []any) (any, error) { return f.convert("lower", args[0], strings.ToLower) }

func split(f *frame, args []any) (any, error)      { return f.split("split", args, false) }
func splitAfter(f *frame, args []any) (any, error) { return f.split("splitAfter", args, true) }

// split cuts a string at a separator, and between all runes for "". With n > 0 the last of n parts
// is the rest; n < 0 is no limit.
func (f *frame) split(name string, args []any, after bool) (any, error) {
	s, err := f.stringArgument(name, 1, args[0])
	if err != nil {
		return nil, err
	}
	sep, err := f.stringArgument(name, 2, args[1])
	if err != nil {
		return nil, err
	}
	n := -1
	if len(args) == 3 {
		if n, err = index(name, args[2]); err != nil {
			return nil, err
		}
	}
	parts := []any{}
	if n == 0 {
		return parts, nil
	}
	for n < 0 || len(parts) < n-1 {
		part, rest, found, err := f.nextPart(s, sep, after)
		if err != nil {
			return nil, err
		}
		if !found {
			break
		}
		// A part of its own takes as long as some steps.
		if err := f.m.tick(8 + len(part)/bytesPerStep); err != nil {
			return nil, err
		}
		if err := f.m.Keep(2*wordsKept + len(part)); err != nil {
			return nil, err
		}
		// A part alone would keep the whole alive.
		parts, s = append(parts, strings.Clone(part)), rest
	}
	if sep == "" && s == "" {
		return parts, nil
	}
	if err := f.text(len(s)); err != nil {
		return nil, err
	}
	return append(parts, strings.Clone(s)), nil
}

// nextPart cuts the part before a separator off s.
func (f *frame) nextPart(s, sep string, after bool) (part, rest string, found bool, err error) {
	if sep == "" {
		_, n := utf8.DecodeRuneInString(s)
		return s[:n], s[n:], n > 0 && n < len(s), nil
	}
	i, err := f.index(s, sep)
	if i < 0 || err != nil {
		return "", "", false, err
	}
	end := i
	if after {
		end = i + len(sep)
	}
	return s[:end], s[i+len(sep):], true, nil
}

func replace(f *frame, args []any) (any, error) {
	var texts [3]string
	for i := range texts {
		var err error
		if texts[i], err = f.stringArgument("replace", i+1, args[i]); err != nil {
			return nil, err
		}
	}
	n := -1
	if len(args) == 4 {
		var err error
		if n, err = index("replace", args[3]); err != nil {
			return nil, err
		}
	}
	s, old := texts[0], texts[1]
	if old == "" {
		return nil, fault.New("arguments", "replace needs something to look for")
	}
	var out builder
	for ; n != 0; n-- {
		at, err := f.index(s, old)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			break
		}
		for _, part := range []string{s[:at], texts[2]} {
			if err := out.add(f, part); err != nil {
				return nil, err
			}
		}
		s = s[at+len(old):]
	}
	err := out.add(f, s)
	return out.String(), err
}

func repeat(f *frame, args []any) (any, error) {
	s, err := f.stringArgument("repeat", 1, args[0])
	if err != nil {
		return nil, err
	}
	n, err := index("repeat", args[1])
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fault.New("range", "repeat(s, %d) makes no sense", n)
	}
	if len(s) > 0 && n > maxText/len(s) {
		return nil, f.text(maxText + 1)
	}
	if err := f.text(len(s) * n); err != nil {
		return nil, err
	}
	return strings.Repeat(s, n), nil
}

// toString is string(x): a scalar as Go prints it, bytes as text, a composite on one line as the
// prompt shows it, with what is redacted as redacted.
func toString(f *frame, args []any) (any, error) {
	x := args[0]
	if err := refuse(x); err != nil {
		return nil, err
	}
	if s, ok, err := f.textOf(x); ok || err != nil {
		return s, err
	}
	if v, ok := x.(*access.View); ok {
		n := v.Snap(f.m.limits.Show)
		n.Mark &^= inspect.Copied // the text is one whatever it was made of
		line := n.Line(textChunk)
		return line, f.text(len(line))
	}
	switch x.(type) {
	case []any, map[string]any, *anyMap, ints, *snapshot, namespace:
		line := f.picture(x, f.m.limits.Show, "").Line(textChunk)
		return line, f.text(len(line))
	}
	s := fmt.Sprint(x)
	return s, f.text(len(s))
}
